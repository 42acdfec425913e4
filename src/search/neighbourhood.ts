import { InputError } from "../errors.ts";
import type { Generator } from "../random/generator.ts";
import { drawer } from "./sampling.ts";
import type { Embedding, Needs, SearchSetting, StrategyContext } from "./strategy.ts";

/**
 * What counts as near an architecture: those one edit away in the space's own rules, or those whose points are nearest, which in a learnt
 * embedding are the latent neighbours.
 */
export const NEIGHBOUR_RULES = ["edits", "nearest"] as const;
export type NeighbourRule = (typeof NEIGHBOUR_RULES)[number];

export interface NeighbourOptions {
  /** Default `nearest` in a learnt embedding and in encodings of DARTS, else `edits`. */
  readonly neighbours: NeighbourRule;
  /** How many of the nearest are neighbours. Default 24, as many as a NAS-Bench-201 cell has edits. */
  readonly reach: number;
}

export const NEIGHBOURS_WORDS =
  "what a step leads to: one edit of the cell, or a nearest point (default in a learnt embedding, and in encodings of DARTS samples)";
export const REACH_WORDS =
  "how many of the nearest points are neighbours; 24, as many as a NAS-Bench-201 cell has single edits, whatever the space";

/**
 * The defaults of a setting: latent neighbours where there is something latent, edits elsewhere. A sample of DARTS lists 0.2 edits of a cell, and
 * none of most: there the nearest points of an encoding stand for them.
 */
export const neighbourDefaults = ({ points = "embedding", space }: SearchSetting): NeighbourOptions => ({
  neighbours: points === "embedding" || (space === "darts" && points !== "none") ? "nearest" : "edits",
  reach: 24,
});

/** Points are needed for what is nearest among them, edits for edits. */
export const neighbourNeeds = ({ neighbours }: NeighbourOptions): Needs => ({
  points: neighbours === "nearest",
  edits: neighbours === "edits",
});

/** The candidates near an architecture, itself left out; worked out once an architecture. */
export type Neighbourhood = (index: number) => readonly number[];

/** @throws InputError where edits are asked for and not known */
export function neighbourhood(
  { embedding, edits, candidates }: Pick<StrategyContext<unknown>, "embedding" | "edits" | "candidates">,
  { neighbours, reach }: NeighbourOptions,
): Neighbourhood {
  const known = new Map<number, readonly number[]>();
  const isCandidate = new Uint8Array(embedding.count);
  for (const index of candidates) isCandidate[index] = 1;
  if (neighbours === "edits" && !edits) {
    throw new InputError("Neighbours that are one edit away need the space: expected its edits, found none.");
  }
  const find = (index: number): readonly number[] =>
    neighbours === "edits" && edits
      ? Array.from(edits(index)).filter((other) => isCandidate[other] === 1)
      : nearest(embedding, candidates, index, reach);
  return (index) => {
    const found = known.get(index) ?? find(index);
    known.set(index, found);
    return found;
  };
}

/** The `count` candidates nearest to an architecture in L2 distance, nearest first; of candidates equally far the smaller index first. */
export function nearest({ data, dimensions }: Embedding, candidates: Uint32Array, index: number, count: number): number[] {
  const found: { readonly index: number; readonly distance: number }[] = [];
  const own = index * dimensions;
  let farthest = Infinity;
  for (const other of candidates) {
    if (other === index) continue;
    const start = other * dimensions;
    let distance = 0;
    for (let j = 0; j < dimensions && distance < farthest; j++) {
      const difference = (data[start + j] as number) - (data[own + j] as number);
      distance += difference * difference;
    }
    if (found.length === count && distance >= farthest) continue;
    let at = found.length;
    while (at > 0 && (found[at - 1] as (typeof found)[number]).distance > distance) at--;
    found.splice(at, 0, { index: other, distance });
    if (found.length > count) found.pop();
    if (found.length === count) farthest = found.at(-1)?.distance ?? farthest;
  }
  return found.map((one) => one.index);
}

/** Which candidates a search has not asked for yet. */
export interface Fresh {
  has(index: number): boolean;
  /** Marks an architecture as asked for. */
  take(index: number): void;
  /** A fresh candidate, uniformly, which is then taken; undefined where none is left. */
  draw(): number | undefined;
}

export function freshCandidates(candidates: Uint32Array, count: number, random: Generator): Fresh {
  const fresh = new Uint8Array(count);
  for (const index of candidates) fresh[index] = 1;
  const next = drawer(candidates, random);
  return {
    has: (index) => fresh[index] === 1,
    take(index) {
      fresh[index] = 0;
    },
    draw() {
      let index = next();
      while (index !== undefined && fresh[index] === 0) index = next();
      if (index !== undefined) fresh[index] = 0;
      return index;
    },
  };
}

/** Up to `count` fresh candidates, drawn and taken. */
export function drawSome(fresh: Fresh, count: number): number[] {
  const drawn: number[] = [];
  while (drawn.length < count) {
    const index = fresh.draw();
    if (index === undefined) break;
    drawn.push(index);
  }
  return drawn;
}

/** Steps that a mutation goes on where everything around it was seen. */
const MOST_STEPS = 10;

/**
 * A neighbour that `isFree` lets through, uniformly among those of the architecture; where there is none, the search goes on from a random
 * neighbour. Undefined after ten steps in vain.
 */
export function mutant(
  from: number,
  near: Neighbourhood,
  isFree: (index: number) => boolean,
  random: Generator,
): number | undefined {
  let here = from;
  for (let step = 0; step < MOST_STEPS; step++) {
    const around = near(here);
    if (around.length === 0) return undefined;
    const free = around.filter(isFree);
    if (free.length > 0) return free[random.integer(free.length)];
    here = around[random.integer(around.length)] as number;
  }
  return undefined;
}
