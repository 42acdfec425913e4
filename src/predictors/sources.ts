import { rowsOf } from "../search/points.ts";
import { encodeSpace } from "../spaces/discrete/encode.ts";
import type { SearchSpace } from "../spaces/space.ts";
import { type FeatureSource, sourceOf, together } from "./features.ts";
import { liveWayRows, structureRows } from "./structure.ts";
import { subtreeRows } from "./subtrees.ts";

/** Points of a whole space: a learnt embedding, or an encoding. Row-major, count x dimensions, in index order. */
interface Points {
  readonly data: Float32Array;
  readonly count: number;
  readonly dimensions: number;
}

/** A learnt embedding as it is. */
export const embeddingSource = (name: string, space: SearchSpace, points: Points): FeatureSource =>
  sourceOf(name, space, writerOf(points), "euclidean");

/**
 * A learnt embedding, each cell at the mean of all cells that the space calls the same: what an encoder makes of different drawings of one
 * architecture differs by accident only.
 */
export function meanEmbeddingSource(name: string, space: SearchSpace, points: Points): FeatureSource {
  const { count, dimensions } = points;
  const members = new Uint32Array(count);
  const sums = new Float64Array(count * dimensions);
  const classes = Uint32Array.from({ length: count }, (_, index) => space.canonical(index));
  for (const [index, own] of classes.entries()) {
    members[own] = (members[own] as number) + 1;
    for (let j = 0; j < dimensions; j++) {
      sums[own * dimensions + j] = (sums[own * dimensions + j] as number) + (points.data[index * dimensions + j] as number);
    }
  }
  const write = (index: number, into: Float64Array, start: number): void => {
    const own = classes[index] as number;
    for (let j = 0; j < dimensions; j++) into[start + j] = (sums[own * dimensions + j] as number) / (members[own] as number);
  };
  return sourceOf(name, space, { dimensions, write }, "euclidean");
}

/** No features beside the graph itself, which a fine-tuned encoder reads. */
export const graphOnly: FeatureSource = { name: "graph", of: (indices) => ({ indices, blocks: [] }) };

/** Features that need no model. */
export const MODEL_FREE = ["operations", "adjacency", "path", "structure", "combined", "combined+subtrees"] as const;
export type ModelFree = (typeof MODEL_FREE)[number];

/**
 * - `operations`, `adjacency`, `path`: the encodings of `src/spaces/discrete`
 * - `structure`: counts and path lengths (`structureRows`)
 * - `combined`: `structure` and the live ways (`liveWayRows`) as two blocks
 * - `combined+subtrees`: these and the subtrees (`subtreeRows`) as three
 * @param space prepared
 */
export function modelFreeSource(space: SearchSpace, name: ModelFree): FeatureSource {
  if (name === "structure") return sourceOf(name, space, structureRows(space), "euclidean");
  if (name === "combined") {
    return together(name, [modelFreeSource(space, "structure"), sourceOf("ways", space, liveWayRows(space), "hamming")]);
  }
  if (name === "combined+subtrees") {
    return together(name, [modelFreeSource(space, "combined"), sourceOf("subtrees", space, subtreeRows(space), "hamming")]);
  }
  return sourceOf(name, space, writerOf(encodeSpace(space, name)), "hamming");
}

function writerOf({ data, count, dimensions }: Points) {
  const points = { data, count, dimensions };
  return {
    dimensions,
    write: (index: number, into: Float64Array, start: number): void => into.set(rowsOf(points, [index]), start),
  };
}
