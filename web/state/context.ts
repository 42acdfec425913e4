import type { EmbeddingFormat } from "../../src/formats/embedding.ts";
import type { LabelTable } from "../../src/formats/label-table.ts";
import type { SearchSetting } from "../../src/search/strategy.ts";
import type { SpaceRequest } from "../../src/spaces/request.ts";
import type { SearchSpace } from "../../src/spaces/space.ts";
import type { Protocol } from "../../src/vgae/config.ts";
import type { KeptRun } from "../../workers/run-keeper.ts";
import type { Cartographer } from "../map/cartographer.ts";
import type { Known } from "../map/quantity.ts";
import type { AtlasStore } from "./atlas.ts";
import type { FiguresStore } from "./figures.ts";
import type { FollowingStore } from "./following.ts";
import type { Instruments } from "./instruments.ts";
import type { NoticeBoard } from "./notices.ts";
import type { SearchingStore } from "./searching.ts";
import type { Settings } from "./settings.ts";
import type { Store } from "./store.ts";
import type { StudyingStore } from "./studying.ts";
import type { SurroundingsView } from "./surroundings.ts";
import type { TrainingStore } from "./training.ts";

/** The label table that is loaded, if one is. */
export interface LabelsView {
  readonly table: LabelTable | undefined;
  /** SHA-256 of its text; undefined without a table, and in a page that the browser does not hold for secure. */
  readonly digest: string | undefined;
  readonly loading: boolean;
}

/** Everything the page knows and can do with one space. Elements read the stores, call the commands, and keep nothing but what is on screen. */
export interface Lab {
  readonly space: SearchSpace;
  /** Which space this is, and the way to another. */
  readonly spaces: SpacesStore;
  readonly settings: Store<Settings>;
  readonly atlas: AtlasStore;
  readonly labels: Store<LabelsView>;
  readonly training: TrainingStore;
  readonly searching: SearchingStore;
  readonly studying: StudyingStore;
  readonly figures: FiguresStore;
  readonly following: FollowingStore;
  readonly notices: NoticeBoard;
  readonly surroundings: Store<SurroundingsView>;
  readonly instruments: Instruments;
  readonly maps: Cartographer;
  /** What quantities are made of, as of now. */
  known(): Known;

  /** The map first; then what the link asks for; the device last, because nothing on the screen waits for it, if it is wanted at once. */
  begin(device: "at once" | "when needed"): Promise<void>;
  /** Ends its workers. */
  close(): void;

  /** Selects an architecture, or none with -1, and says it to screen readers. */
  select(index: number): void;
  /** The architecture of a string in the official notation, or of an index; undefined, and a notice, where there is none. */
  indexOf(text: string): Promise<number | undefined>;
  /** Selects the architecture of a string in the official notation, or of an index. */
  find(text: string): Promise<void>;
  /** Reads any file the page understands: checkpoint, embedding, label table, study and its runs. */
  openFiles(files: Iterable<File>): Promise<void>;
  /** Opens the file picker and reads what was picked. `accept` as in an input element. */
  pickFiles(accept: string): Promise<void>;
  /** Shows the map of a shipped model: its embedding, or where only weights are shipped, what they make. */
  showShipped(protocol: Protocol): Promise<void>;
  /** Loads the weights behind the shipped map into the engine, to train on, measure or save them. */
  openShippedWeights(): Promise<void>;
  /** Saves the map as it is coloured now. */
  exportMap(format: "svg" | "png"): Promise<void>;
  /** Saves the embedding on the map; the page opens .safetensors and .npy. */
  exportEmbedding(format: EmbeddingFormat): Promise<void>;
  loadDemoLabels(): Promise<void>;
  dropLabels(): void;
  startTraining(how?: { readonly byStep?: boolean; readonly goOn?: boolean }): void;
  /** Goes on with a run that the browser kept; where only the end of its last epoch is missing, opens its model. */
  resumeTraining(run: KeptRun, checkpoint: Uint8Array): Promise<void>;
  resetTraining(): void;
  saveCheckpoint(weightsOnly: boolean): Promise<void>;
  startSearch(): void;
  exportSearch(format: "jsonl" | "csv"): void;
  /** The address of the page as it is, with other settings where they are given. */
  linkWith(change?: Partial<Settings>): string;
  /** What the defaults of strategies depend on, as the page is set. */
  searchSetting(): SearchSetting;
  /** Why a command cannot run now, in one sentence, or undefined where it can. */
  obstacle(command: "pretrain" | "search" | "save"): string | undefined;
}

/** A space on its way. */
export interface Opening {
  readonly request: SpaceRequest;
  /** Finished part of its preparation, 0..1. */
  readonly share: number;
  readonly secondsLeft: number;
}

export interface SpacesView {
  /** The lab on the screen; undefined until the first space is there. */
  readonly lab: Lab | undefined;
  readonly opening: Opening | undefined;
}

export interface SpacesStore {
  readonly store: Store<SpacesView>;
  /**
   * Puts another space on the screen, prepared in a worker where that is needed. The one before stays as it is, with its model, labels
   * and map, until it is come back to. Refused in a sentence while something runs.
   * @param link all settings of a link; else those that the space was left with, or the defaults
   */
  open(request: SpaceRequest, link?: Settings): Promise<void>;
  cancel(): void;
  /** Ends the workers of all spaces. */
  close(): void;
}
