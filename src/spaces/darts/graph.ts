import { ENCODINGS } from "../encodings.ts";
import { type Graph, PADDING } from "../space.ts";
import { BLOCKS, CELL_INPUTS, CELL_NODES, type DartsCell, inputName } from "./cell.ts";

/** Cells as the graphs that arch2vec encodes: nodes 0 and 1 are the cell's inputs, 2..9 its operations, 10 its output. */

const { nodes: NODES, operations: OPERATIONS } = ENCODINGS.darts;
const OUTPUT_NODE = NODES - 1;
const OUTPUT = OPERATIONS.indexOf("output");

export function graphOf({ operations: digits, inputs }: DartsCell): Graph {
  const operations = new Uint8Array(NODES);
  const adjacency = new Uint8Array(NODES * NODES);
  operations[1] = 1;
  operations[OUTPUT_NODE] = OUTPUT;
  for (let node = 0; node < CELL_NODES; node++) {
    const to = CELL_INPUTS + node;
    operations[to] = CELL_INPUTS + (digits[node] as number);
    for (const from of sourcesOf(inputs[node] as number)) adjacency[from * NODES + to] = 1;
    adjacency[to * NODES + OUTPUT_NODE] = 1;
  }
  return { operations, adjacency };
}

/** Graph nodes behind an input of a node: the cell's input itself, or both operations of a block. */
export function sourcesOf(input: number): number[] {
  if (input < CELL_INPUTS) return [input];
  const first = 2 * input - CELL_INPUTS;
  return [first, first + 1];
}

/** The cell whose graph this is, or a sentence why there is none. */
export function readGraph({ operations, adjacency }: Graph): DartsCell | { readonly reason: string } {
  if (operations.length !== NODES || adjacency.length !== NODES * NODES) {
    return { reason: `A graph of this space has ${NODES} nodes, this one has ${operations.length}.` };
  }
  const misplaced = operationsProblem(operations);
  if (misplaced !== undefined) return { reason: misplaced };
  for (let from = 0; from < NODES; from++) {
    for (let to = 0; to <= from; to++) {
      if (!adjacency[from * NODES + to]) continue;
      const back = adjacency[to * NODES + from] || from === to;
      return {
        reason: back
          ? `The edges ${to} -> ${from} -> ${to} form a cycle.`
          : `The edge ${from} -> ${to} runs backwards; every edge runs to a higher number.`,
      };
    }
  }
  const cell = { operations: new Uint8Array(CELL_NODES), inputs: new Uint8Array(CELL_NODES) };
  for (let node = 0; node < CELL_NODES; node++) {
    const at = CELL_INPUTS + node;
    cell.operations[node] = (operations[at] as number) - CELL_INPUTS;
    const sources = Array.from({ length: at }, (_, from) => from).filter((from) => adjacency[from * NODES + at]);
    const input = inputBehind(sources, node >> 1);
    if (input === undefined) {
      const found = sources.length === 0 ? "nothing" : `${sources.length === 1 ? "node" : "nodes"} ${sources.join(", ")}`;
      return { reason: `Node ${at} must read one input of the cell or both nodes of one earlier block, it reads ${found}.` };
    }
    cell.inputs[node] = input;
    if (node & 1 && cell.inputs[node - 1] === input) {
      return { reason: `Nodes ${at - 1} and ${at} must read different inputs, both read ${inputName(input)}.` };
    }
  }
  for (let node = 0; node < OUTPUT_NODE; node++) {
    const feeds = Boolean(adjacency[node * NODES + OUTPUT_NODE]);
    if (feeds === node >= CELL_INPUTS) continue;
    return {
      reason: feeds ? `Node ${node}, an input, must not feed the output.` : `Node ${node} must feed the output, it does not.`,
    };
  }
  return cell;
}

function inputBehind(sources: readonly number[], block: number): number | undefined {
  for (let input = 0; input < CELL_INPUTS + block; input++) {
    const expected = sourcesOf(input);
    if (expected.length === sources.length && expected.every((node, i) => node === sources[i])) return input;
  }
  return undefined;
}

/** What the original code checks: operations in their places, and every operation reads an input of the cell or an earlier block. */
export function isValidAsPublished({ operations, adjacency }: Graph): boolean {
  if (operationsProblem(operations) !== undefined) return false;
  for (let block = 0; block < BLOCKS; block++) {
    const first = CELL_INPUTS + 2 * block;
    for (const to of [first, first + 1]) {
      let reads = false;
      for (let from = 0; from < first; from++) if (adjacency[from * NODES + to]) reads = true;
      if (!reads) return false;
    }
  }
  return true;
}

function operationsProblem(operations: Uint8Array): string | undefined {
  for (let node = 0; node < NODES; node++) {
    const found = operations[node] as number;
    if (node < CELL_INPUTS || node === OUTPUT_NODE) {
      const expected = node === OUTPUT_NODE ? OUTPUT : node;
      if (found !== expected) return `Node ${node} must be ${OPERATIONS[expected]}, it is ${nameOf(found)}.`;
    } else if (found < CELL_INPUTS || found >= OUTPUT) {
      return `Node ${node} must carry an operation, it is ${nameOf(found)}.`;
    }
  }
  return undefined;
}

function nameOf(operation: number): string {
  return operation === PADDING ? "empty" : (OPERATIONS[operation] ?? `operation ${operation}`);
}
