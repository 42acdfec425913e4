import { bitCount } from "../module-hash.ts";
import { codeInOrder, forEachOrder } from "./canonical.ts";
import { before, CHOICES, digit, MOST_EDGES, MOST_VERTICES, vertexCount } from "./cell.ts";

/**
 * All cells from the definition: acyclic graphs of 2..7 vertices with at most 9 edges and every vertex on a path from input to
 * output, interior vertices labelled with one of three operations, up to isomorphism. Adjacency bits are walked upwards; the first
 * of an isomorphism class is its smallest and marks all others, and the orders that leave the bits as they are (its automorphisms)
 * say which labellings are the same.
 */

export const SIZE = 423_624;

/** Cells are numbered by ascending adjacency bits, then ascending code. */
export interface Enumeration {
  /** Smallest adjacency bits of each class of unlabelled graphs, ascending. */
  readonly bits: Uint32Array;
  /** Number of the first cell of each class, and at the end the number of all cells. */
  readonly starts: Uint32Array;
  /** Code of each cell. */
  readonly codes: Uint8Array;
}

let enumeration: Enumeration | undefined;

/** The enumeration, made at the first call (about a third of a second). */
export function cells(): Enumeration {
  enumeration ??= enumerate();
  return enumeration;
}

/** What is wrong with an enumeration that was made elsewhere, a clause; undefined where nothing is. */
export function enumerationProblem({ bits, starts, codes }: Enumeration): string | undefined {
  if (codes.length !== SIZE || starts.length !== bits.length + 1 || starts[0] !== 0 || starts[bits.length] !== SIZE) {
    return `classes of ${SIZE} cells in all are expected, found ${bits.length} of ${starts.at(-1)} and ${codes.length} codes`;
  }
  for (let i = 0; i < bits.length; i++) {
    if ((bits[i] as number) >= 2 ** ((MOST_VERTICES * (MOST_VERTICES - 1)) / 2)) return `class ${i} has too many vertices`;
    const labellings = CHOICES ** (vertexCount(bits[i] as number) - 2);
    const cells = (starts[i + 1] as number) - (starts[i] as number);
    if (cells < 1 || cells > labellings) return `class ${i} has ${cells} cells`;
    if (i > 0 && (bits[i - 1] as number) >= (bits[i] as number)) return `class ${i} is not in order`;
  }
  return undefined;
}

/** Takes over an enumeration in which `enumerationProblem` found nothing. */
export function useCells(made: Enumeration): void {
  enumeration = made;
}

/** Number of the cell with these canonical bits and code; undefined where there is none. */
export function numberOf(bits: number, code: number): number | undefined {
  const { bits: classes, starts, codes } = cells();
  const found = lastAtMost(classes, bits, classes.length);
  if (found < 0 || classes[found] !== bits) return undefined;
  const end = starts[found + 1] as number;
  for (let number = starts[found] as number; number < end; number++) if (codes[number] === code) return number;
  return undefined;
}

/** Adjacency bits of a cell by its number. */
export function bitsOf(number: number, { bits, starts }: Enumeration = cells()): number {
  return bits[lastAtMost(starts, number, bits.length)] as number;
}

/** Position of the last of the first `length` ascending values that is not above `value`; -1 where all are. */
function lastAtMost(values: Uint32Array, value: number, length: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Enumerates anew; `cells` keeps what it made. */
export function enumerate(): Enumeration {
  const end = 1 << ((MOST_VERTICES * (MOST_VERTICES - 1)) / 2);
  const seen = new Uint8Array(end);
  const classes: number[] = [];
  const starts: number[] = [0];
  const codes = new Uint8Array(SIZE);
  let size = 0;
  for (let bits = 1; bits < end; bits++) {
    if (seen[bits] || bitCount(bits) > MOST_EDGES) continue;
    const count = vertexCount(bits);
    if (!isConnected(bits, count)) continue;
    const predecessors = Array.from({ length: count }, (_, vertex) => (vertex === 0 ? 0 : before(bits, vertex)));
    const automorphisms: Uint8Array[] = [];
    forEachOrder({ count, before: predecessors }, (image, places) => {
      seen[image] = 1;
      if (image === bits) automorphisms.push(places.slice());
    });
    for (let code = 0; code < CHOICES ** (count - 2); code++) {
      if (isSmallest(code, count, automorphisms)) codes[size++] = code;
    }
    classes.push(bits);
    starts.push(size);
  }
  if (size !== SIZE) throw new Error(`NAS-Bench-101 has ${SIZE} cells, the enumeration found ${size}.`);
  return { bits: Uint32Array.from(classes), starts: Uint32Array.from(starts), codes };
}

/** Edges run upwards, so every vertex is on a path when each but the input is entered and each but the output is left. */
function isConnected(bits: number, count: number): boolean {
  let left = 0;
  for (let vertex = 1; vertex < count; vertex++) {
    const entering = before(bits, vertex);
    if (entering === 0) return false;
    left |= entering;
  }
  return left === (1 << (count - 1)) - 1;
}

function isSmallest(code: number, count: number, automorphisms: readonly Uint8Array[]): boolean {
  if (automorphisms.length === 1) return true;
  const digits = Array.from({ length: count }, (_, vertex) =>
    vertex > 0 && vertex < count - 1 ? digit(code, count, vertex) : 0,
  );
  return automorphisms.every((places) => codeInOrder(count, digits, places) >= code);
}
