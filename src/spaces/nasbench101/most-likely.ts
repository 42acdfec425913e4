import { ENCODINGS } from "../encodings.ts";
import { bestOperation } from "../likelihood.ts";
import { bitCount } from "../module-hash.ts";
import { type Graph, type LogOdds, PADDING } from "../space.ts";
import { MOST_EDGES, MOST_VERTICES } from "./cell.ts";

/**
 * In-space decoding without looking at 423,624 cells. Vertices may be numbered in any topological order, so the interior operations are
 * free of each other and of the edges, and what remains is the best set of edges for 2..7 vertices: every vertex but the input is
 * entered, every vertex but the output is left, at most 9 edges. Column by column (the predecessors of vertex 1, of vertex 2, ...)
 * all that the past says about the future is which vertices have been left so far and how many edges there are: at most 2^5 x 10
 * states, each with its best sum of log-odds, and from every one the way back.
 */

const { nodes: NODES, operations: OPERATIONS } = ENCODINGS.nasbench101;
const INPUT = OPERATIONS.indexOf("input");
const OUTPUT = OPERATIONS.indexOf("output");

const COUNTS = MOST_EDGES + 1;
/** States a column: left vertices of 0..6 as a mask, times the number of edges. */
const STATES = (1 << (MOST_VERTICES - 1)) * COUNTS;
const SIZES = Uint8Array.from({ length: 1 << (MOST_VERTICES - 1) }, (_, mask) => bitCount(mask));

/** Best sum of log-odds by column and state, and the predecessors chosen last on the way there. */
const sums = new Float64Array(MOST_VERTICES * STATES);
const choices = new Uint8Array(MOST_VERTICES * STATES);
const before = new Uint32Array(MOST_VERTICES * STATES);
const columnSums = new Float64Array(1 << (MOST_VERTICES - 1));

export function mostLikelyMember(odds: LogOdds): Graph {
  sums.fill(Number.NEGATIVE_INFINITY);
  sums[0] = 0;
  let interior = odds.operations[INPUT] as number;
  let best = Number.NEGATIVE_INFINITY;
  const found = { last: 0, mask: 0, state: 0 };
  for (let vertex = 1; vertex < MOST_VERTICES; vertex++) {
    addUp(odds, vertex);
    const output = odds.operations[vertex * OPERATIONS.length + OUTPUT] as number;
    const all = (1 << vertex) - 1;
    for (let state = 0; state < STATES; state++) {
      const sum = sums[(vertex - 1) * STATES + state] as number;
      if (sum === Number.NEGATIVE_INFINITY) continue;
      const left = Math.floor(state / COUNTS);
      const edges = state % COUNTS;
      for (let mask = 1; mask <= all; mask++) {
        const total = edges + (SIZES[mask] as number);
        if (total > MOST_EDGES) continue;
        const extended = sum + (columnSums[mask] as number);
        if ((left | mask) === all && extended + interior + output > best) {
          best = extended + interior + output;
          Object.assign(found, { last: vertex, mask, state });
        }
        const next = vertex * STATES + (left | mask) * COUNTS + total;
        if (extended <= (sums[next] as number)) continue;
        sums[next] = extended;
        choices[next] = mask;
        before[next] = state;
      }
    }
    const operation = bestOperation(odds, OPERATIONS.length, vertex, INPUT + 1, OUTPUT);
    interior += odds.operations[vertex * OPERATIONS.length + operation] as number;
  }
  return graphBehind(odds, found);
}

/** Log-odds of every set of predecessors of a vertex. */
function addUp({ adjacency }: LogOdds, vertex: number): void {
  for (let mask = 1; mask < 1 << vertex; mask++) {
    const lowest = 31 - Math.clz32(mask & -mask);
    columnSums[mask] = (columnSums[mask & (mask - 1)] as number) + (adjacency[lowest * NODES + vertex] as number);
  }
}

/** The graph at whose output, vertex `last`, the predecessors `mask` were chosen coming from `state`. */
function graphBehind(odds: LogOdds, { last, mask, state }: { last: number; mask: number; state: number }): Graph {
  const operations = new Uint8Array(NODES).fill(PADDING);
  const adjacency = new Uint8Array(NODES * NODES);
  operations[0] = INPUT;
  operations[last] = OUTPUT;
  let at = state;
  let predecessors = mask;
  for (let vertex = last; vertex > 0; vertex--) {
    if (vertex < last) operations[vertex] = bestOperation(odds, OPERATIONS.length, vertex, INPUT + 1, OUTPUT);
    for (let from = 0; from < vertex; from++) adjacency[from * NODES + vertex] = (predecessors >>> from) & 1;
    const here = (vertex - 1) * STATES + at;
    predecessors = choices[here] as number;
    at = before[here] as number;
  }
  return { operations, adjacency };
}
