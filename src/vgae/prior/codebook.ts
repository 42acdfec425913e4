import type { Generator } from "../../random/generator.ts";

/**
 * A codebook: k-means centres that stand for points, as many as a wanted distortion takes. Centres are added where they help most (the best
 * of a few candidates drawn by squared distance: k-means++, Arthur and Vassilvitskii, SODA 2007), and all are moved to the means of
 * their points after each addition (Lloyd).
 */
export interface Codebook {
  /** Number of centres. */
  readonly size: number;
  /** size x dimensions. */
  readonly centres: Float32Array;
}

const CANDIDATES = 8;
const MOVES = 12;
const LAST_MOVES = 50;

/**
 * @param points count x dimensions
 * @param distortion mean squared distance to the nearest centre that is small enough
 * @param most centres
 */
export function fitCodebook(
  points: Float32Array,
  dimensions: number,
  distortion: number,
  most: number,
  random: Generator,
): Codebook {
  const count = points.length / dimensions;
  const centres = new Float32Array(most * dimensions);
  const work = workspace(points, dimensions, centres);
  let size = 1;
  work.moveToMeans(1);
  while (work.assign(size) > distortion * count && size < most) {
    // One by one at first, where every centre matters; later some at a time, to save rounds.
    const next = Math.min(most, size + Math.max(1, size >> 3));
    for (; size < next; size++) {
      if (!work.addCentre(size, random)) return { size, centres: centres.slice(0, size * dimensions) };
    }
    settle(work, size, MOVES);
  }
  settle(work, size, LAST_MOVES);
  return { size, centres: centres.slice(0, size * dimensions) };
}

/** Number of the nearest centre of each point; of equals the first. */
export function codesOf({ size, centres }: Codebook, points: Float32Array, dimensions: number): Uint8Array {
  const codes = new Uint8Array(points.length / dimensions);
  for (let i = 0; i < codes.length; i++) codes[i] = nearest(points, i, centres, size, dimensions).code;
  return codes;
}

function settle(work: Workspace, size: number, moves: number): void {
  let before = Number.POSITIVE_INFINITY;
  for (let i = 0; i < moves; i++) {
    const sum = work.assign(size);
    if (sum > before * (1 - 1e-4)) return;
    before = sum;
    work.moveToMeans(size);
  }
}

interface Workspace {
  /** Gives every point its nearest of the first `size` centres; the sum of squared distances. */
  assign(size: number): number;
  /** Puts the first `size` centres where the means of their points are; a centre without points stays. */
  moveToMeans(size: number): void;
  /** Places centre number `size`; false where every point is a centre already. */
  addCentre(size: number, random: Generator): boolean;
}

function workspace(points: Float32Array, dimensions: number, centres: Float32Array): Workspace {
  const count = points.length / dimensions;
  const codes = new Uint8Array(count);
  const squares = new Float64Array(count);
  let total = 0;

  const draw = (random: Generator): number => {
    let left = random.uniform() * total;
    for (let i = 0; i < count; i++) {
      left -= squares[i] as number;
      if (left < 0) return i;
    }
    return count - 1;
  };

  return {
    assign(size) {
      total = 0;
      for (let i = 0; i < count; i++) {
        const { code, square } = nearest(points, i, centres, size, dimensions);
        codes[i] = code;
        squares[i] = square;
        total += square;
      }
      return total;
    },
    moveToMeans(size) {
      const sums = new Float64Array(size * dimensions);
      const counts = new Float64Array(size);
      for (let i = 0; i < count; i++) {
        const code = codes[i] as number;
        counts[code] = (counts[code] as number) + 1;
        for (let d = 0; d < dimensions; d++) {
          sums[code * dimensions + d] = (sums[code * dimensions + d] as number) + (points[i * dimensions + d] as number);
        }
      }
      for (let i = 0; i < sums.length; i++) {
        const own = counts[Math.floor(i / dimensions)] as number;
        if (own > 0) centres[i] = (sums[i] as number) / own;
      }
    },
    addCentre(size, random) {
      if (total === 0) return false;
      let best = -1;
      let least = Number.POSITIVE_INFINITY;
      for (let c = 0; c < CANDIDATES; c++) {
        const candidate = draw(random);
        let sum = 0;
        for (let i = 0; i < count && sum < least; i++) {
          sum += Math.min(squares[i] as number, squareBetween(points, i, points, candidate, dimensions));
        }
        if (sum < least) {
          least = sum;
          best = candidate;
        }
      }
      for (let d = 0; d < dimensions; d++) centres[size * dimensions + d] = points[best * dimensions + d] as number;
      total = 0;
      for (let i = 0; i < count; i++) {
        squares[i] = Math.min(squares[i] as number, squareBetween(points, i, points, best, dimensions));
        total += squares[i] as number;
      }
      return true;
    },
  };
}

const found = { code: 0, square: 0 };

/** The result is overwritten by the next call. */
function nearest(points: Float32Array, i: number, centres: Float32Array, size: number, dimensions: number): typeof found {
  let code = 0;
  let square = Number.POSITIVE_INFINITY;
  for (let c = 0; c < size; c++) {
    const at = c * dimensions;
    let sum = 0;
    for (let d = 0; d < dimensions && sum < square; d++) {
      const difference = (points[i * dimensions + d] as number) - (centres[at + d] as number);
      sum += difference * difference;
    }
    if (sum < square) {
      square = sum;
      code = c;
    }
  }
  found.code = code;
  found.square = square;
  return found;
}

function squareBetween(a: Float32Array, i: number, b: Float32Array, j: number, dimensions: number): number {
  let sum = 0;
  for (let d = 0; d < dimensions; d++) {
    const difference = (a[i * dimensions + d] as number) - (b[j * dimensions + d] as number);
    sum += difference * difference;
  }
  return sum;
}
