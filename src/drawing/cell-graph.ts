import { type Graph, PADDING } from "../spaces/space.ts";

/** Size of a drawn node and the room around it, in pixels. */
export interface NodeSize {
  readonly width: number;
  readonly height: number;
  /** Between nodes side by side. */
  readonly beside: number;
  /** Between layers. */
  readonly below: number;
}

/** A node that holds the name of its operation. */
export const NODE: NodeSize = { width: 94, height: 28, beside: 8, below: 24 };
/** A node that holds a letter or two. */
export const SMALL_NODE: NodeSize = { width: 20, height: 16, beside: 6, below: 11 };

/** Nodes through which something flows from an input to the output, i.e. not cut off by `none`. Inputs are the first nodes that nothing enters. */
export function liveNodes(graph: Graph, blocked: (operation: number) => boolean): ReadonlySet<number> {
  const count = graph.operations.length;
  const last = graph.operations.findLastIndex((operation) => operation !== PADDING);
  const open = (node: number): boolean => !blocked(graph.operations[node] as number);
  const isEntered = (to: number): boolean => graph.operations.some((_, from) => from < to && graph.adjacency[from * count + to]);
  const inputs = [...graph.operations.keys()].findIndex(isEntered);
  const forward = new Set(Array.from({ length: Math.max(1, inputs) }, (_, node) => node));
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
