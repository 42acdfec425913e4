import { EigenvalueDecomposition, Matrix, SVD } from "ml-matrix";

/** Share of the points at either end of an axis that may lie outside the frame. */
const STRAGGLERS = 0.004;

/** A plane through an embedding. */
export interface Projection {
  /** 2 numbers an architecture, NaN where it has no row in the embedding; 99 % of them lie between -1 and 1. */
  readonly points: Float32Array;
  /** Share of the variance that the plane shows, 0..1. */
  readonly explained: number;
}

/** Which architectures the rows of an embedding belong to, where it does not have all. */
export interface Part {
  /** Architecture of each row. */
  readonly present: Uint32Array;
  /** Architectures in all. */
  readonly size: number;
}

/**
 * The first two principal components of rows of `dimensions` numbers (row-major). Where the points of an earlier projection are
 * given, the new plane is turned and mirrored onto them (orthogonal Procrustes), so that a map that is redrawn every epoch moves
 * only where the embedding did.
 */
export function project(embedding: Float32Array, dimensions: number, previous?: Float32Array, part?: Part): Projection {
  const count = embedding.length / dimensions;
  const mean = new Float64Array(dimensions);
  for (let i = 0; i < count; i++) {
    for (let d = 0; d < dimensions; d++) mean[d] = (mean[d] as number) + (embedding[i * dimensions + d] as number) / count;
  }

  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covarianceOf(embedding, mean), {
    assumeSymmetric: true,
  });
  const order = realEigenvalues.map((_, i) => i).sort((a, b) => (realEigenvalues[b] as number) - (realEigenvalues[a] as number));
  const total = realEigenvalues.reduce((sum, value) => sum + Math.max(0, value), 0);
  const [first = 0, second = 0] = order;

  const rows = new Float32Array(count * 2);
  for (const [axis, column] of [first, second].entries()) {
    const direction = Float64Array.from(steadySign(eigenvectorMatrix.getColumn(column)));
    for (let i = 0; i < count; i++) {
      let sum = 0;
      for (let d = 0; d < dimensions; d++) {
        sum += ((embedding[i * dimensions + d] as number) - (mean[d] as number)) * (direction[d] as number);
      }
      rows[i * 2 + axis] = sum;
    }
  }
  fitSquare(rows);
  if (previous?.length === 2 * (part?.size ?? count)) turnOnto(rows, previous, part?.present);
  const shown = Math.max(0, realEigenvalues[first] as number) + Math.max(0, realEigenvalues[second] as number);
  return { points: part ? spread(rows, part) : rows, explained: total > 0 ? shown / total : 0 };
}

function covarianceOf(embedding: Float32Array, mean: Float64Array): Matrix {
  const dimensions = mean.length;
  const count = embedding.length / dimensions;
  const row = new Float64Array(dimensions);
  const sums = new Float64Array(dimensions * dimensions);
  for (let i = 0; i < count; i++) {
    for (let d = 0; d < dimensions; d++) row[d] = (embedding[i * dimensions + d] as number) - (mean[d] as number);
    for (let a = 0; a < dimensions; a++) {
      const at = a * dimensions;
      const value = row[a] as number;
      for (let b = a; b < dimensions; b++) sums[at + b] = (sums[at + b] as number) + value * (row[b] as number);
    }
  }
  const covariance = Matrix.zeros(dimensions, dimensions);
  for (let a = 0; a < dimensions; a++) {
    for (let b = a; b < dimensions; b++) {
      const value = (sums[a * dimensions + b] as number) / Math.max(1, count - 1);
      covariance.set(a, b, value);
      covariance.set(b, a, value);
    }
  }
  return covariance;
}

/** Points of rows as points of architectures. */
export function spread(rows: Float32Array, { present, size }: Part): Float32Array {
  const points = new Float32Array(2 * size).fill(Number.NaN);
  for (let i = 0; i < present.length; i++) {
    const index = present[i] as number;
    points[2 * index] = rows[2 * i] as number;
    points[2 * index + 1] = rows[2 * i + 1] as number;
  }
  return points;
}

/** An eigenvector has no sign of its own; the largest entry is made positive, so that the same data gives the same picture. */
function steadySign(vector: number[]): number[] {
  const largest = vector.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  return largest < 0 ? vector.map((value) => -value) : vector;
}

/** Moves the middle of the bulk to the origin and scales it to reach from -1 to 1, in place; few stragglers stay outside. */
export function fitSquare(points: Float32Array): void {
  const count = points.length / 2;
  const middle = [0, 0];
  let half = 0;
  for (let axis = 0; axis < 2; axis++) {
    const sorted = new Float32Array(count);
    for (let i = 0; i < count; i++) sorted[i] = points[i * 2 + axis] as number;
    sorted.sort();
    const low = sorted[Math.floor(STRAGGLERS * (count - 1))] as number;
    const high = sorted[Math.ceil((1 - STRAGGLERS) * (count - 1))] as number;
    middle[axis] = (low + high) / 2;
    half = Math.max(half, (high - low) / 2);
  }
  for (let i = 0; i < points.length; i++) points[i] = ((points[i] as number) - (middle[i % 2] as number)) / (half || 1);
}

/**
 * Turns and mirrors points onto others, in place.
 * @param present place of each point in `target`, which may lack it
 */
export function turnOnto(points: Float32Array, target: Float32Array, present: Uint32Array | undefined): void {
  const sums = [0, 0, 0, 0];
  for (let i = 0; i < points.length / 2; i++) {
    const at = present ? (present[i] as number) : i;
    const u = target[2 * at] as number;
    const v = target[2 * at + 1] as number;
    if (Number.isNaN(u)) continue;
    const x = points[2 * i] as number;
    const y = points[2 * i + 1] as number;
    sums[0] = (sums[0] as number) + x * u;
    sums[1] = (sums[1] as number) + x * v;
    sums[2] = (sums[2] as number) + y * u;
    sums[3] = (sums[3] as number) + y * v;
  }
  if (sums.every((sum) => sum === 0)) return;
  const { leftSingularVectors, rightSingularVectors } = new SVD(new Matrix([sums.slice(0, 2), sums.slice(2)]));
  const turn = leftSingularVectors.mmul(rightSingularVectors.transpose());
  const [a, b, c, d] = [turn.get(0, 0), turn.get(0, 1), turn.get(1, 0), turn.get(1, 1)];
  for (let i = 0; i < points.length; i += 2) {
    const x = points[i] as number;
    const y = points[i + 1] as number;
    points[i] = x * a + y * c;
    points[i + 1] = x * b + y * d;
  }
}
