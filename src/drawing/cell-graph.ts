import { type Graph, PADDING } from "../spaces/space.ts";

export interface NodeSize {
  readonly width: number;
  readonly height: number;
}

/** A drawn node that has room for the name of its operation, in pixels. */
export const NODE: NodeSize = { width: 94, height: 28 };

/** Nodes through which something flows from input to output, i.e. not cut off by `none`. */
export function liveNodes(graph: Graph, blocked: (operation: number) => boolean): ReadonlySet<number> {
  const count = graph.operations.length;
  const last = graph.operations.findLastIndex((operation) => operation !== PADDING);
  const open = (node: number): boolean => !blocked(graph.operations[node] as number);
  const forward = new Set([0]);
  for (let to = 1; to <= last; to++) {
    for (let from = 0; from < to; from++)
      if (graph.adjacency[from * count + to] && forward.has(from) && open(to)) forward.add(to);
  }
  const backward = new Set([last]);
  for (let from = last - 1; from >= 0; from--) {
    for (let to = from + 1; to <= last; to++)
      if (graph.adjacency[from * count + to] && backward.has(to) && open(from)) backward.add(from);
  }
  return new Set([...forward].filter((node) => backward.has(node)));
}
