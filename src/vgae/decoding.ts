import { type Graph, type LogOdds, PADDING, type SearchSpace } from "../spaces/space.ts";
import type { Decoded } from "./trainer.ts";

/** How a latent point becomes a graph: entry by entry (`plain`), or as the most probable member of the space (`in-space`). */
export type Decoding = "plain" | "in-space";

/** Graph number `position` of decoder outputs: argmax operation a node, edges where the probability exceeds one half. */
export function mostLikely(decoded: Decoded, position: number, nodes: number, operations: number): Graph {
  const labels = new Uint8Array(nodes);
  const adjacency = new Uint8Array(nodes * nodes);
  for (let node = 0; node < nodes; node++) {
    const row = (position * nodes + node) * operations;
    let best = 0;
    for (let k = 1; k < operations; k++) {
      if ((decoded.operations[row + k] as number) > (decoded.operations[row + best] as number)) best = k;
    }
    labels[node] = best;
    for (let other = node + 1; other < nodes; other++) {
      const logit = decoded.adjacency[(position * nodes + node) * nodes + other] as number;
      adjacency[node * nodes + other] = logit > 0 ? 1 : 0;
    }
  }
  return { operations: labels, adjacency };
}

/**
 * Graph number `position` as an architecture of the space. Plainly decoded it is the most likely graph, but in a space with padding
 * the last nodes of which no operation is more likely than not do not exist (the paper always takes the largest, so that it
 * cannot decode a smaller cell). No edge is changed.
 */
export function decodedGraph(decoded: Decoded, position: number, space: SearchSpace, decoding: Decoding): Graph {
  const { nodes } = space;
  const operations = space.operations.length;
  if (decoding === "in-space") return space.mostLikelyMember(oddsOf(decoded, position, nodes, operations));
  const graph = mostLikely(decoded, position, nodes, operations);
  if (!space.padded) return graph;
  const exists = (node: number): boolean => {
    const row = (position * nodes + node) * operations;
    for (let k = 0; k < operations; k++) if ((decoded.operations[row + k] as number) > 0) return true;
    return false;
  };
  for (let node = nodes - 1; node >= 0 && !exists(node); node--) graph.operations[node] = PADDING;
  return graph;
}

function oddsOf({ operations, adjacency }: Decoded, position: number, nodes: number, choices: number): LogOdds {
  return {
    operations: operations.subarray(position * nodes * choices, (position + 1) * nodes * choices),
    adjacency: adjacency.subarray(position * nodes * nodes, (position + 1) * nodes * nodes),
  };
}
