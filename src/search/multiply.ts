/**
 * Dot products of every row of a matrix with every vector: out[v][i] = sum_j matrix[i][j] * vectors[v][j]. A search spends
 * its time here, so four rows meet two vectors at once: each number loaded is used several times, and no sum waits for
 * itself.
 * @param matrix row-major, `rows x length`, from `start` on
 * @param vectors row-major, `count x length`
 * @param out row-major, `count x rows`, overwritten
 */
export function multiply(
  matrix: Float64Array,
  start: number,
  rows: number,
  length: number,
  vectors: Float64Array,
  count: number,
  out: Float64Array,
): void {
  for (let v = 0; v < count; v += 2) {
    const first = v * length;
    // Of an odd number of vectors the last is paired with itself.
    const second = v + 1 < count ? first + length : first;
    const firstOut = v * rows;
    const secondOut = v + 1 < count ? firstOut + rows : firstOut;
    const blocks = rows - (rows % 4);
    for (let i = 0; i < blocks; i += 4) {
      const row0 = start + i * length;
      const row1 = row0 + length;
      const row2 = row1 + length;
      const row3 = row2 + length;
      let a0 = 0;
      let a1 = 0;
      let a2 = 0;
      let a3 = 0;
      let b0 = 0;
      let b1 = 0;
      let b2 = 0;
      let b3 = 0;
      for (let j = 0; j < length; j++) {
        const m0 = matrix[row0 + j] as number;
        const m1 = matrix[row1 + j] as number;
        const m2 = matrix[row2 + j] as number;
        const m3 = matrix[row3 + j] as number;
        const a = vectors[first + j] as number;
        const b = vectors[second + j] as number;
        a0 += m0 * a;
        a1 += m1 * a;
        a2 += m2 * a;
        a3 += m3 * a;
        b0 += m0 * b;
        b1 += m1 * b;
        b2 += m2 * b;
        b3 += m3 * b;
      }
      out[firstOut + i] = a0;
      out[firstOut + i + 1] = a1;
      out[firstOut + i + 2] = a2;
      out[firstOut + i + 3] = a3;
      out[secondOut + i] = b0;
      out[secondOut + i + 1] = b1;
      out[secondOut + i + 2] = b2;
      out[secondOut + i + 3] = b3;
    }
    for (let i = blocks; i < rows; i++) {
      let a = 0;
      let b = 0;
      for (let j = 0; j < length; j++) {
        const m = matrix[start + i * length + j] as number;
        a += m * (vectors[first + j] as number);
        b += m * (vectors[second + j] as number);
      }
      out[firstOut + i] = a;
      out[secondOut + i] = b;
    }
  }
}
