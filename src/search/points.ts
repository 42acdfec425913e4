import { type DiscreteEncoding, encodeSpace } from "../spaces/discrete/encode.ts";
import type { SearchSpace } from "../spaces/space.ts";
import type { Embedding } from "./strategy.ts";

/** Where the points of a search come from: given, or made of the space; nothing for a search without points. */
export type PointSource = Embedding | DiscreteEncoding | undefined;

/** The points of a prepared space; an encoding is worked out here, which blocks for up to seconds (see `encodeSpace`). */
export function pointsOf(space: SearchSpace, source: PointSource): Embedding {
  if (source === undefined) return withoutPoints(space.size);
  return typeof source === "string" ? encodeSpace(space, source) : source;
}

/** Architectures that are known by their index alone. */
export const withoutPoints = (count: number): Embedding => ({ data: new Float32Array(0), count, dimensions: 0 });

/** The points of some architectures, one after the other: indices x dimensions. */
export function rowsOf(embedding: Embedding, indices: ArrayLike<number>): Float64Array {
  const rows = new Float64Array(indices.length * embedding.dimensions);
  gatherRows(embedding, indices, rows);
  return rows;
}

/** The same into what is there already. */
export function gatherRows({ data, dimensions }: Embedding, indices: ArrayLike<number>, into: Float64Array): void {
  for (let i = 0; i < indices.length; i++) {
    const start = (indices[i] as number) * dimensions;
    for (let j = 0; j < dimensions; j++) into[i * dimensions + j] = data[start + j] as number;
  }
}
