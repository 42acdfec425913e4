import { normalScores } from "../search/gp/normal-scores.ts";

/**
 * Labels as predictors learn them: normal scores of their ranks, so that neither the unit nor a long tail of bad architectures matters; and back,
 * because a prediction is read in the unit of the label.
 */
export interface Labels {
  /** One a label, mean 0. */
  readonly scores: Float64Array;
  /** The label at a score: between the scores of labels on a straight line, outside them the outermost label. */
  inUnit(score: number): number;
}

/** @param values finite, at least two of them different for predictions to mean anything */
export function labelScores(values: Float64Array): Labels {
  const scores = normalScores(values);
  const order = Uint32Array.from(scores.keys()).sort((i, j) => (scores[i] as number) - (scores[j] as number));
  const at = Float64Array.from(order, (i) => scores[i] as number);
  const labels = Float64Array.from(order, (i) => values[i] as number);
  return {
    scores,
    inUnit(score) {
      let [low, high] = [0, at.length - 1];
      if (score <= (at[low] as number)) return labels[low] as number;
      if (score >= (at[high] as number)) return labels[high] as number;
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if ((at[middle] as number) <= score) low = middle;
        else high = middle;
      }
      const share = (score - (at[low] as number)) / ((at[high] as number) - (at[low] as number));
      return (labels[low] as number) + share * ((labels[high] as number) - (labels[low] as number));
    },
  };
}
