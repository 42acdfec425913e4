import type { BackendName } from "../../src/vgae/trainer.ts";
import type { Where } from "../state/threads.ts";

/** What elements tell the page, as `CustomEvent`s that bubble: the `detail` of each. */
export interface EmbedEvents {
  /** `size`: architectures of the space. */
  readonly "archscape-ready": { readonly space: string; readonly size: number };
  readonly "archscape-engine": {
    readonly backend: BackendName;
    readonly adapter: string;
    readonly where: Where;
    /** What it runs on, and why not on something faster, in one sentence. */
    readonly message: string;
  };
  /** -1 and an empty text where nothing is selected any more. */
  readonly "archscape-select": { readonly cell: number; readonly text: string };
  /** Steps of a training, queries of a search. */
  readonly "archscape-progress": { readonly job: "training" | "search"; readonly done: number; readonly total: number };
  readonly "archscape-end": { readonly job: "training" | "search"; readonly state: "finished" | "cancelled" | "failed" };
  readonly "archscape-error": { readonly message: string };
}

export type Emit = <Type extends keyof EmbedEvents>(type: Type, detail: EmbedEvents[Type]) => void;
