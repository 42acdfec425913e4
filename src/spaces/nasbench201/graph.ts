import { ENCODINGS } from "../encodings.ts";
import { type Graph, type Membership, PADDING } from "../space.ts";
import { CHOICES, codeOf, digit, EDGE_OPERATIONS, EDGES, indexOf } from "./order.ts";

/**
 * The cell as arch2vec encodes it: operations become nodes. Node 0 is the input, nodes 1..6 carry the six edge operations
 * in the order of the architecture string, node 7 is the output; which operation feeds which is the same in every cell.
 */

const { nodes: NODES, operations: OPERATIONS } = ENCODINGS.nasbench201;
const OUTPUT_NODE = NODES - 1;
const INPUT = OPERATIONS.indexOf("input");
const OUTPUT = OPERATIONS.indexOf("output");

const CONNECTIONS: readonly (readonly number[])[] = [[1, 2, 4], [3, 5], [6], [6], [7], [7], [7], []];
const ADJACENCY = new Uint8Array(NODES * NODES);
for (const [from, targets] of CONNECTIONS.entries()) for (const to of targets) ADJACENCY[from * NODES + to] = 1;

/** One-hot position of a code's digit, and back (-1 for what no edge can carry). */
const ONE_HOT = EDGE_OPERATIONS.map((name) => OPERATIONS.indexOf(name));
const DIGIT = OPERATIONS.map((name) => EDGE_OPERATIONS.indexOf(name as (typeof EDGE_OPERATIONS)[number]));

export function graph(index: number): Graph {
  const code = codeOf(index);
  const operations = new Uint8Array(NODES);
  operations[0] = INPUT;
  for (let edge = 0; edge < EDGES; edge++) operations[edge + 1] = ONE_HOT[digit(code, edge)] as number;
  operations[OUTPUT_NODE] = OUTPUT;
  return { operations, adjacency: ADJACENCY.slice() };
}

/** Member when the operations stand where they belong and the edges are exactly those every cell has. */
export function membership({ operations, adjacency }: Graph): Membership {
  if (operations.length !== NODES || adjacency.length !== NODES * NODES) {
    return { reason: `A cell has ${NODES} nodes, this graph has ${operations.length}.` };
  }
  if (operations[0] !== INPUT) return { reason: `Node 0 must be the input, it is ${nameOf(operations[0])}.` };
  if (operations[OUTPUT_NODE] !== OUTPUT) {
    return { reason: `Node ${OUTPUT_NODE} must be the output, it is ${nameOf(operations[OUTPUT_NODE])}.` };
  }
  let code = 0;
  for (let node = 1; node < OUTPUT_NODE; node++) {
    const operation = digitOf(operations[node]);
    if (operation < 0) return { reason: `Node ${node} must carry an edge operation, it is ${nameOf(operations[node])}.` };
    code = code * CHOICES + operation;
  }
  for (let i = 0; i < ADJACENCY.length; i++) {
    if (Boolean(adjacency[i]) === Boolean(ADJACENCY[i])) continue;
    const edge = `${Math.floor(i / NODES)} -> ${i % NODES}`;
    return {
      reason: adjacency[i]
        ? `The edge ${edge} is in no cell of the space.`
        : `The edge ${edge}, which every cell has, is missing.`,
    };
  }
  return { index: indexOf(code) };
}

/** What the original code checks: input first, output last, real operations on nodes 2..6; node 1 and the edges go unchecked. */
export function isValidAsPublished({ operations }: Graph): boolean {
  if (operations[0] !== INPUT || operations[OUTPUT_NODE] !== OUTPUT) return false;
  for (let node = 2; node < OUTPUT_NODE; node++) if (digitOf(operations[node]) < 0) return false;
  return true;
}

function digitOf(operation: number | undefined): number {
  return operation === undefined ? -1 : (DIGIT[operation] ?? -1);
}

function nameOf(operation: number | undefined): string {
  return operation === undefined || operation === PADDING ? "empty" : (OPERATIONS[operation] ?? `operation ${operation}`);
}
