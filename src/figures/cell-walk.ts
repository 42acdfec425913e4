import { generator } from "../random/generator.ts";
import { nearest } from "../search/neighbourhood.ts";
import { mean, type Statistics, statistics } from "../search/summary.ts";
import type { SpaceName } from "../spaces/space.ts";
import type { Steps } from "../spaces/steps.ts";
import { differingEntries, l2Distance } from "./distances.ts";
import { type FigureInput, SUBSTREAMS } from "./figure.ts";

/** Cells of a walk. */
export const CELLS = 16;
/** Random pairs, to tell what a distance means in a space. */
const PAIRS = 1000;

/** From one cell of a walk to the next. */
export interface WalkStep {
  /** In the embedding. */
  readonly l2: number;
  /** The space's own edit distance: on NAS-Bench-101 exact graph edit distance. */
  readonly edits: number;
  /** `differingEntries`. */
  readonly entries: number;
}

export interface Walk {
  readonly seed: number;
  /** Indices of `CELLS` architectures. */
  readonly cells: readonly number[];
  /** One less than cells. */
  readonly steps: readonly WalkStep[];
}

/** Figure 5 of the paper. */
export interface CellWalk {
  readonly name: "walk";
  readonly space: SpaceName;
  readonly walks: readonly Walk[];
  /** Over walks: the mean of a walk's steps. */
  readonly edits: Statistics;
  readonly entries: Statistics;
  /** Means over random pairs of architectures. */
  readonly atRandom: { readonly edits: number; readonly entries: number };
}

/**
 * Nearest-neighbour walks: from a random cell again and again to the cell nearest in the embedding (L2) that was not visited, one walk a seed (the
 * paper shows one).
 */
export function* cellWalk({ space, embedding, seeds }: FigureInput): Steps<CellWalk> {
  const kinds = space.operations.length;
  const between = (a: number, b: number) => ({
    edits: space.editDistance(a, b),
    entries: differingEntries(space.graph(a), space.graph(b), kinds),
  });
  const all = Uint32Array.from({ length: space.size }, (_, index) => index);
  const walks: Walk[] = [];
  for (const [i, seed] of seeds.entries()) {
    const random = generator(seed, "figures", SUBSTREAMS.walk);
    const cells = [random.integer(space.size)];
    const steps: WalkStep[] = [];
    while (cells.length < Math.min(CELLS, space.size)) {
      const here = cells.at(-1) as number;
      // One of so many neighbours is new.
      const next = nearest(embedding, all, here, cells.length).find((other) => !cells.includes(other)) as number;
      steps.push({ l2: l2Distance(embedding, here, next), ...between(here, next) });
      cells.push(next);
      yield (i + cells.length / CELLS) / seeds.length;
    }
    walks.push({ seed, cells, steps });
  }
  const random = generator(seeds[0] as number, "figures", SUBSTREAMS.pairs);
  const pairs = Array.from({ length: PAIRS }, () => between(random.integer(space.size), random.integer(space.size)));
  const over = (pick: (step: Pick<WalkStep, "edits" | "entries">) => number): Statistics =>
    statistics(walks.map(({ steps }) => mean(steps.map(pick)))) as Statistics;
  return {
    name: "walk",
    space: space.name,
    walks,
    edits: over(({ edits }) => edits),
    entries: over(({ entries }) => entries),
    atRandom: { edits: mean(pairs.map(({ edits }) => edits)), entries: mean(pairs.map(({ entries }) => entries)) },
  };
}
