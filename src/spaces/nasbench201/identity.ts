import { SOURCES, TARGETS } from "./notation.ts";
import { CHOICES, codeOf, digit, EDGE_OPERATIONS, EDGES, indexOf, PLACE, SIZE } from "./order.ts";

/**
 * Which cells are the same, and how far apart cells are.
 *
 * Two cells are one architecture when their outputs read as the same expression of the input (Dong and Yang,
 * "NAS-Bench-201", ICLR 2020, count 6,466): the terms of a sum commute, skip_connect passes its source on unchanged, and
 * `none`, or anything applied to a lone zero, is a zero term. The count is one of texts: zero terms stay in a sum, and a sum
 * that skip_connect passes into another is one term of it, so that the two join only where the sorted texts happen to
 * agree. Cells of one class always compute the same, but some that compute the same stay apart: with zeros dropped and
 * nested sums joined 4,930 would remain. The benchmark's classes hang on the order of its texts, hence its notation here:
 * "0" is the input, "#" zero, "(a)@op" an operation.
 */

const INPUT = "0";
const ZERO = "#";

/** The cell's output as an expression of its input: equal for two cells exactly when they are in one class. */
function expression(index: number): string {
  const code = codeOf(index);
  const terms: string[][] = [[], [], [], []];
  const sums: string[] = [INPUT];
  for (let edge = 0; edge < EDGES; edge++) {
    const target = TARGETS[edge] as number;
    const source = sums[SOURCES[edge] as number] as string;
    const operation = EDGE_OPERATIONS[digit(code, edge)];
    const zero = operation === "none" || source === ZERO;
    const term = zero ? ZERO : operation === "skip_connect" ? source : `(${source})@${operation}`;
    (terms[target] as string[]).push(term);
    if (TARGETS[edge + 1] !== target) sums[target] = (terms[target] as string[]).sort().join("+");
  }
  return sums[3] as string;
}

let representatives: Uint16Array | undefined;

/** The smallest index whose cell has the same expression. The classes of the whole space are found at the first call. */
export function canonical(index: number): number {
  if (representatives === undefined) {
    const first = new Map<string, number>();
    representatives = Uint16Array.from({ length: SIZE }, (_, i) => {
      const key = expression(i);
      const known = first.get(key) ?? i;
      first.set(key, known);
      return known;
    });
  }
  const representative = representatives[index];
  if (representative === undefined) throw new RangeError(`NAS-Bench-201 has indices 0 to ${SIZE - 1}, found ${index}.`);
  return representative;
}

/** The 24 cells that differ in the operation of one edge, ascending. */
export function neighbours(index: number): Uint32Array {
  const code = codeOf(index);
  const found: number[] = [];
  for (let edge = 0; edge < EDGES; edge++) {
    const own = digit(code, edge);
    for (let other = 0; other < CHOICES; other++) {
      if (other !== own) found.push(indexOf(code + (other - own) * (PLACE[edge] as number)));
    }
  }
  return Uint32Array.from(found).sort();
}

/** Number of edges whose operations differ, 0..6. */
export function editDistance(a: number, b: number): number {
  const first = codeOf(a);
  const second = codeOf(b);
  let distance = 0;
  for (let edge = 0; edge < EDGES; edge++) if (digit(first, edge) !== digit(second, edge)) distance++;
  return distance;
}
