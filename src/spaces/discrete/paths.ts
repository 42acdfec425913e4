import type { Encoding } from "../encodings.ts";
import type { Graph, SpaceName } from "../space.ts";

/**
 * The path encoding of BANANAS (White, Neiswanger and Savani, AAAI 2021, section 4): a feature for each sequence of operations that a
 * tensor can take from an input to the output, 1 where the cell has such a path. Features stand by length, then by the input they start
 * from, then by their operations read as the digits of a number, the first operation first.
 */
export interface PathEncoding {
  /** Operations that name an input: those before the ones a path collects. */
  readonly inputs: number;
  /** Operations a path can collect, K. */
  readonly kinds: number;
  /** Fewest operations of a path: 0 where an edge may lead from the input straight to the output. */
  readonly shortest: number;
  /** Most operations of a path that is a feature; longer paths are left out. */
  readonly longest: number;
  /** Features: inputs x the sum of K^length. */
  readonly width: number;
}

/** Whole: the lengths that the cells of a space have. Cut: up to which length all cells of the space together fit in memory. */
const LENGTHS: Readonly<Record<SpaceName, { readonly shortest: number; readonly whole: number; readonly cut: number }>> = {
  nasbench101: { shortest: 0, whole: 5, cut: 3 },
  nasbench201: { shortest: 1, whole: 3, cut: 3 },
  darts: { shortest: 1, whole: 4, cut: 2 },
};

/**
 * - `whole`: every path: 364 features in NAS-Bench-101, 155 in NAS-Bench-201, 9,360 in DARTS
 * - `cut`: the truncated encoding of section 4.1, which keeps the shortest paths: 40 features in NAS-Bench-101 (the published
 *   cut), 144 in DARTS (paths of two operations), all 155 in NAS-Bench-201
 */
export type PathLengths = "whole" | "cut";

export function pathEncoding(
  { name, operations }: Pick<Encoding, "operations"> & { readonly name: SpaceName },
  lengths: PathLengths,
): PathEncoding {
  const { shortest, [lengths]: longest } = LENGTHS[name];
  const inputs = name === "darts" ? 2 : 1;
  const kinds = operations.length - inputs - 1;
  let width = 0;
  for (let length = shortest; length <= longest; length++) width += inputs * kinds ** length;
  return { inputs, kinds, shortest, longest, width };
}

/** The feature of a path. @param path operations in one-hot order, the input first, the output left out */
export function pathFeature({ inputs, kinds, shortest }: PathEncoding, path: readonly number[]): number {
  const [input = 0, ...taken] = path;
  let feature = 0;
  for (let length = shortest; length < taken.length; length++) feature += inputs * kinds ** length;
  let number = input;
  for (const operation of taken) number = number * kinds + (operation - inputs);
  return feature + number;
}

/** Adds the features of a graph to `into`, `encoding.width` numbers from `start` on, which should be 0. */
export function encodePaths(encoding: PathEncoding, { operations, adjacency }: Graph, into: Float32Array, start: number): void {
  const nodes = operations.length;
  const output = encoding.inputs + encoding.kinds;
  const path: number[] = [];
  const follow = (node: number): void => {
    const operation = operations[node] as number;
    if (operation === output) {
      into[start + pathFeature(encoding, path)] = 1;
      return;
    }
    if (path.length > encoding.longest) return;
    path.push(operation);
    for (let next = node + 1; next < nodes; next++) if (adjacency[node * nodes + next]) follow(next);
    path.pop();
  };
  for (let node = 0; node < nodes; node++) if ((operations[node] as number) < encoding.inputs) follow(node);
}
