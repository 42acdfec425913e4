import { InputError } from "../../errors.ts";

/** Points of a space in which neighbours are looked for. */
export interface Points {
  /** count x dimensions, row-major. */
  readonly data: Float32Array;
  readonly dimensions: number;
}

/** The nearest points of a batch of queries, nearest first; of points equally far, the smaller index first. */
export interface Neighbours {
  /** Neighbours a query: what was asked for, or all points where there are fewer. */
  readonly k: number;
  /** queries x k. */
  readonly indices: Uint32Array;
  /** L2 distances, queries x k. */
  readonly distances: Float32Array;
}

/** Most neighbours that can be asked for at once. */
export const MOST_NEIGHBOURS = 1024;

/** @throws InputError where the query or k cannot be */
export function checkQuery({ data, dimensions }: Points, queries: Float32Array, k: number): void {
  if (queries.length === 0 || queries.length % dimensions !== 0) {
    throw new InputError(`Expected query points of ${dimensions} numbers each, found ${queries.length} numbers.`);
  }
  const bad = queries.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new InputError(`Expected finite query points, found ${queries[bad]} at position ${bad}.`);
  if (!Number.isInteger(k) || k < 1 || k > MOST_NEIGHBOURS) {
    throw new InputError(`The number of neighbours must be a whole number from 1 to ${MOST_NEIGHBOURS}, found ${k}.`);
  }
  if (data.length === 0) throw new InputError("There are no points to look for neighbours in.");
}

/** Points compared with a whole batch of queries before the next ones are fetched: they stay in the processor's cache. */
const BLOCK = 1024;

/**
 * Exact nearest neighbours by comparing every point, on one thread. Distances are summed in double precision, so that the order
 * does not depend on the machine. Nothing is allocated but the result and one sorted list a query.
 * @param queries count x dimensions
 * @param k 1..1024
 * @throws InputError for a query or k that cannot be
 */
export function nearestNeighbours(points: Points, queries: Float32Array, k: number): Neighbours {
  checkQuery(points, queries, k);
  const { data, dimensions } = points;
  const count = data.length / dimensions;
  const found = emptyNeighbours(queries.length / dimensions, Math.min(k, count));
  const squares = new Float64Array(found.indices.length).fill(Number.POSITIVE_INFINITY);
  for (let first = 0; first < count; first += BLOCK) {
    const end = Math.min(count, first + BLOCK);
    for (let query = 0; query * dimensions < queries.length; query++) {
      scan(data, dimensions, first, end, queries, query, found.k, squares, found.indices);
    }
  }
  for (let i = 0; i < squares.length; i++) found.distances[i] = Math.sqrt(squares[i] as number);
  return found;
}

export function emptyNeighbours(queries: number, k: number): Neighbours {
  return { k, indices: new Uint32Array(queries * k), distances: new Float32Array(queries * k) };
}

/** Enters points `first..end-1` into the sorted list of one query. Ascending indices keep ties in order. */
function scan(
  data: Float32Array,
  dimensions: number,
  first: number,
  end: number,
  queries: Float32Array,
  query: number,
  k: number,
  squares: Float64Array,
  indices: Uint32Array,
): void {
  const from = query * dimensions;
  const start = query * k;
  const last = start + k - 1;
  let worst = squares[last] as number;
  for (let index = first; index < end; index++) {
    const at = index * dimensions;
    let sum = 0;
    // A sum of squares only grows: most points are out after a few dimensions.
    for (let d = 0; d < dimensions && sum < worst; d++) {
      const difference = (data[at + d] as number) - (queries[from + d] as number);
      sum += difference * difference;
    }
    if (sum >= worst) continue;
    let place = last;
    while (place > start && (squares[place - 1] as number) > sum) {
      squares[place] = squares[place - 1] as number;
      indices[place] = indices[place - 1] as number;
      place--;
    }
    squares[place] = sum;
    indices[place] = index;
    worst = squares[last] as number;
  }
}

/** Squared distance as the CPU defines it: in double precision, summed in the order of the dimensions. */
export function squaredDistance({ data, dimensions }: Points, index: number, queries: Float32Array, query: number): number {
  let sum = 0;
  for (let d = 0; d < dimensions; d++) {
    const difference = (data[index * dimensions + d] as number) - (queries[query * dimensions + d] as number);
    sum += difference * difference;
  }
  return sum;
}
