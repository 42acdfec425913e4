import { ENCODINGS } from "../encodings.ts";
import { bestOperation } from "../likelihood.ts";
import type { Graph, LogOdds } from "../space.ts";
import { graph } from "./graph.ts";

const { nodes, operations } = ENCODINGS.nasbench201;
const FIRST = operations.indexOf("input") + 1;
const OUTPUT = operations.indexOf("output");

/** All cells have the same edges and the same ends, so the edge operations can be chosen one by one. */
export function mostLikelyMember(odds: LogOdds): Graph {
  const cell = graph(0);
  for (let node = 1; node < nodes - 1; node++)
    cell.operations[node] = bestOperation(odds, operations.length, node, FIRST, OUTPUT);
  return cell;
}
