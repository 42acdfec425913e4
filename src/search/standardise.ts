/** Mean and spread of each column of a matrix, by which it was standardised. */
export interface Scale {
  readonly mean: Float64Array;
  /** 1 for a constant column. */
  readonly deviation: Float64Array;
}

/** Standardises the columns of `rows` (row-major) in place; a constant column is only centred. */
export function standardise(rows: Float64Array, columns: number): Scale {
  const count = rows.length / columns;
  const mean = new Float64Array(columns);
  const deviation = new Float64Array(columns);
  for (let j = 0; j < columns; j++) {
    let sum = 0;
    for (let i = j; i < rows.length; i += columns) sum += rows[i] as number;
    const centre = sum / count;
    let square = 0;
    for (let i = j; i < rows.length; i += columns) square += ((rows[i] as number) - centre) ** 2;
    const spread = Math.sqrt(square / count);
    // A column that differs only by rounding counts as constant.
    const scale = spread > 1e-12 * Math.max(1, Math.abs(centre)) ? spread : 1;
    for (let i = j; i < rows.length; i += columns) rows[i] = ((rows[i] as number) - centre) / scale;
    mean[j] = centre;
    deviation[j] = scale;
  }
  return { mean, deviation };
}

/** Brings further rows onto the scale of others, in place. */
export function rescale(rows: Float64Array, { mean, deviation }: Scale): void {
  const columns = mean.length;
  for (let i = 0; i < rows.length; i++) {
    const j = i % columns;
    rows[i] = ((rows[i] as number) - (mean[j] as number)) / (deviation[j] as number);
  }
}
