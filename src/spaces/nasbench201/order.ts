import { pythonShuffle } from "../../random/python-shuffle.ts";

/**
 * The official order of the 15,625 cells. A cell is six edges with one of five operations each; read as the digits of a
 * number in base 5, first edge first, this gives its code. The benchmark numbers the codes by shuffling 0..15624 with
 * Python's generator seeded with 88; the shuffled list maps index to code.
 */

export const EDGES = 6;
export const CHOICES = 5;
export const SIZE = CHOICES ** EDGES;

/** The digits of a code, in the benchmark's own order of operations. */
export const EDGE_OPERATIONS = ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"] as const;
export type EdgeOperation = (typeof EDGE_OPERATIONS)[number];

/** Value of the digit of edge 0..5 within a code. */
export const PLACE: readonly number[] = Array.from({ length: EDGES }, (_, edge) => CHOICES ** (EDGES - 1 - edge));

let order: { readonly codes: Uint16Array; readonly indices: Uint16Array } | undefined;

function officialOrder() {
  if (order === undefined) {
    const codes = pythonShuffle(
      Uint16Array.from({ length: SIZE }, (_, code) => code),
      88,
    );
    const indices = new Uint16Array(SIZE);
    for (let index = 0; index < SIZE; index++) indices[codes[index] as number] = index;
    order = { codes, indices };
  }
  return order;
}

/** Code of the cell with this official index. Throws RangeError outside 0..15624. */
export function codeOf(index: number): number {
  const code = officialOrder().codes[index];
  if (code === undefined) throw new RangeError(`NAS-Bench-201 has indices 0 to ${SIZE - 1}, found ${index}.`);
  return code;
}

/** Official index of a code 0..15624. */
export function indexOf(code: number): number {
  return officialOrder().indices[code] as number;
}

/** Operation of edge 0..5 of a code, as an index into `EDGE_OPERATIONS`. */
export function digit(code: number, edge: number): number {
  return Math.floor(code / (PLACE[edge] as number)) % CHOICES;
}
