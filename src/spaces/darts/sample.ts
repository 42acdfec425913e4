import { InputError } from "../../errors.ts";
import { generator } from "../../random/generator.ts";
import type { Steps } from "../steps.ts";
import { classOf } from "./canonical.ts";
import { BLOCKS, CELL_INPUTS, CELL_NODES, NODE_OPERATIONS, packCell, unpackCell } from "./cell.ts";
import { costOf } from "./cost.ts";

/**
 * The space is too large to list (some 3 billion cells), so the paper trains on a sample: for each block two different inputs
 * and two operations, drawn uniformly; a cell is kept when no isomorphic one was drawn before and the ImageNet network with it in
 * both roles has fewer than 600 million multiply-adds. The order of drawing is the order of the space.
 */
export interface DartsSample {
  readonly seed: number;
  /** `packCell` of every cell, two words each. */
  readonly cells: Uint32Array;
}

/** Cells of the paper's sample. */
export const PAPER_COUNT = 600_000;
/** Multiply-adds that no kept cell reaches. */
export const MOST_MACS = 600e6;
/** More than could be drawn in a sitting, and less than there are. */
const MOST_CELLS = 10_000_000;

const DRAWS_PER_STEP = 500;

/** Draws `count` cells. Throws InputError for a seed or count that cannot be. */
export function* drawSample(seed: number, count: number): Steps<DartsSample> {
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
    throw new InputError(`The seed of the DARTS sample must be a whole number from 0 to 4294967295, found ${seed}.`);
  }
  if (!Number.isInteger(count) || count < 1 || count > MOST_CELLS) {
    throw new InputError(`The DARTS sample must hold 1 to ${MOST_CELLS} cells, found ${count}.`);
  }
  const random = generator(seed, "space");
  const cells = new Uint32Array(2 * count);
  const known = classTable(count);
  const operations = new Uint8Array(CELL_NODES);
  const inputs = new Uint8Array(CELL_NODES);
  const cell = { operations, inputs };
  let kept = 0;
  while (kept < count) {
    for (let draw = 0; draw < DRAWS_PER_STEP && kept < count; draw++) {
      for (let block = 0; block < BLOCKS; block++) {
        const choices = CELL_INPUTS + block;
        const first = random.integer(choices);
        inputs[2 * block] = first;
        inputs[2 * block + 1] = (first + 1 + random.integer(choices - 1)) % choices;
        operations[2 * block] = random.integer(NODE_OPERATIONS.length);
        operations[2 * block + 1] = random.integer(NODE_OPERATIONS.length);
      }
      if (costOf(cell).macs >= MOST_MACS || !known.add(classOf(cell), kept)) continue;
      packCell(cell, cells, kept++);
    }
    yield kept / count;
  }
  return { seed, cells };
}

/** Index by isomorphism class. */
export interface ClassTable {
  /** Enters a class under an index, unless it is known; tells whether it was new. */
  add(value: number, index: number): boolean;
  find(value: number): number | undefined;
}

/** The classes of a sample that was drawn before. */
export function classesOf({ cells }: DartsSample): ClassTable {
  const table = classTable(cells.length / 2);
  for (let index = 0; 2 * index < cells.length; index++) table.add(classOf(unpackCell(cells, index)), index);
  return table;
}

/** Open addressing over typed arrays: a `Map` of as many entries takes several times the room. */
function classTable(count: number): ClassTable {
  const capacity = 2 ** Math.ceil(Math.log2(2 * count + 1));
  const values = new Float64Array(capacity).fill(-1);
  const entries = new Uint32Array(capacity);
  const slotOf = (value: number): number => {
    const low = value % 2 ** 24;
    const high = (value - low) / 2 ** 24;
    let hash = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
    hash ^= hash >>> 15;
    let slot = (hash >>> 0) % capacity;
    while (values[slot] !== -1 && values[slot] !== value) slot = (slot + 1) % capacity;
    return slot;
  };
  return {
    add(value, index) {
      const slot = slotOf(value);
      if (values[slot] === value) return false;
      values[slot] = value;
      entries[slot] = index;
      return true;
    },
    find(value) {
      const slot = slotOf(value);
      return values[slot] === value ? entries[slot] : undefined;
    },
  };
}
