import { polygonContains } from "d3-polygon";

/** Corners of a loop that is closed by itself, in map coordinates. */
export type Loop = readonly (readonly [number, number])[];

/** The architectures whose points lie within a loop, ascending; those without a point (NaN) lie in none. */
export function within(points: Float32Array, drawn: Loop): Uint32Array {
  const loop = simplified(drawn);
  const xs = loop.map(([x]) => x);
  const ys = loop.map(([, y]) => y);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [bottom, top] = [Math.min(...ys), Math.max(...ys)];
  const found: number[] = [];
  for (let index = 0; index < points.length / 2; index++) {
    const x = points[2 * index] as number;
    const y = points[2 * index + 1] as number;
    if (x >= left && x <= right && y >= bottom && y <= top && polygonContains(loop, [x, y])) found.push(index);
  }
  return Uint32Array.from(found);
}

/** Loops are drawn with hundreds of corners; so many are enough, and the time of each point grows with them. */
const CORNERS = 200;

const simplified = (loop: Loop): Loop => loop.filter((_, i) => i % Math.ceil(loop.length / CORNERS) === 0);
