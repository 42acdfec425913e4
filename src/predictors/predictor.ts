import type { Features } from "./features.ts";

/**
 * What a predictor of labels is: something that is told the labels of some architectures and then says what to expect of others. All predictors see labels
 * as normal scores of their ranks (`labels.ts`), larger is better, and architectures as features (`features.ts`). The same seed makes the same predictions.
 */
export interface Predictor {
  /** The name in commands and files. */
  readonly name: string;
  /** What the predictor was set to: numbers and words, for files. */
  readonly options: Readonly<Record<string, number | string>>;
  /**
   * @param features of the labelled architectures
   * @param labels one each: mean 0, variance about 1
   * @param seed 0..2^32-1
   */
  fit(features: Features, labels: Float64Array, seed: number): Prediction | Promise<Prediction>;
}

/** A predictor that was told its labels. */
export interface Prediction {
  /** What to expect of each architecture, in the scale of the labels. */
  means(features: Features): Float64Array;
  /** Standard deviation of that, the noise of a label not counted; only of predictors that know one. */
  deviations?(features: Features): Float64Array;
}
