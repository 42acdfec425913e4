/**
 * Lower Cholesky factors, packed row by row: entry (i, j), j <= i, stands at i (i + 1) / 2 + j, so that a row is appended without moving the others.
 * ml-matrix has the factorisation, but on arrays of rows, newly allocated each time; a search factors some ten thousand matrices.
 */

/** Where row `i` begins. */
export const rowStart = (i: number): number => (i * (i + 1)) / 2;

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
    let sum = packed[at + j] as number;
    for (let k = 0; k < j; k++) sum -= (packed[at + k] as number) * (packed[other + k] as number);
    const entry = sum / (packed[other + j] as number);
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
    let sum = b[i] as number;
    for (let k = 0; k < i; k++) sum -= (packed[at + k] as number) * (b[k] as number);
    b[i] = sum / (packed[at + i] as number);
  }
}

/** Solves L^T x = b in place. */
export function solveUpper(packed: Float64Array, count: number, b: Float64Array): void {
  for (let i = count - 1; i >= 0; i--) {
    const at = rowStart(i);
    const x = (b[i] as number) / (packed[at + i] as number);
    b[i] = x;
    for (let k = 0; k < i; k++) b[k] = (b[k] as number) - (packed[at + k] as number) * x;
  }
}
