import { ENCODINGS } from "../encodings.ts";
import { bitCount } from "../module-hash.ts";
import { type Graph, type Membership, PADDING } from "../space.ts";
import { canonicalCell, type LooseCell } from "./canonical.ts";
import { before, type Cell, digit, INTERIOR_OPERATIONS, MOST_EDGES, vertexCount } from "./cell.ts";
import { numberOf } from "./enumeration.ts";
import { indexOfNumber } from "./order.ts";

/** Cells as the graphs that arch2vec encodes: seven nodes, smaller cells padded at the end. */

const { nodes: NODES, operations: OPERATIONS } = ENCODINGS.nasbench101;
const INPUT = OPERATIONS.indexOf("input");
const OUTPUT = OPERATIONS.indexOf("output");

/** One-hot position of a digit, and back (-1 for what is no interior operation). */
export const ONE_HOT: readonly number[] = INTERIOR_OPERATIONS.map((name) => OPERATIONS.indexOf(name));
const DIGIT = OPERATIONS.map((name) => INTERIOR_OPERATIONS.indexOf(name as (typeof INTERIOR_OPERATIONS)[number]));

export function graphOf({ bits, code }: Cell): Graph {
  const count = vertexCount(bits);
  const operations = new Uint8Array(NODES).fill(PADDING);
  const adjacency = new Uint8Array(NODES * NODES);
  operations[0] = INPUT;
  operations[count - 1] = OUTPUT;
  for (let vertex = 1; vertex < count - 1; vertex++) operations[vertex] = ONE_HOT[digit(code, count, vertex)] as number;
  for (let to = 1; to < count; to++) {
    const mask = before(bits, to);
    for (let from = 0; from < to; from++) adjacency[from * NODES + to] = (mask >>> from) & 1;
  }
  return { operations, adjacency };
}

/** Member when it is a cell as it stands; nothing is pruned, but its vertices may be numbered in another order. */
export function membership(graph: Graph): Membership {
  const { operations, adjacency } = graph;
  if (operations.length !== NODES || adjacency.length !== NODES * NODES) {
    return { reason: `A graph of this space has ${NODES} nodes, padded ones included, this one has ${operations.length}.` };
  }
  const count = realNodes(graph);
  const reason =
    operationsProblem(operations, count) ??
    directionProblem(adjacency, count) ??
    edgesProblem(adjacency) ??
    pathProblem(adjacency, count);
  if (reason !== undefined) return { reason };
  const cell = canonicalCell(looseCell(graph, count));
  const number = cell && numberOf(cell.bits, cell.code);
  if (number === undefined) throw new Error("A graph that fits the definition of NAS-Bench-101 is in no enumerated class.");
  return { index: indexOfNumber(number) };
}

/** What the original code checks: after pruning something is left, at most 9 edges, input first, output last, real operations inside. */
export function isValidAsPublished(graph: Graph): boolean {
  const pruned = prune(graph);
  if (pruned === undefined) return false;
  const count = realNodes(pruned);
  return operationsProblem(pruned.operations, count) === undefined && edgesProblem(pruned.adjacency) === undefined;
}

/**
 * The graph without what is on no path from the first node to the last real one, as the benchmark prunes a cell before it is built.
 * Undefined where the last is not reached. Edges must run upwards.
 */
export function prune(graph: Graph): Graph | undefined {
  const count = realNodes(graph);
  if (count < 2) return undefined;
  const { reached, reaching } = paths(graph.adjacency, count);
  if (!((reached >>> (count - 1)) & 1)) return undefined;
  const kept = Array.from({ length: count }, (_, node) => node).filter((node) => (reached >>> node) & (reaching >>> node) & 1);
  const operations = new Uint8Array(NODES).fill(PADDING);
  const adjacency = new Uint8Array(NODES * NODES);
  for (const [to, node] of kept.entries()) {
    operations[to] = graph.operations[node] as number;
    for (const [from, other] of kept.entries()) adjacency[from * NODES + to] = graph.adjacency[other * NODES + node] ? 1 : 0;
  }
  return { operations, adjacency };
}

/** Vertices up to the last that is not padding. */
function realNodes({ operations }: Graph): number {
  let count = operations.length;
  while (count > 0 && operations[count - 1] === PADDING) count--;
  return count;
}

function looseCell({ operations, adjacency }: Graph, count: number): LooseCell {
  const predecessors = Array.from({ length: count }, (_, to) => {
    let mask = 0;
    for (let from = 0; from < to; from++) if (adjacency[from * NODES + to]) mask |= 1 << from;
    return mask;
  });
  const digits = Array.from({ length: count }, (_, node) => Math.max(0, DIGIT[operations[node] as number] as number));
  return { count, before: predecessors, digits };
}

function operationsProblem(operations: Uint8Array, count: number): string | undefined {
  if (count < 2) return `A cell has 2 to ${NODES} vertices, this graph has ${count}.`;
  if (operations[0] !== INPUT) return `Node 0 must be the input, it is ${nameOf(operations[0])}.`;
  if (operations[count - 1] !== OUTPUT) {
    return `Node ${count - 1}, the last, must be the output, it is ${nameOf(operations[count - 1])}.`;
  }
  for (let node = 1; node < count - 1; node++) {
    if ((DIGIT[operations[node] as number] ?? -1) >= 0) continue;
    return `Node ${node} must be one of ${INTERIOR_OPERATIONS.join(", ")}, it is ${nameOf(operations[node])}.`;
  }
  return undefined;
}

function directionProblem(adjacency: Uint8Array, count: number): string | undefined {
  for (let from = 0; from < NODES; from++) {
    for (let to = 0; to < NODES; to++) {
      if (!adjacency[from * NODES + to]) continue;
      if (from >= count || to >= count) return `The edge ${from} -> ${to} touches a node that does not exist.`;
      if (from < to) continue;
      const cycle = pathBetween(adjacency, to, from);
      return cycle
        ? `The edges ${[...cycle, to].join(" -> ")} form a cycle.`
        : `The edge ${from} -> ${to} runs backwards; nodes must be numbered so that every edge runs to a higher number.`;
    }
  }
  return undefined;
}

function edgesProblem(adjacency: Uint8Array): string | undefined {
  const edges = adjacency.reduce((sum, entry) => sum + (entry ? 1 : 0), 0);
  return edges > MOST_EDGES ? `A cell has at most ${MOST_EDGES} edges, this graph has ${edges}.` : undefined;
}

function pathProblem(adjacency: Uint8Array, count: number): string | undefined {
  const { reached, reaching } = paths(adjacency, count);
  if (!((reached >>> (count - 1)) & 1)) return `The output, node ${count - 1}, is not reached from the input.`;
  const loose = ~(reached & reaching) & ((1 << count) - 1);
  if (loose === 0) return undefined;
  const nodes = Array.from({ length: count }, (_, node) => node).filter((node) => (loose >>> node) & 1);
  return bitCount(loose) === 1
    ? `Node ${nodes[0]} is on no path from the input to the output.`
    : `Nodes ${nodes.join(", ")} are on no path from the input to the output.`;
}

/** Nodes that the first one reaches, and nodes that reach node `count - 1`, as bit masks. Edges run upwards. */
function paths(adjacency: Uint8Array, count: number): { reached: number; reaching: number } {
  let reached = 1;
  for (let to = 1; to < count; to++) {
    for (let from = 0; from < to; from++) if (adjacency[from * NODES + to] && (reached >>> from) & 1) reached |= 1 << to;
  }
  let reaching = 1 << (count - 1);
  for (let from = count - 2; from >= 0; from--) {
    for (let to = from + 1; to < count; to++) if (adjacency[from * NODES + to] && (reaching >>> to) & 1) reaching |= 1 << from;
  }
  return { reached, reaching };
}

/** Nodes along a path of edges from `from` to `to`, both included. */
function pathBetween(adjacency: Uint8Array, from: number, to: number, passed: readonly number[] = []): number[] | undefined {
  const path = [...passed, from];
  if (from === to) return path;
  for (let next = 0; next < NODES; next++) {
    if (!adjacency[from * NODES + next] || path.includes(next)) continue;
    const found = pathBetween(adjacency, next, to, path);
    if (found) return found;
  }
  return undefined;
}

function nameOf(operation: number | undefined): string {
  return operation === undefined || operation === PADDING ? "empty" : (OPERATIONS[operation] ?? `operation ${operation}`);
}
