import { BLOCKS, CELL_INPUTS, CELL_NODES, type DartsCell } from "./cell.ts";

/**
 * When two cells have isomorphic graphs, in the encoding where operations are nodes. A block that another one reads keeps its two
 * nodes together: they are the only ones with just those readers. The nodes of a block that nothing but the output reads are
 * told apart by operation and input alone, so they may be paired otherwise. Hence the form: the read blocks in some order, each with its
 * two nodes sorted, then all other nodes sorted; the smallest such text over the orders (at most 3!, the last block is never
 * read) is the same exactly for isomorphic graphs. Cells with one module hash are those (checked in the tests), at a fiftieth of its price.
 */

const ORDERS: readonly (readonly (readonly number[])[])[] = [
  [[]],
  [[0]],
  [
    [0, 1],
    [1, 0],
  ],
  [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ],
];

const codes = new Uint8Array(CELL_NODES);
/** Where each block's readers see it: 2 + its place among the read blocks. */
const places = new Uint8Array(BLOCKS + CELL_INPUTS);

/** The isomorphism class as a number: eight base-64 digits, below 2^48. */
export function classOf({ operations, inputs }: DartsCell): number {
  let read = 0;
  for (let node = 0; node < CELL_NODES; node++) {
    const input = inputs[node] as number;
    if (input >= CELL_INPUTS) read |= 1 << (input - CELL_INPUTS);
  }
  let count = 0;
  for (let block = 0; block < BLOCKS; block++) count += (read >>> block) & 1;
  let smallest = Number.POSITIVE_INFINITY;
  for (const order of ORDERS[count] as readonly (readonly number[])[]) {
    places[1] = 1;
    for (let block = 0, i = 0; block < BLOCKS; block++) {
      if ((read >>> block) & 1) places[CELL_INPUTS + block] = CELL_INPUTS + (order[i++] as number);
    }
    let leaf = 2 * count;
    for (let node = 0; node < CELL_NODES; node++) {
      const block = node >> 1;
      const code = ((operations[node] as number) << 3) | (places[inputs[node] as number] as number);
      const isRead = (read >>> block) & 1;
      const start = isRead ? 2 * ((places[CELL_INPUTS + block] as number) - CELL_INPUTS) : 2 * count;
      // Insertion among those already written of this block, or of the unread nodes.
      let at = isRead ? start + (node & 1) : leaf++;
      while (at > start && (codes[at - 1] as number) > code) {
        codes[at] = codes[at - 1] as number;
        at--;
      }
      codes[at] = code;
    }
    let value = 0;
    for (let node = 0; node < CELL_NODES; node++) value = value * 64 + (codes[node] as number);
    if (value < smallest) smallest = value;
  }
  return smallest;
}
