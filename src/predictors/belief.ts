import { rowsOf } from "../search/points.ts";
import type { Embedding } from "../search/strategy.ts";
import type { Steps } from "../spaces/steps.ts";
import type { Features } from "./features.ts";
import { gp } from "./gp.ts";

/** Architectures with their labels. */
export interface Evaluated {
  readonly indices: Uint32Array;
  /** One each. */
  readonly values: Float64Array;
}

/** What a Gaussian process expects of all architectures, or how unsure it is. */
export type Expectation = "mean" | "deviation";

/** More labels are thinned out evenly, because time grows with the square of their number. */
const MOST_LABELS = 300;
/** Architectures between two reports of progress. */
const PART = 512;

/**
 * A Gaussian process on the points of an embedding (`gp.ts`), told some labels: its mean or its standard deviation (the noise of a label not counted)
 * at every architecture, in the unit of the labels.
 */
export function* beliefSteps(embedding: Embedding, evaluated: Evaluated, wanted: Expectation): Steps<Float64Array> {
  const { indices, values } = thinned(evaluated);
  const centre = values.reduce((sum, value) => sum + value, 0) / values.length;
  const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / values.length) || 1;
  const fitted = gp.fit(
    featuresOf(embedding, indices),
    values.map((value) => (value - centre) / spread),
    0,
  );
  if (fitted instanceof Promise || !fitted.deviations) throw new Error("A Gaussian process knows its deviations at once.");
  const all = new Float64Array(embedding.count);
  for (let first = 0; first < all.length; first += PART) {
    const part = featuresOf(
      embedding,
      Uint32Array.from({ length: Math.min(PART, all.length - first) }, (_, i) => first + i),
    );
    if (wanted === "mean")
      all.set(
        fitted.means(part).map((mean) => centre + spread * mean),
        first,
      );
    else
      all.set(
        fitted.deviations(part).map((deviation) => spread * deviation),
        first,
      );
    yield (first + part.indices.length) / all.length;
  }
  return all;
}

/** How many of so many labels are told. */
export const labelsTold = (labels: number): number => Math.min(labels, MOST_LABELS);

function thinned({ indices, values }: Evaluated): Evaluated {
  const told = labelsTold(values.length);
  if (told === values.length) return { indices, values };
  const places = Uint32Array.from({ length: told }, (_, i) => Math.round((i * (values.length - 1)) / (told - 1)));
  return {
    indices: places.map((place) => indices[place] as number),
    values: Float64Array.from(places, (place) => values[place] as number),
  };
}

function featuresOf(embedding: Embedding, indices: Uint32Array): Features {
  const { dimensions } = embedding;
  return { indices, blocks: [{ rows: rowsOf(embedding, indices), dimensions, distance: "euclidean" }] };
}
