/**
 * A cell as two small numbers. Its adjacency is the bits `x + y(y-1)/2` of the edges x -> y (x < y), vertex 0 the input, the
 * last vertex the output; the highest bit alone tells how many vertices there are, because the output has a predecessor.
 * Its interior operations are the digits of a number in base 3, vertex 1 first: 0 = conv3x3, 1 = conv1x1, 2 = maxpool3x3.
 * That is not the one-hot order.
 */

export const MOST_VERTICES = 7;
export const MOST_EDGES = 9;
export const CHOICES = 3;

/** Interior operations in the order of the digits, as the encoding names them. */
export const INTERIOR_OPERATIONS = ["conv3x3-bn-relu", "conv1x1-bn-relu", "maxpool3x3"] as const;

/** A cell by its adjacency bits and its interior operations. */
export interface Cell {
  readonly bits: number;
  readonly code: number;
}

export function edgeBit(from: number, to: number): number {
  return 1 << (from + (to * (to - 1)) / 2);
}

/** Predecessors of vertex `to` as a bit mask. */
export function before(bits: number, to: number): number {
  return (bits >>> ((to * (to - 1)) / 2)) & ((1 << to) - 1);
}

/** Number of vertices, 2..7, of a cell with these adjacency bits. */
export function vertexCount(bits: number): number {
  let count = 2;
  while (bits >>> ((count * (count - 1)) / 2) !== 0) count++;
  return count;
}

/** Value of the digit of interior vertex 1..count-2 within a code. */
export function place(count: number, vertex: number): number {
  return CHOICES ** (count - 2 - vertex);
}

/** Digit of interior vertex 1..count-2. */
export function digit(code: number, count: number, vertex: number): number {
  return Math.floor(code / place(count, vertex)) % CHOICES;
}
