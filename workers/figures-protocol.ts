/** The wire between the page and the worker that makes figures: types only, in the manner of protocol.ts. */
import type { Figure } from "../src/figures/compute.ts";
import type { FigureLabels, FigureName } from "../src/figures/figure.ts";
import type { EmbeddingValues } from "../src/formats/embedding.ts";
import type { SpaceChoice } from "../src/spaces/registry.ts";
import type { Outcome, SpaceHolder } from "./protocol.ts";

export interface FigureJob {
  readonly name: FigureName;
  readonly space: SpaceChoice;
  /** Of the whole space. */
  readonly embedding: EmbeddingValues;
  readonly labels: FigureLabels | undefined;
  readonly seeds: readonly number[];
}

export interface FiguresApi extends SpaceHolder {
  /** One figure at a time; the finished share, 0..1, goes to `progress` (transferred, closed at the end). After `cancel` a failure "cancelled". */
  make(job: FigureJob, progress: MessagePort): Promise<Outcome<Figure>>;
  /** Ends the figure under way, if there is one, within a second. */
  cancel(): Promise<void>;
}
