import { InputError } from "../errors.ts";
import { type Graph, PADDING, type SearchSpace } from "../spaces/space.ts";
import { count, type TableRow } from "./table-rows.ts";

/** The ways in which a row can name its architecture. Each gives the index or says what is wrong. */

export type Named = TableRow["architecture"];

/** The official notation of the space. */
export function byNotation(space: SearchSpace, text: string): Named {
  try {
    return { index: space.parse(text) };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return unknown(error.message.replace(/\.$/, ""));
  }
}

/** The official index; `text` is how the file writes it. */
export function byNumber(space: SearchSpace, index: number | undefined, text: string): Named {
  if (index !== undefined && Number.isInteger(index) && index >= 0 && index < space.size) return { index };
  return unknown(`an index from 0 to ${count(space.size - 1)} is expected, found "${text.trim()}"`);
}

/** Adjacency rows and operations (names, or one-hot positions); smaller graphs are padded at the end. */
export function byGraph(space: SearchSpace, adjacency: unknown, operations: unknown): Named {
  const { nodes } = space;
  if (!Array.isArray(operations) || !isSquare(adjacency, operations.length)) {
    return unknown("module_operations must be a list and module_adjacency a square of 0 and 1 of that size");
  }
  if (operations.length > nodes) return unknown(`the space has graphs of ${nodes} nodes, this one has ${operations.length}`);
  const graph: Graph = { operations: new Uint8Array(nodes).fill(PADDING), adjacency: new Uint8Array(nodes * nodes) };
  for (const [node, operation] of operations.entries()) {
    const position = typeof operation === "string" ? space.operations.indexOf(operation) : operation;
    if (!Number.isInteger(position) || space.operations[position] === undefined) {
      return unknown(`the operation ${JSON.stringify(operation)} of node ${node} is none of ${space.operations.join(", ")}`);
    }
    graph.operations[node] = position;
    for (const [other, edge] of (adjacency[node] as readonly number[]).entries()) graph.adjacency[node * nodes + other] = edge;
  }
  const member = space.membership(graph);
  return "index" in member ? member : unknown(member.reason.replace(/\.$/, ""));
}

function unknown(reason: string): Named {
  return { kind: "unknown", reason };
}

function isSquare(value: unknown, size: number): value is (0 | 1)[][] {
  const isRow = (row: unknown) => Array.isArray(row) && row.length === size && row.every((edge) => edge === 0 || edge === 1);
  return Array.isArray(value) && value.length === size && value.every(isRow);
}
