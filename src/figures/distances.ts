import type { Embedding } from "../search/strategy.ts";
import type { Graph } from "../spaces/space.ts";

/** L2 distance of two architectures in the embedding. */
export function l2Distance({ data, dimensions }: Embedding, a: number, b: number): number {
  let sum = 0;
  for (let j = 0; j < dimensions; j++) {
    sum += ((data[a * dimensions + j] as number) - (data[b * dimensions + j] as number)) ** 2;
  }
  return Math.sqrt(sum);
}

/**
 * The plain edit distance of the original code: entries in which adjacency and one-hot operations of two graphs differ, as they are numbered. An
 * operation that changes counts two, one that comes or goes one; cells that differ only in the numbering of their nodes are apart.
 */
export function differingEntries(a: Graph, b: Graph, kinds: number): number {
  let count = 0;
  for (const [i, edge] of a.adjacency.entries()) if (edge !== b.adjacency[i]) count++;
  for (const [node, operation] of a.operations.entries()) {
    const other = b.operations[node] as number;
    if (operation === other) continue;
    count += (operation < kinds ? 1 : 0) + (other < kinds ? 1 : 0);
  }
  return count;
}
