import { InputError } from "../errors.ts";
import type { MetricInfo } from "../objectives/objective.ts";
import { generator } from "../random/generator.ts";
import { drawer } from "../search/sampling.ts";
import type { SpaceName } from "../spaces/space.ts";
import type { Steps } from "../spaces/steps.ts";
import { ascending, quantile } from "../study/statistics.ts";
import { project } from "../vgae/projection.ts";
import { type FigureInput, SUBSTREAMS } from "./figure.ts";

/** Architectures on the map. */
export const POINTS = 10_000;
/** Fields a side of the grid. */
export const GRID = 51;
/** Share of the fields at either end that share the colour of the end. */
const TAIL = 0.05;

/** Figure 4 of the paper. */
export interface AccuracyMap {
  readonly name: "map";
  readonly space: SpaceName;
  readonly metric: MetricInfo;
  readonly seed: number;
  /** Architectures projected. */
  readonly points: number;
  /** Of these, outside the frame of the grid: at most 0.8 % an axis. */
  readonly outside: number;
  /** Share of the variance in the plane, 0..1. */
  readonly explained: number;
  /** Fields a side. */
  readonly grid: number;
  /** Mean value a field, NaN where no architecture lies; row by row from the lowest, grid x grid. */
  readonly means: Float64Array;
  readonly counts: Uint32Array;
  /** Values between which the colour map is spread: the middle 90 % of the fields. */
  readonly low: number;
  readonly high: number;
}

/**
 * The accuracy map: `POINTS` random labelled architectures on the first two principal components of their embeddings (the paper uses t-SNE, which
 * keeps neighbourhoods and bends distances; the plane is that of the lab's map), and the mean label in each field of a grid.
 * @throws InputError where there are too few labels
 */
export function* accuracyMap({ space, embedding, labels, seeds }: FigureInput): Steps<AccuracyMap> {
  if (!labels) throw new InputError("The accuracy map needs labels: expected a column of a label table, found none.");
  const { metric, values } = labels;
  const seed = seeds[0] as number;
  const labelled = Uint32Array.from(values.keys()).filter((index) => Number.isFinite(values[index]));
  if (labelled.length < GRID) {
    throw new InputError(`The accuracy map needs at least ${GRID} labelled cells: ${metric.name} has ${labelled.length}.`);
  }
  const draw = drawer(labelled, generator(seed, "figures", SUBSTREAMS.map));
  const drawn = Uint32Array.from({ length: Math.min(POINTS, labelled.length) }, () => draw() as number);
  yield 0.2;
  const { data, dimensions } = embedding;
  const rows = new Float32Array(drawn.length * dimensions);
  for (const [i, index] of drawn.entries()) rows.set(data.subarray(index * dimensions, (index + 1) * dimensions), i * dimensions);
  const { points, explained } = project(rows, dimensions);
  yield 0.8;
  const sums = new Float64Array(GRID * GRID);
  const counts = new Uint32Array(GRID * GRID);
  let outside = 0;
  for (const [i, index] of drawn.entries()) {
    const [x, y] = [0, 1].map((axis) => Math.floor((GRID * ((points[2 * i + axis] as number) + 1)) / 2)) as [number, number];
    if (x < 0 || x >= GRID || y < 0 || y >= GRID) {
      outside++;
      continue;
    }
    sums[y * GRID + x] = (sums[y * GRID + x] as number) + (values[index] as number);
    counts[y * GRID + x] = (counts[y * GRID + x] as number) + 1;
  }
  const means = sums.map((sum, field) => sum / (counts[field] as number));
  const sorted = ascending(means.filter(Number.isFinite));
  return {
    name: "map",
    space: space.name,
    metric,
    seed,
    points: drawn.length,
    outside,
    explained,
    grid: GRID,
    means,
    counts,
    low: quantile(sorted, TAIL),
    high: quantile(sorted, 1 - TAIL),
  };
}
