import { nearestNeighbours, type Points, squaredDistance } from "../../src/vgae/nearest/neighbours.ts";

/** From one architecture to another over nearest neighbours. */
export interface NeighbourWalk {
  /** First to last, both ends included. */
  readonly cells: readonly number[];
  /** Among how many nearest each step chose. */
  readonly reach: number;
}

/** Longer walks are not read; a longer reach makes them shorter. */
const MOST_STOPS = 24;
const REACH = { least: 8, most: 1024 } as const;

/**
 * Of the `reach` rows nearest to where it is, a step goes to the one that lies closest to the goal; where none of them is closer than here, to the
 * nearest row of all that is. So every step comes closer, and the walk arrives. The reach is the first of 8, 16, 32, … with at most 24 stops.
 */
export function neighbourWalk(points: Points, from: number, to: number): NeighbourWalk {
  for (let reach: number = REACH.least; ; reach *= 2) {
    const cells = walkWith(points, from, to, reach, reach < REACH.most ? MOST_STOPS : Number.POSITIVE_INFINITY);
    if (cells) return { cells, reach };
  }
}

function walkWith(points: Points, from: number, to: number, reach: number, most: number): number[] | undefined {
  const goal = rowOf(points, to);
  const left = (row: number): number => squaredDistance(points, row, goal, 0);
  const cells = [from];
  let here = from;
  while (here !== to && left(here) > 0) {
    if (cells.length === most) return undefined;
    const { indices } = nearestNeighbours(points, rowOf(points, here), Math.min(reach + 1, REACH.most));
    const best = indices.reduce((a, b) => (left(b) < left(a) ? b : a));
    here = left(best) < left(here) ? best : nearestCloser(points, here, goal, left(here));
    cells.push(here);
  }
  // Another architecture may lie at the very place of the goal.
  if (here !== to) cells.push(to);
  return cells;
}

function nearestCloser(points: Points, here: number, goal: Float32Array, than: number): number {
  const own = rowOf(points, here);
  let best = here;
  let least = Number.POSITIVE_INFINITY;
  for (let row = 0; row < points.data.length / points.dimensions; row++) {
    if (squaredDistance(points, row, goal, 0) >= than) continue;
    const distance = squaredDistance(points, row, own, 0);
    if (distance < least) {
      least = distance;
      best = row;
    }
  }
  return best;
}

const rowOf = ({ data, dimensions }: Points, row: number): Float32Array =>
  data.subarray(row * dimensions, (row + 1) * dimensions);

/** `count` points from a to b, both included, evenly spaced on the straight line: count x length. */
export function straightLine(a: ArrayLike<number>, b: ArrayLike<number>, count: number): Float32Array {
  const points = new Float32Array(count * a.length);
  for (let stop = 0; stop < count; stop++) {
    const share = stop / (count - 1);
    for (let d = 0; d < a.length; d++) points[stop * a.length + d] = (1 - share) * (a[d] as number) + share * (b[d] as number);
  }
  return points;
}
