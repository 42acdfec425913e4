import { InputError } from "../errors.ts";
import { generator } from "../random/generator.ts";
import { mean } from "../search/summary.ts";
import { PADDING, type SearchSpace, type SpaceName } from "../spaces/space.ts";
import { type Steps, share } from "../spaces/steps.ts";
import { ascending, quantile } from "../study/statistics.ts";
import { l2Distance } from "./distances.ts";
import { type FigureInput, SUBSTREAMS } from "./figure.ts";

/** Single edits a walk. */
export const EDITS = 1000;
/** Pairs of a walk are up to so many steps apart. */
export const MOST_LAG = 8;

/** L2 distances of the pairs that have something in common. */
export interface PairGroup {
  /** Edit distance, or steps between the cells of a pair. */
  readonly at: number;
  readonly pairs: number;
  readonly mean: number;
  readonly lowerQuartile: number;
  readonly median: number;
  readonly upperQuartile: number;
}

/** Figure 3 of the paper. */
export interface EditWalk {
  readonly name: "distance";
  readonly space: SpaceName;
  readonly edits: number;
  readonly seeds: readonly number[];
  /** By graph edit distance, from 1; pairs of the same cell are left out. */
  readonly byDistance: readonly PairGroup[];
  /** By steps walked, 1 to `MOST_LAG`; a walk may come back, so that a pair may be nearer than its steps. */
  readonly bySteps: readonly PairGroup[];
}

/**
 * L2 distance against edit distance: from a random cell with all its nodes, `EDITS` times to one of its neighbours by a single edit (an edge or an
 * operation), uniformly; then all pairs of cells up to `MOST_LAG` steps apart by their edit distance. Walks of all seeds are put together (the
 * paper has one). Distances are the space's own, exact: on NAS-Bench-101 the graph edit distance that the original code takes
 * from NetworkX, with input and output matched with themselves; on NAS-Bench-201 the number of edges whose operations differ.
 * @throws InputError where a walk comes to a cell without listed neighbours
 */
export function* editWalk({ space, embedding, seeds }: FigureInput): Steps<EditWalk> {
  const byDistance: number[][] = [];
  const bySteps: number[][] = [];
  for (const [i, seed] of seeds.entries()) {
    const [begin, end] = [i / seeds.length, (i + 1) / seeds.length];
    const cells = yield* share(walkOf(space, seed), begin, (begin + end) / 2);
    for (const [from, cell] of cells.entries()) {
      for (let lag = 1; lag <= MOST_LAG && from + lag < cells.length; lag++) {
        const other = cells[from + lag] as number;
        const distance = l2Distance(embedding, cell, other);
        gather(bySteps, lag, distance);
        if (cell !== other) gather(byDistance, space.editDistance(cell, other), distance);
      }
      if (from % 50 === 0) yield begin + (0.5 + from / cells.length / 2) * (end - begin);
    }
  }
  return { name: "distance", space: space.name, edits: EDITS, seeds, byDistance: groups(byDistance), bySteps: groups(bySteps) };
}

function* walkOf(space: SearchSpace, seed: number): Steps<number[]> {
  const random = generator(seed, "figures", SUBSTREAMS.distance);
  let here = random.integer(space.size);
  while (space.graph(here).operations.includes(PADDING)) here = random.integer(space.size);
  const cells = [here];
  for (let step = 0; step < EDITS; step++) {
    const around = space.neighbours(here);
    if (around.length === 0) {
      throw new InputError(
        `A walk of ${EDITS} single edits on ${space.title} ended after ${step}: ${space.format(here)} has no listed cell one edit away.`,
      );
    }
    here = around[random.integer(around.length)] as number;
    cells.push(here);
    if (step % 10 === 0) yield step / EDITS;
  }
  return cells;
}

function gather(into: number[][], at: number, distance: number): void {
  const group = into[at] ?? [];
  into[at] = group;
  group.push(distance);
}

function groups(gathered: readonly (readonly number[] | undefined)[]): PairGroup[] {
  return Array.from(gathered, (distances, at) => ({ at, distances: distances ?? [] }))
    .filter(({ distances }) => distances.length > 0)
    .map(({ at, distances }) => {
      const sorted = ascending(distances);
      return {
        at,
        pairs: sorted.length,
        mean: mean(sorted),
        lowerQuartile: quantile(sorted, 0.25),
        median: quantile(sorted, 0.5),
        upperQuartile: quantile(sorted, 0.75),
      };
    });
}

/** Pairs below this number say little about their group. */
export const FEW_PAIRS = 30;

/** Whether the mean L2 distance grows with every edit, over the groups of enough pairs. */
export function growsMonotonically(byDistance: readonly PairGroup[]): boolean {
  const told = byDistance.filter(({ pairs }) => pairs >= FEW_PAIRS);
  return told.every((group, i) => i === 0 || group.mean > (told[i - 1] as PairGroup).mean);
}
