import type { LabelTable } from "../../src/formats/label-table.ts";
import type { SearchSpace } from "../../src/spaces/space.ts";
import type { AtlasStore } from "./atlas.ts";
import type { NoticeBoard } from "./notices.ts";
import type { SearchingStore } from "./searching.ts";
import type { Settings } from "./settings.ts";
import type { Store } from "./store.ts";
import type { TrainingStore } from "./training.ts";

/** The label table that is loaded, if one is. */
export interface LabelsView {
  readonly table: LabelTable | undefined;
  readonly loading: boolean;
}

/** Everything the page knows and can do. Elements read the stores, call the commands, and keep nothing but what is on screen. */
export interface Lab {
  readonly space: SearchSpace;
  readonly settings: Store<Settings>;
  readonly atlas: AtlasStore;
  readonly labels: Store<LabelsView>;
  readonly training: TrainingStore;
  readonly searching: SearchingStore;
  readonly notices: NoticeBoard;

  /** Selects an architecture, or none with -1, and says it to screen readers. */
  select(index: number): void;
  /** Selects the architecture of a string in the official notation, or of an index. */
  find(text: string): void;
  /** Reads any file the page understands: checkpoint, embedding, label table. */
  openFiles(files: Iterable<File>): Promise<void>;
  /** Opens the file picker and reads what was picked. `accept` as in an input element. */
  pickFiles(accept: string): Promise<void>;
  /** Loads the weights behind the shipped map into the engine, to train on, measure or save them. */
  openShippedWeights(): Promise<void>;
  /** Saves the map as it is coloured now, as SVG. */
  exportMap(): void;
  /** Saves the embedding on the map as .safetensors, in the form that the page opens. */
  exportEmbedding(): void;
  loadDemoLabels(): Promise<void>;
  dropLabels(): void;
  startTraining(how?: { readonly byStep?: boolean; readonly goOn?: boolean }): void;
  resetTraining(): void;
  saveCheckpoint(weightsOnly: boolean): Promise<void>;
  startSearch(): void;
  exportSearch(format: "jsonl" | "csv"): void;
  copyLink(): Promise<void>;
  /** Why a command cannot run now, in one sentence, or undefined where it can. */
  obstacle(command: "pretrain" | "search" | "save"): string | undefined;
}
