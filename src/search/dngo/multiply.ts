/**
 * `rows` dot products against one vector: out[i] = sum_j matrix[i][j] * vector[j]. Four rows at a time, because a single
 * running sum would wait for each addition; this is where a search spends its time.
 * @param matrix row-major, `rows x length` from `matrixStart` on
 * @param vector `length` numbers from `vectorStart` on
 * @param out `rows` numbers from `outStart` on, overwritten
 */
export function multiply(
  matrix: Float64Array,
  matrixStart: number,
  rows: number,
  length: number,
  vector: Float64Array,
  vectorStart: number,
  out: Float64Array,
  outStart: number,
): void {
  const blocks = rows - (rows % 4);
  for (let i = 0; i < blocks; i += 4) {
    const row0 = matrixStart + i * length;
    const row1 = row0 + length;
    const row2 = row1 + length;
    const row3 = row2 + length;
    let sum0 = 0;
    let sum1 = 0;
    let sum2 = 0;
    let sum3 = 0;
    for (let j = 0; j < length; j++) {
      const value = vector[vectorStart + j] as number;
      sum0 += (matrix[row0 + j] as number) * value;
      sum1 += (matrix[row1 + j] as number) * value;
      sum2 += (matrix[row2 + j] as number) * value;
      sum3 += (matrix[row3 + j] as number) * value;
    }
    out[outStart + i] = sum0;
    out[outStart + i + 1] = sum1;
    out[outStart + i + 2] = sum2;
    out[outStart + i + 3] = sum3;
  }
  for (let i = blocks; i < rows; i++) {
    let sum = 0;
    for (let j = 0; j < length; j++)
      sum += (matrix[matrixStart + i * length + j] as number) * (vector[vectorStart + j] as number);
    out[outStart + i] = sum;
  }
}
