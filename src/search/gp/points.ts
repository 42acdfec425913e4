import { multiply } from "../multiply.ts";
import { rowsOf } from "../points.ts";
import { standardise } from "../standardise.ts";
import type { Embedding, Identity } from "../strategy.ts";

/**
 * How far two architectures are apart. `euclidean`: L2 of their points, each dimension standardised over all candidates. `hamming`: L1 of their
 * points as they are; for one-hot rows that is twice the number of operations that differ.
 */
export const DISTANCES = ["euclidean", "hamming"] as const;
export type Distance = (typeof DISTANCES)[number];

/** What a search chooses from: architectures with their points, ready for distances. */
export interface Pool {
  /** Ascending. */
  readonly indices: Uint32Array;
  /** Row-major: indices x dimensions. */
  readonly rows: Float64Array;
  readonly dimensions: number;
  readonly distance: Distance;
}

/**
 * The candidates as a pool. With `identity` only one of each class of the same architecture is in it, the one of smallest index, at the mean of the
 * class's points: what an encoder makes of different drawings of one architecture differs by accident only.
 */
export function poolOf(embedding: Embedding, candidates: Uint32Array, distance: Distance, identity?: Identity): Pool {
  const { dimensions } = embedding;
  const all = rowsOf(embedding, candidates);
  if (distance === "euclidean") standardise(all, dimensions);
  if (!identity) return { indices: candidates, rows: all, dimensions, distance };

  const places = new Map<number, number>();
  const members: number[] = [];
  const indices: number[] = [];
  // A class stands at most where its first member stood, so that rows are gathered in place.
  for (let i = 0; i < candidates.length; i++) {
    const index = candidates[i] as number;
    const name = identity(index);
    const place = places.get(name) ?? indices.length;
    if (place === indices.length) {
      places.set(name, place);
      indices.push(index);
      members.push(1);
      all.copyWithin(place * dimensions, i * dimensions, (i + 1) * dimensions);
      continue;
    }
    members[place] = (members[place] as number) + 1;
    for (let j = 0; j < dimensions; j++) {
      all[place * dimensions + j] = (all[place * dimensions + j] as number) + (all[i * dimensions + j] as number);
    }
  }
  for (const [place, count] of members.entries()) {
    for (let j = 0; j < dimensions; j++) all[place * dimensions + j] = (all[place * dimensions + j] as number) / count;
  }
  return { indices: Uint32Array.from(indices), rows: all.slice(0, indices.length * dimensions), dimensions, distance };
}

/** Distances of all places in `from`..`end` to the place `to`, written from the start of `into`. */
export function distancesTo(
  pool: Pool,
  to: number,
  into: Float64Array | Float32Array,
  from = 0,
  end = pool.indices.length,
): void {
  const { rows, dimensions, distance } = pool;
  const there = to * dimensions;
  if (distance === "euclidean") {
    for (let i = from, at = from * dimensions; i < end; i++, at += dimensions) {
      let sum = 0;
      for (let j = 0; j < dimensions; j++) {
        const difference = (rows[at + j] as number) - (rows[there + j] as number);
        sum += difference * difference;
      }
      into[i - from] = Math.sqrt(sum);
    }
    return;
  }
  for (let i = from, at = from * dimensions; i < end; i++, at += dimensions) {
    let sum = 0;
    for (let j = 0; j < dimensions; j++) sum += Math.abs((rows[at + j] as number) - (rows[there + j] as number));
    into[i - from] = sum;
  }
}

/** Writes the distances of all places in `from`..`end` to each place of `to`, to.length x (end - from). */
export type ManyDistances = (to: readonly number[], into: Float64Array, from: number, end: number) => void;

/**
 * Euclidean ones as |a|^2 + |b|^2 - 2 a.b, whose products share what is loaded: a third of the time of `distancesTo`. Places at the same point come out
 * some 1e-8 apart.
 */
export function manyDistances(pool: Pool): ManyDistances {
  const { rows, dimensions, indices } = pool;
  if (pool.distance !== "euclidean") {
    return (to, into, from, end) => {
      for (const [i, place] of to.entries()) distancesTo(pool, place, into.subarray(i * (end - from)), from, end);
    };
  }
  const squares = new Float64Array(indices.length);
  for (let i = 0, at = 0; i < squares.length; i++) {
    let sum = 0;
    for (let j = 0; j < dimensions; j++, at++) sum += (rows[at] as number) ** 2;
    squares[i] = sum;
  }
  return (to, into, from, end) => {
    const count = end - from;
    const points = new Float64Array(to.length * dimensions);
    for (const [i, place] of to.entries())
      points.set(rows.subarray(place * dimensions, (place + 1) * dimensions), i * dimensions);
    multiply(rows, from * dimensions, count, dimensions, points, to.length, into);
    for (const [i, place] of to.entries()) {
      const square = squares[place] as number;
      for (let k = 0, at = i * count; k < count; k++, at++) {
        into[at] = Math.sqrt(Math.max((squares[from + k] as number) + square - 2 * (into[at] as number), 0));
      }
    }
  };
}
