import { ENCODINGS } from "../encodings.ts";

/**
 * A DARTS cell: four blocks of two operations each. Node 2b + k (k = 0, 1) is an operation of block b, and both of a block
 * read different inputs: 0 and 1 are the outputs of the two cells before, 2 + b' is the sum of an earlier block b'. The sums of
 * all four blocks are concatenated.
 */

export const BLOCKS = 4;
export const CELL_NODES = 2 * BLOCKS;
/** Inputs of the cell itself, before the blocks. */
export const CELL_INPUTS = 2;

/** Operations that a node can carry, in one-hot order without inputs and output. */
export const NODE_OPERATIONS: readonly string[] = ENCODINGS.darts.operations.slice(CELL_INPUTS, -1);

export interface DartsCell {
  /** Position in `NODE_OPERATIONS`, a node. */
  readonly operations: ArrayLike<number>;
  /** What the node reads: 0 or 1, or 2 + block. */
  readonly inputs: ArrayLike<number>;
}

/** Six bits a node: operation, then input. Nodes 0..3 in the first word, 4..7 in the second. */
export function packCell({ operations, inputs }: DartsCell, into: Uint32Array, position: number): void {
  for (let half = 0; half < 2; half++) {
    let word = 0;
    for (let i = 0; i < 4; i++)
      word |= (((operations[4 * half + i] as number) << 3) | (inputs[4 * half + i] as number)) << (6 * i);
    into[2 * position + half] = word;
  }
}

export function unpackCell(from: Uint32Array, position: number): { operations: Uint8Array; inputs: Uint8Array } {
  const operations = new Uint8Array(CELL_NODES);
  const inputs = new Uint8Array(CELL_NODES);
  for (let node = 0; node < CELL_NODES; node++) {
    const code = (from[2 * position + (node >> 2)] as number) >>> (6 * (node & 3));
    operations[node] = (code >>> 3) & 7;
    inputs[node] = code & 7;
  }
  return { operations, inputs };
}

/** Name of an input for people. */
export function inputName(input: number): string {
  return input < CELL_INPUTS ? (ENCODINGS.darts.operations[input] as string) : `block ${input - CELL_INPUTS}`;
}
