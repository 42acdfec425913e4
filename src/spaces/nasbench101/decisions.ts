import { ENCODINGS } from "../encodings.ts";
import type { Decisions } from "../space.ts";
import { INTERIOR_OPERATIONS } from "./cell.ts";
import { membership, ONE_HOT, prune } from "./graph.ts";

const { nodes: NODES, operations: OPERATIONS } = ENCODINGS.nasbench101;
const EDGES = (NODES * (NODES - 1)) / 2;

/**
 * A cell as the benchmark's paper samples it (Ying et al., ICML 2019): whether each of 21 edges is there, in the order 0 -> 1, 0 -> 2, 1 -> 2, ..., then the
 * operations of the five interior vertices. What is on no path from input to output is pruned, so that cells of fewer vertices come out, too;
 * most choices make no cell.
 */
export const decisions: Decisions = {
  choices: [...new Array<number>(EDGES).fill(2), ...new Array<number>(NODES - 2).fill(INTERIOR_OPERATIONS.length)],
  decide(chosen) {
    const operations = new Uint8Array(NODES);
    const adjacency = new Uint8Array(NODES * NODES);
    let at = 0;
    for (let to = 1; to < NODES; to++)
      for (let from = 0; from < to; from++) adjacency[from * NODES + to] = chosen[at++] as number;
    operations[0] = OPERATIONS.indexOf("input");
    for (let node = 1; node < NODES - 1; node++) operations[node] = ONE_HOT[chosen[at++] as number] as number;
    operations[NODES - 1] = OPERATIONS.indexOf("output");
    const cell = prune({ operations, adjacency });
    if (!cell) return undefined;
    const found = membership(cell);
    return "index" in found ? found.index : undefined;
  },
};
