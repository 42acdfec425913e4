import { canonicalCell } from "./canonical.ts";
import { before, type Cell, CHOICES, digit, MOST_VERTICES, vertexCount } from "./cell.ts";
import { bitsOf, cells, numberOf } from "./enumeration.ts";
import { indexOfNumber, numberOfIndex } from "./order.ts";

/** The cell with this index. Throws RangeError outside the space. */
export function cellOf(index: number): Cell {
  const number = numberOfIndex(index);
  return { bits: bitsOf(number), code: cells().codes[number] as number };
}

/**
 * Cells that differ in one edge or one operation, ascending. A graph that would leave a vertex off the paths from input to output is
 * none of them (nothing is pruned), so all have as many vertices as the cell itself, and being neighbours is mutual. An edge may be
 * added in any direction that closes no cycle, whatever order the vertices are stored in.
 */
export function neighbours(index: number): Uint32Array {
  const { bits, code } = cellOf(index);
  const count = vertexCount(bits);
  const predecessors = Array.from({ length: count }, (_, to) => (to === 0 ? 0 : before(bits, to)));
  const digits = Array.from({ length: count }, (_, v) => (v > 0 && v < count - 1 ? digit(code, count, v) : 0));
  const found = new Set<number>();
  const collect = () => {
    if (!isConnected(predecessors)) return;
    const cell = canonicalCell({ count, before: predecessors, digits });
    const number = cell && numberOf(cell.bits, cell.code);
    if (number !== undefined) found.add(indexOfNumber(number));
  };
  for (let vertex = 1; vertex < count - 1; vertex++) {
    const own = digits[vertex] as number;
    for (let other = 1; other < CHOICES; other++) {
      digits[vertex] = (own + other) % CHOICES;
      collect();
    }
    digits[vertex] = own;
  }
  for (let to = 1; to < count; to++) {
    const own = predecessors[to] as number;
    for (let from = 0; from < count - 1; from++) {
      if (from === to) continue;
      predecessors[to] = own ^ (1 << from);
      collect();
    }
    predecessors[to] = own;
  }
  // An edit changes how many edges there are or how often an operation occurs: the cell itself is never found.
  return Uint32Array.from(found).sort();
}

/** Every vertex but the input is entered and every one but the output is left; with no cycle, all are on a path then. */
function isConnected(predecessors: readonly number[]): boolean {
  let left = 0;
  for (const [to, mask] of predecessors.entries()) {
    if (to > 0 && mask === 0) return false;
    left |= mask;
  }
  return left === (1 << (predecessors.length - 1)) - 1;
}

const SLOTS = MOST_VERTICES - 2;
const LEAVING = 1 << (MOST_VERTICES - 1);
const ABSENT = CHOICES;

/** A cell spread over seven places: input, five interior ones of which the last may be empty, output. */
interface Spread {
  /** Digit of the operation an interior place, `ABSENT` where it is empty. */
  readonly digits: Uint8Array;
  /** Successors of the input and the interior places as bit masks over the seven places. */
  readonly after: Uint8Array;
}

function spread({ bits, code }: Cell): Spread {
  const count = vertexCount(bits);
  const digits = new Uint8Array(SLOTS).fill(ABSENT);
  const after = new Uint8Array(SLOTS + 1);
  for (let vertex = 1; vertex < count - 1; vertex++) digits[vertex - 1] = digit(code, count, vertex);
  for (let to = 1; to < count; to++) {
    const mask = before(bits, to);
    const bit = to === count - 1 ? LEAVING : 1 << to;
    for (let from = 0; from < to; from++) if ((mask >>> from) & 1) after[from] = (after[from] as number) | bit;
  }
  return { digits, after };
}

/** The 120 ways to pair five interior places with five, and what each makes of a mask over the seven places. */
let pairings: { readonly places: Uint8Array; readonly masks: Uint8Array }[] | undefined;

function allPairings() {
  const orders = (left: readonly number[]): number[][] =>
    left.length === 0
      ? [[]]
      : left.flatMap((first) => orders(left.filter((other) => other !== first)).map((rest) => [first, ...rest]));
  pairings ??= orders(Array.from({ length: SLOTS }, (_, i) => i)).map((order) => {
    const masks = Uint8Array.from({ length: 2 * LEAVING }, (_, mask) => {
      let image = mask & (LEAVING | 1);
      for (const [from, to] of order.entries()) if ((mask >>> (from + 1)) & 1) image |= 1 << (to + 1);
      return image;
    });
    return { places: Uint8Array.from(order), masks };
  });
  return pairings;
}

const BITS = Uint8Array.from({ length: 2 * LEAVING }, (_, mask) => mask.toString(2).replaceAll("0", "").length);

/**
 * Graph edit distance, exact: the fewest single edits (an edge, an operation, a vertex that appears or goes, each with its edges
 * counted on their own) over all ways to match the interior vertices; input and output match themselves. 0 for the same cell, 1
 * exactly for neighbours.
 */
export function editDistance(a: number, b: number): number {
  const first = spread(cellOf(a));
  const second = spread(cellOf(b));
  let best = Number.POSITIVE_INFINITY;
  for (const { places, masks } of allPairings()) {
    let distance = BITS[(first.after[0] as number) ^ (masks[second.after[0] as number] as number)] as number;
    for (let slot = 0; slot < SLOTS; slot++) {
      const place = places[slot] as number;
      if (first.digits[place] !== second.digits[slot]) distance++;
      distance += BITS[(first.after[place + 1] as number) ^ (masks[second.after[slot + 1] as number] as number)] as number;
    }
    if (distance < best) best = distance;
  }
  return best;
}
