import { type Graph, PADDING } from "../../src/spaces/space.ts";

/**
 * Changes to the graph of a cell, by hand: each gives another graph and leaves the one before as it is. Whether the result is a cell of the space is for
 * the space to say.
 */

/** Nodes up to the last that is not padding. */
export const nodesOf = ({ operations }: Graph): number => operations.findLastIndex((operation) => operation !== PADDING) + 1;

export function withOperation({ operations, adjacency }: Graph, node: number, operation: number): Graph {
  return { operations: operations.map((before, i) => (i === node ? operation : before)), adjacency };
}

export function withEdge({ operations, adjacency }: Graph, from: number, to: number, isThere: boolean): Graph {
  const at = from * operations.length + to;
  return { operations, adjacency: adjacency.map((before, i) => (i === at ? Number(isThere) : before)) };
}

/**
 * With so many nodes: new ones come before the last, the output, without edges; what is too many goes from there, with its edges.
 * @param fresh operation of a new node
 */
export function withNodes(graph: Graph, count: number, fresh: number): Graph {
  const size = graph.operations.length;
  const before = nodesOf(graph);
  const operations = new Uint8Array(size).fill(PADDING);
  const adjacency = new Uint8Array(size * size);
  const old = (node: number): number => (node === count - 1 ? before - 1 : node < before - 1 ? node : -1);
  for (let node = 0; node < count; node++) {
    operations[node] = old(node) < 0 ? fresh : (graph.operations[old(node)] as number);
    for (let to = node + 1; to < count; to++) {
      if (old(node) < 0 || old(to) < 0) continue;
      adjacency[node * size + to] = graph.adjacency[old(node) * size + old(to)] as number;
    }
  }
  return { operations, adjacency };
}
