import type { Scanner } from "../text.ts";
import { BLOCKS, CELL_INPUTS, CELL_NODES, type DartsCell, NODE_OPERATIONS } from "./cell.ts";

/**
 * The notation of the DARTS code: `Genotype(normal=[('sep_conv_3x3', 0), ...], normal_concat=range(2, 6), reduce=[...],
 * reduce_concat=range(2, 6))`, two pairs of operation and input for each block in turn.
 */
export interface Genotype {
  readonly normal: DartsCell;
  readonly reduce: DartsCell;
}

export function writeGenotype({ normal, reduce }: Genotype): string {
  const concat = `range(${CELL_INPUTS}, ${CELL_INPUTS + BLOCKS})`;
  return `Genotype(normal=${writeCell(normal)}, normal_concat=${concat}, reduce=${writeCell(reduce)}, reduce_concat=${concat})`;
}

function writeCell({ operations, inputs }: DartsCell): string {
  const pairs = Array.from(
    { length: CELL_NODES },
    (_, node) => `('${NODE_OPERATIONS[operations[node] as number]}', ${inputs[node]})`,
  );
  return `[${pairs.join(", ")}]`;
}

/** Both cells of a genotype; the concatenation may also be written as a list. Throws InputError pointing at what does not fit. */
export function readGenotype(scanner: Scanner): Genotype {
  scanner.expect("Genotype(");
  scanner.expect("normal=");
  const normal = readCell(scanner);
  scanner.expect(",");
  scanner.expect("normal_concat=");
  readConcat(scanner);
  scanner.expect(",");
  scanner.expect("reduce=");
  const reduce = readCell(scanner);
  scanner.expect(",");
  scanner.expect("reduce_concat=");
  readConcat(scanner);
  scanner.take(",");
  scanner.expect(")");
  return { normal, reduce };
}

function readCell(scanner: Scanner): DartsCell {
  const operations = new Uint8Array(CELL_NODES);
  const inputs = new Uint8Array(CELL_NODES);
  const start = scanner.position();
  const pairs = scanner.list("[", "]", (node) => {
    if (node >= CELL_NODES) scanner.fail(`"]" after ${CELL_NODES} operations`);
    scanner.expect("(");
    const at = scanner.position();
    const operation = NODE_OPERATIONS.indexOf(scanner.quoted("an operation"));
    if (operation < 0) scanner.fail(`one of ${NODE_OPERATIONS.join(", ")}`, at + 1);
    scanner.expect(",");
    const where = scanner.position();
    const last = CELL_INPUTS - 1 + (node >> 1);
    const input = scanner.integer(`an input from 0 to ${last}`);
    if (input > last) scanner.fail(`an input from 0 to ${last}`, where);
    if (node & 1 && inputs[node - 1] === input)
      scanner.fail(`an input other than ${input}, which the block reads already,`, where);
    operations[node] = operation;
    inputs[node] = input;
    scanner.expect(")");
  });
  if (pairs.length < CELL_NODES) scanner.fail(`a list of ${CELL_NODES} operations, not of ${pairs.length},`, start);
  return { operations, inputs };
}

function readConcat(scanner: Scanner): void {
  const sums = Array.from({ length: BLOCKS }, (_, block) => CELL_INPUTS + block);
  const start = scanner.position();
  const expected = `range(${CELL_INPUTS}, ${CELL_INPUTS + BLOCKS})`;
  if (scanner.isNext("[")) {
    const found = scanner.list("[", "]", () => scanner.integer(`a number from ${CELL_INPUTS} to ${CELL_INPUTS + BLOCKS - 1}`));
    if (found.join() !== sums.join()) scanner.fail(`${expected} or [${sums.join(", ")}]`, start);
    return;
  }
  scanner.expect("range(");
  const from = scanner.integer(`${CELL_INPUTS}`);
  scanner.expect(",");
  const end = scanner.integer(`${CELL_INPUTS + BLOCKS}`);
  scanner.expect(")");
  if (from !== CELL_INPUTS || end !== CELL_INPUTS + BLOCKS) scanner.fail(expected, start);
}
