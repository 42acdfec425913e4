/** The wire between the page and the worker that runs studies: types only, in the manner of protocol.ts. */
import type { EmbeddingValues } from "../src/formats/embedding.ts";
import type { LabelTable } from "../src/formats/label-table.ts";
import type { MetricInfo } from "../src/objectives/objective.ts";
import type { SpaceChoice } from "../src/spaces/registry.ts";
import type { Comparison, MeasureAnalysis, Spread, StrategyMeasure } from "../src/study/analysis.ts";
import type { StudyDraft } from "../src/study/draft.ts";
import type { Outcome, SpaceHolder } from "./protocol.ts";

/** What studies search. */
export interface StudyMaterial {
  readonly space: SpaceChoice;
  readonly table: LabelTable;
  /** SHA-256 of the table's text. */
  readonly tableDigest: string;
  /** Of the whole space; absent while there is none. */
  readonly embedding?: EmbeddingValues | undefined;
}

/** A file that was read, with its name for messages. */
export interface TextFile {
  readonly text: string;
  readonly source: string;
}

export interface OpenStudy {
  /** The study as JSON; absent where the runs tell what there is of it. */
  readonly study?: TextFile;
  /** Runs that were made elsewhere, as JSON lines. */
  readonly runs?: TextFile;
  /** What no run tells, for a study that is made of runs. */
  readonly given: Pick<StudyDraft, "table" | "pretrained" | "embedding">;
}

export interface OpenedStudy {
  /** As it stands in the study's file. */
  readonly draft: StudyDraft;
  /** Runs that there are, and that there will be. */
  readonly runs: number;
  readonly total: number;
  /** A sentence each: what the table lacks. */
  readonly warnings: readonly string[];
  readonly searchesTestMetric: boolean;
  readonly searchesEmbedding: boolean;
}

/** Which curves are drawn. */
export interface Look {
  /** Name of the metric; the reported one that counts by default. */
  readonly metric?: string | undefined;
  readonly x: "queries" | "seconds";
  readonly band: "mean" | "median";
}

/** A strategy's values without the runs behind them. */
export type SpreadView = Omit<Spread, "finals"> & { readonly seeds: number };
export type StrategyView = SpreadView & Pick<StrategyMeasure, "toOptimum">;

export interface MeasureView extends Pick<MeasureAnalysis, "info" | "role" | "optimum"> {
  readonly strategies: readonly StrategyView[];
  readonly comparisons: readonly Comparison[];
  readonly stages: readonly {
    readonly queries: number;
    readonly strategies: readonly SpreadView[];
    readonly comparisons: readonly Comparison[];
  }[];
}

/** A picture for wide and one for narrow places, as SVG that names its colours (`--s0`). */
export interface Picture {
  readonly wide: string;
  readonly narrow: string;
}

export interface StudyView {
  readonly runs: number;
  readonly total: number;
  /** Names of all strategies in the order of the study, which decides their colours. */
  readonly names: readonly string[];
  /** The reported metrics, then the searched one. */
  readonly measures: readonly MeasureView[];
  /** What the pictures are of. */
  readonly metric: MetricInfo;
  readonly curves: Picture | undefined;
  readonly distribution: Picture | undefined;
}

export type StudyEvent =
  | {
      readonly type: "progress";
      readonly runs: number;
      readonly total: number;
      /** Runs a second since the start. */
      readonly rate: number;
      /** Undefined while nothing is known of some strategy. */
      readonly secondsLeft: number | undefined;
    }
  /** A run that came to nothing. */
  | { readonly type: "failed"; readonly name: string; readonly seed: number; readonly reason: string }
  | { readonly type: "view"; readonly view: StudyView }
  /** The browser's storage refuses, why in a sentence; told once. */
  | { readonly type: "not-kept"; readonly message: string };

/** `runs`: JSON lines. `report`: one HTML page. `curves`: CSV. The others are pictures as SVG. */
export type StudyFile = "runs" | "report" | "curves" | "curves-picture" | "distribution-picture";

/** One study at a time. What it does to runs is what `archscape study` does. */
export interface StudyApi extends SpaceHolder {
  take(material: StudyMaterial): Promise<Outcome<undefined>>;
  /**
   * Reads a study and finds the runs of it that are known: those given, those of this session, and those that the browser kept. What does not
   * belong together is refused with one sentence, and then nothing changes.
   */
  open(request: OpenStudy): Promise<Outcome<OpenedStudy>>;
  /**
   * Runs what is left on so many workers; progress goes to `events` (transferred, closed at the end). Resolves when all ran, or after
   * `cancel`, at once; finished runs stay.
   */
  run(workers: number, events: MessagePort): Promise<Outcome<"finished" | "cancelled">>;
  cancel(): Promise<void>;
  /** What the runs so far come to; undefined while there are none. Later views of a running study are drawn alike. */
  look(look: Look): Promise<Outcome<StudyView | undefined>>;
  file(kind: StudyFile): Promise<Outcome<string>>;
  /** Drops the runs of the study, also from the browser's storage. */
  forget(): Promise<Outcome<undefined>>;
}
