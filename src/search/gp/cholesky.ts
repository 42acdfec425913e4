/**
 * Lower Cholesky factors, packed row by row: entry (i, j), j <= i, stands at i (i + 1) / 2 + j, so that a row is appended without moving the others.
 * ml-matrix has the factorisation, but on arrays of rows, newly allocated each time; a search factors some ten thousand matrices.
 */

/** Where row `i` begins. */
export const rowStart = (i: number): number => (i * (i + 1)) / 2;

/**
 * Sum of a[from + k] b[start + k] over `count` numbers. Four sums side by side: a sum that waits for the one before takes three times as long.
 */
export function dot(a: Float64Array, from: number, b: Float64Array, start: number, count: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let k = 0;
  for (; k + 3 < count; k += 4) {
    s0 += (a[from + k] as number) * (b[start + k] as number);
    s1 += (a[from + k + 1] as number) * (b[start + k + 1] as number);
    s2 += (a[from + k + 2] as number) * (b[start + k + 2] as number);
    s3 += (a[from + k + 3] as number) * (b[start + k + 3] as number);
  }
  for (; k < count; k++) s0 += (a[from + k] as number) * (b[start + k] as number);
  return s0 + s1 + (s2 + s3);
}

/** Factors the positive definite matrix in the first `count` rows of `packed`, in place. False where it is not positive definite. */
export function factor(packed: Float64Array, count: number): boolean {
  for (let i = 0; i < count; i++) if (!factorRow(packed, i)) return false;
  return true;
}

/** Turns row `i` of a matrix into that of its factor; the rows before are factored already. False where it is not positive definite. */
export function factorRow(packed: Float64Array, i: number): boolean {
  const at = rowStart(i);
  let diagonal = packed[at + i] as number;
  for (let j = 0; j < i; j++) {
    const other = rowStart(j);
    const entry = ((packed[at + j] as number) - dot(packed, at, packed, other, j)) / (packed[other + j] as number);
    packed[at + j] = entry;
    diagonal -= entry * entry;
  }
  if (!(diagonal > 0)) return false;
  packed[at + i] = Math.sqrt(diagonal);
  return true;
}

/** Solves L x = b in place. */
export function solveLower(packed: Float64Array, count: number, b: Float64Array): void {
  for (let i = 0, at = 0; i < count; at += ++i) {
    b[i] = ((b[i] as number) - dot(packed, at, b, 0, i)) / (packed[at + i] as number);
  }
}

/** Solves L^T x = b in place. */
export function solveUpper(packed: Float64Array, count: number, b: Float64Array): void {
  for (let i = count - 1; i >= 0; i--) {
    const at = rowStart(i);
    const x = (b[i] as number) / (packed[at + i] as number);
    b[i] = x;
    // Row i of L is column i of its transpose: what is solved leaves the equations above.
    for (let j = 0; j < i; j++) b[j] = (b[j] as number) - x * (packed[at + j] as number);
  }
}
