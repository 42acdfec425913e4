import { EigenvalueDecomposition, Matrix, SVD } from "ml-matrix";

/** Share of the points at either end of an axis that may lie outside the frame. */
const STRAGGLERS = 0.004;

/** A plane through an embedding. */
export interface Projection {
  /** 2 numbers a point; 99 % of them lie between -1 and 1. */
  readonly points: Float32Array;
  /** Share of the variance that the plane shows, 0..1. */
  readonly explained: number;
}

/**
 * The first two principal components of `count` points of `dimensions` numbers (row-major). Where the points of an earlier
 * projection are given, the new plane is turned and mirrored onto them (orthogonal Procrustes), so that a map that is redrawn
 * every epoch moves only where the embedding did.
 */
export function project(embedding: Float32Array, dimensions: number, previous?: Float32Array): Projection {
  const count = embedding.length / dimensions;
  const mean = new Float64Array(dimensions);
  for (let i = 0; i < embedding.length; i++) mean[i % dimensions]! += (embedding[i] as number) / count;

  const covariance = Matrix.zeros(dimensions, dimensions);
  const row = new Float64Array(dimensions);
  const sums = new Float64Array(dimensions * dimensions);
  for (let i = 0; i < count; i++) {
    for (let d = 0; d < dimensions; d++) row[d] = (embedding[i * dimensions + d] as number) - (mean[d] as number);
    for (let a = 0; a < dimensions; a++) {
      for (let b = a; b < dimensions; b++) sums[a * dimensions + b]! += (row[a] as number) * (row[b] as number);
    }
  }
  for (let a = 0; a < dimensions; a++) {
    for (let b = a; b < dimensions; b++) {
      const value = (sums[a * dimensions + b] as number) / Math.max(1, count - 1);
      covariance.set(a, b, value);
      covariance.set(b, a, value);
    }
  }

  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covariance, { assumeSymmetric: true });
  const order = realEigenvalues.map((_, i) => i).sort((a, b) => (realEigenvalues[b] as number) - (realEigenvalues[a] as number));
  const total = realEigenvalues.reduce((sum, value) => sum + Math.max(0, value), 0);
  const [first = 0, second = 0] = order;
  const axes = [first, second].map((column) => steadySign(eigenvectorMatrix.getColumn(column)));

  const points = new Float32Array(count * 2);
  for (let i = 0; i < count; i++) {
    for (let axis = 0; axis < 2; axis++) {
      const direction = axes[axis] as number[];
      let sum = 0;
      for (let d = 0; d < dimensions; d++) {
        sum += ((embedding[i * dimensions + d] as number) - (mean[d] as number)) * (direction[d] as number);
      }
      points[i * 2 + axis] = sum;
    }
  }
  fitSquare(points);
  if (previous?.length === points.length) turnOnto(points, previous);
  const shown = Math.max(0, realEigenvalues[first] as number) + Math.max(0, realEigenvalues[second] as number);
  return { points, explained: total > 0 ? shown / total : 0 };
}

/** An eigenvector has no sign of its own; the largest entry is made positive, so that the same data gives the same picture. */
function steadySign(vector: number[]): number[] {
  const largest = vector.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  return largest < 0 ? vector.map((value) => -value) : vector;
}

/** Moves the middle of the bulk to the origin and scales it to reach from -1 to 1; few stragglers stay outside. */
function fitSquare(points: Float32Array): void {
  const count = points.length / 2;
  const middle = [0, 0];
  let half = 0;
  for (let axis = 0; axis < 2; axis++) {
    const sorted = Float32Array.from({ length: count }, (_, i) => points[i * 2 + axis] as number).sort();
    const low = sorted[Math.floor(STRAGGLERS * (count - 1))] as number;
    const high = sorted[Math.ceil((1 - STRAGGLERS) * (count - 1))] as number;
    middle[axis] = (low + high) / 2;
    half = Math.max(half, (high - low) / 2);
  }
  for (let i = 0; i < points.length; i++) points[i] = ((points[i] as number) - (middle[i % 2] as number)) / (half || 1);
}

function turnOnto(points: Float32Array, target: Float32Array): void {
  const cross = Matrix.zeros(2, 2);
  for (let i = 0; i < points.length; i += 2) {
    for (let a = 0; a < 2; a++) {
      for (let b = 0; b < 2; b++) {
        cross.set(a, b, cross.get(a, b) + (points[i + a] as number) * (target[i + b] as number));
      }
    }
  }
  const { leftSingularVectors, rightSingularVectors } = new SVD(cross);
  const turn = leftSingularVectors.mmul(rightSingularVectors.transpose());
  for (let i = 0; i < points.length; i += 2) {
    const x = points[i] as number;
    const y = points[i + 1] as number;
    points[i] = x * turn.get(0, 0) + y * turn.get(1, 0);
    points[i + 1] = x * turn.get(0, 1) + y * turn.get(1, 1);
  }
}
