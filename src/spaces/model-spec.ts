import type { Encoding } from "./encodings.ts";
import { type Graph, PADDING } from "./space.ts";
import type { Scanner } from "./text.ts";

/**
 * Adjacency and operations as NAS-Bench-101 writes them, for all spaces:
 * `ModelSpec(matrix=[[0, 1], [0, 0]], ops=['input', 'output'])`. A graph of fewer nodes than the encoding has is padded at the
 * end.
 */
export function writeModelSpec({ operations: names }: Encoding, { operations, adjacency }: Graph): string {
  const nodes = operations.length;
  const real = Array.from(operations.keys()).filter((node) => operations[node] !== PADDING);
  const rows = real.map((from) => `[${real.map((to) => (adjacency[from * nodes + to] ? 1 : 0)).join(", ")}]`);
  return `ModelSpec(matrix=[${rows.join(", ")}], ops=[${real.map((node) => `'${names[operations[node] as number]}'`).join(", ")}])`;
}

export function readModelSpec(scanner: Scanner, encoding: Encoding): Graph {
  scanner.expect("ModelSpec(");
  scanner.expect("matrix=");
  const matrix = readMatrix(scanner, encoding);
  scanner.expect(",");
  scanner.expect("ops=");
  const graph = assemble(scanner, encoding, matrix, readOperations(scanner, encoding));
  scanner.take(",");
  scanner.expect(")");
  return graph;
}

/** `[[0, 1], [0, 0]]`, row by row; square, of 2 nodes up to the encoding's. */
export function readMatrix(scanner: Scanner, { nodes }: Encoding): number[][] {
  let width: number | undefined;
  const start = scanner.position();
  const rows = scanner.list("[", "]", () => {
    const at = scanner.position();
    const row = scanner.list("[", "]", () => {
      const entry = scanner.position();
      const value = scanner.integer("0 or 1");
      return value <= 1 ? value : scanner.fail("0 or 1", entry);
    });
    width ??= row.length;
    if (row.length !== width) scanner.fail(`a row of ${width} entries like the first, not of ${row.length},`, at);
    return row;
  });
  if (rows.length < 2 || rows.length > nodes) scanner.fail(`a matrix of 2 to ${nodes} rows, not of ${rows.length},`, start);
  if (rows.length !== width) scanner.fail(`a square matrix, not one of ${rows.length} rows and ${width} columns,`, start);
  return rows;
}

/** Operations as they were read, with the position of their list. */
export interface ReadOperations {
  readonly operations: readonly number[];
  readonly position: number;
}

/** `['input', ..., 'output']` as one-hot positions. */
export function readOperations(scanner: Scanner, { operations: names }: Encoding): ReadOperations {
  const position = scanner.position();
  const operations = scanner.list("[", "]", () => {
    const at = scanner.position();
    const operation = names.indexOf(scanner.quoted("an operation"));
    return operation >= 0 ? operation : scanner.fail(`one of ${names.join(", ")}`, at + 1);
  });
  return { operations, position };
}

/** Matrix and operations as one graph. Throws InputError where they are not of one size. */
export function assemble(scanner: Scanner, { nodes }: Encoding, matrix: readonly number[][], read: ReadOperations): Graph {
  const found = read.operations.length;
  if (found !== matrix.length) {
    scanner.fail(`a list of ${matrix.length} operations, one for each row of the matrix, not of ${found},`, read.position);
  }
  const operations = new Uint8Array(nodes).fill(PADDING);
  const adjacency = new Uint8Array(nodes * nodes);
  operations.set(read.operations);
  for (const [from, row] of matrix.entries()) adjacency.set(row, from * nodes);
  return { operations, adjacency };
}
