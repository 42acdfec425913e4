import { InputError } from "../../errors.ts";
import { generator } from "../../random/generator.ts";
import type { SpaceSample } from "../space.ts";
import { atOnce, type Steps } from "../steps.ts";
import { classOf } from "./canonical.ts";
import { BLOCKS, CELL_INPUTS, CELL_NODES, NODE_OPERATIONS, packCell } from "./cell.ts";
import { costOf } from "./cost.ts";

/**
 * The space is too large to list (some 3 billion cells), so the paper trains on a sample: for each block two different inputs
 * and two operations, drawn uniformly; a cell is kept when no isomorphic one was drawn before and the ImageNet network with it in
 * both roles has fewer than 600 million multiply-adds. The order of drawing is the order of the space.
 */
export interface DartsSample extends SpaceSample {
  /** `packCell` of every cell, two words each. */
  readonly cells: Uint32Array;
  /** `classOf` of every cell, no two alike. */
  readonly classes: Float64Array;
}

/** Cells of the paper's sample. */
export const PAPER_COUNT = 600_000;
/** Multiply-adds that no kept cell reaches. */
export const MOST_MACS = 600e6;
/** More than could be drawn in a sitting, and less than there are. */
const MOST_CELLS = 10_000_000;

const DRAWS_PER_STEP = 500;

/** Throws InputError for a seed or count that cannot be. */
export function checkSample({ seed, count }: SpaceSample): void {
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
    throw new InputError(`The seed of the DARTS sample must be a whole number from 0 to 4294967295, found ${seed}.`);
  }
  if (!Number.isInteger(count) || count < 1 || count > MOST_CELLS) {
    throw new InputError(`The DARTS sample must hold 1 to ${MOST_CELLS} cells, found ${count}.`);
  }
}

/** Draws `count` cells; a smaller sample of the same seed is the beginning of a larger one. Throws InputError as `checkSample` does. */
export function* drawSample({ seed, count }: SpaceSample): Steps<DartsSample> {
  checkSample({ seed, count });
  const random = generator(seed, "space");
  const cells = new Uint32Array(2 * count);
  const classes = new Float64Array(count);
  const known = classTable(classes);
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
  return { seed, count, cells, classes };
}

/** Cells at its beginning that are drawn anew when a sample is taken over. */
const CHECKED = 1000;

/** What is wrong with a sample that was drawn elsewhere, a clause; undefined where nothing is. */
export function sampleProblem({ seed, count, cells, classes }: DartsSample): string | undefined {
  if (cells.length !== 2 * count || classes.length !== count) {
    return `${count} cells are expected, found ${cells.length / 2} with ${classes.length} classes`;
  }
  const expected = atOnce(drawSample({ seed, count: Math.min(count, CHECKED) }));
  const differs = expected.classes.findIndex(
    (value, i) =>
      value !== classes[i] || expected.cells[2 * i] !== cells[2 * i] || expected.cells[2 * i + 1] !== cells[2 * i + 1],
  );
  return differs < 0 ? undefined : `cell ${differs} is not the one that seed ${seed} draws`;
}

/** Index by isomorphism class. */
export interface ClassTable {
  /** Enters a class as that of index 0, 1, 2, ..., unless it is known; tells whether it was new. */
  add(value: number, index: number): boolean;
  find(value: number): number | undefined;
}

/** The classes of a sample that was drawn before. */
export function classesOf({ classes }: DartsSample): ClassTable {
  const table = classTable(classes);
  for (let index = 0; index < classes.length; index++) table.add(classes[index] as number, index);
  return table;
}

/** Open addressing over typed arrays: a `Map` of as many entries takes several times the room. Writes the classes into `classes`. */
function classTable(classes: Float64Array): ClassTable {
  const capacity = 2 ** Math.ceil(Math.log2(2 * classes.length + 1));
  /** Index + 1, zero for an empty slot. */
  const entries = new Uint32Array(capacity);
  const slotOf = (value: number): number => {
    const low = value % 2 ** 24;
    const high = (value - low) / 2 ** 24;
    let hash = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
    hash ^= hash >>> 15;
    let slot = (hash >>> 0) % capacity;
    while (entries[slot] !== 0 && classes[(entries[slot] as number) - 1] !== value) slot = (slot + 1) % capacity;
    return slot;
  };
  return {
    add(value, index) {
      const slot = slotOf(value);
      if (entries[slot] !== 0) return false;
      classes[index] = value;
      entries[slot] = index + 1;
      return true;
    },
    find(value) {
      const entry = entries[slotOf(value)] as number;
      return entry === 0 ? undefined : entry - 1;
    },
  };
}
