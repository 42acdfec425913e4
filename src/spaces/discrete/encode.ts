import { type Graph, PADDING, type SearchSpace } from "../space.ts";
import { encodePaths, type PathLengths, pathEncoding } from "./paths.ts";

/**
 * Encodings of architectures that need no model: what a strategy searches instead of a learnt embedding.
 *
 * - `adjacency`: adjacency and one-hot operations, as arch2vec's encoder gets them: the upper triangle row by row, then nodes x K. In
 *   NAS-Bench-201, where all cells have the same edges, it comes to the same as `operations`
 * - `operations`: one-hot operations, nodes x K
 * - `path`: the path encoding, cut where the whole space would not fit in memory (see `pathEncoding`)
 *
 * All are zeros and ones, and leave out what is the same in every architecture of the space.
 */
export const DISCRETE_ENCODINGS = ["adjacency", "operations", "path"] as const;
export type DiscreteEncoding = (typeof DISCRETE_ENCODINGS)[number];

/** Titles for people. */
export const DISCRETE_ENCODING_TITLES: Readonly<Record<DiscreteEncoding, string>> = {
  adjacency: "adjacency and one-hot operations",
  operations: "one-hot operations",
  path: "path encoding",
};

/** Features of every architecture of a space, row-major: `count x dimensions`, in index order. */
export interface EncodedSpace {
  readonly data: Float32Array;
  readonly count: number;
  readonly dimensions: number;
  readonly encoding: DiscreteEncoding;
}

/** What of a space its encodings are made of. */
export type Encodable = Pick<SearchSpace, "name" | "nodes" | "operations" | "size" | "graph">;

/**
 * Encodes a prepared space. Widths of `adjacency`, `operations` and `path`: 30, 30 and 155 for NAS-Bench-201, 41, 21 and 40 for NAS-Bench-101,
 * 104, 64 and 144 for the default sample of DARTS. Blocks for 0.1 to 0.4 s for NAS-Bench-201, for 1 to 5 s for the others.
 */
export function encodeSpace(space: Encodable, encoding: DiscreteEncoding, paths: PathLengths = "cut"): EncodedSpace {
  const { width, write } = writer(space, encoding, paths);
  const all = new Float32Array(space.size * width);
  for (let index = 0; index < space.size; index++) write(space.graph(index), all, index * width);
  return { ...withoutConstants(all, space.size, width), encoding };
}

type Write = (graph: Graph, into: Float32Array, start: number) => void;

function writer(space: Encodable, encoding: DiscreteEncoding, lengths: PathLengths): { width: number; write: Write } {
  const { nodes } = space;
  const kinds = space.operations.length;
  const edges = (nodes * (nodes - 1)) / 2;
  const oneHot: Write = ({ operations }, into, start) => {
    for (let node = 0; node < nodes; node++) {
      const operation = operations[node] as number;
      if (operation !== PADDING) into[start + node * kinds + operation] = 1;
    }
  };
  switch (encoding) {
    case "operations":
      return { width: nodes * kinds, write: oneHot };
    case "adjacency":
      return {
        width: edges + nodes * kinds,
        write(graph, into, start) {
          let at = start;
          for (let from = 0; from < nodes; from++) {
            for (let to = from + 1; to < nodes; to++) into[at++] = graph.adjacency[from * nodes + to] as number;
          }
          oneHot(graph, into, at);
        },
      };
    case "path": {
      const paths = pathEncoding(space, lengths);
      return { width: paths.width, write: (graph, into, start) => encodePaths(paths, graph, into, start) };
    }
  }
}

/** Leaves out the columns that hold one value only; in place, for a whole space takes a hundred megabytes. */
function withoutConstants(data: Float32Array, count: number, width: number) {
  const varies = new Uint8Array(width);
  for (let row = 1; row < count; row++) {
    for (let j = 0; j < width; j++) if (data[row * width + j] !== data[j]) varies[j] = 1;
  }
  const kept = Uint32Array.from({ length: width }, (_, j) => j).filter((j) => varies[j] === 1);
  const dimensions = kept.length;
  let at = 0;
  for (let row = 0; row < count; row++) {
    for (let k = 0; k < dimensions; k++) data[at++] = data[row * width + (kept[k] as number)] as number;
  }
  return { data: dimensions === width ? data : data.slice(0, at), count, dimensions };
}
