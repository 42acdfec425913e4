import type { ImageData, SplitCounts } from "../src/datasets/images.ts";
import type { Evaluated, EvaluationSetting } from "../src/objectives/evaluation.ts";
import type { SpaceChoice } from "../src/spaces/registry.ts";
import type { Outcome, SpaceHolder } from "./protocol.ts";

/** What a thread evaluates: architectures of one space as networks of one size, on one set of images. */
export interface EvaluationJob {
  readonly space: SpaceChoice;
  readonly setting: EvaluationSetting;
  readonly images: ImageData;
  readonly counts: SplitCounts;
}

/** What an evaluation thread exposes. */
export interface EvaluationApi extends SpaceHolder {
  /** Before the first evaluation: opens the backend and draws the parts of the images. */
  open(job: EvaluationJob): Promise<Outcome<undefined>>;
  /** One architecture; fails as "cancelled" after `cancel`. */
  evaluate(index: number): Promise<Outcome<Evaluated>>;
  cancel(): Promise<void>;
}
