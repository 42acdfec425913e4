import { contourDensity } from "d3-contour";

/** The densest part of a map that holds a share of its points. */
export interface DensityLevel {
  /** Of the points, 0..1. */
  readonly share: number;
  /** Of the area that the outermost level takes, 0..1. */
  readonly area: number;
  /** Outline in map coordinates, as an SVG path. */
  readonly outline: string;
}

/** Outermost first. */
export const DENSITY_SHARES = [0.9, 0.75, 0.5, 0.25, 0.1] as const;

/** Grid cells a unit of map coordinates, and how far the grid reaches: stragglers beyond count for nothing. */
const CELLS = 128;
const REACH = 1.5;
/** Standard deviation of the smoothing, in grid cells. */
const BANDWIDTH = 4;
const SIDE = 2 * REACH * CELLS;

/** Where points (2 numbers each, NaN for none) lie thick: areas that hold 90, 75, 50, 25 and 10 % of them, and nowhere thinner than elsewhere. */
export function densityOf(points: Float32Array): DensityLevel[] {
  const areas: number[] = [];
  const column = (index: number): number => ((points[2 * index] as number) + REACH) * CELLS;
  const row = (index: number): number => ((points[2 * index + 1] as number) + REACH) * CELLS;
  const isInside = (index: number): boolean =>
    Math.abs(points[2 * index] as number) < REACH && Math.abs(points[2 * index + 1] as number) < REACH;
  const inside = Array.from({ length: points.length / 2 }, (_, index) => index).filter(isInside);
  const contours = contourDensity<number>()
    .x(column)
    .y(row)
    .size([SIDE, SIDE])
    .cellSize(1)
    .bandwidth(BANDWIDTH)
    .thresholds((values) => {
      // The grid is wider than asked for, by as much on every side, to have room for the smoothing.
      const across = Math.sqrt(values.length);
      const margin = (across - SIDE) / 2;
      const at = (index: number): number =>
        values[Math.floor(column(index) + margin) + across * Math.floor(row(index) + margin)] as number;
      const sorted = Float32Array.from(inside, at).sort();
      const least = DENSITY_SHARES.map((share) => sorted[Math.floor((1 - share) * (sorted.length - 1))] ?? 0);
      areas.push(...least.map((level) => values.reduce((sum, value) => sum + (value >= level ? 1 : 0), 0)));
      return least;
    })(inside);
  const outermost = areas[0] || 1;
  return contours.map(({ coordinates }, i) => ({
    share: DENSITY_SHARES[i] as number,
    area: (areas[i] as number) / outermost,
    outline: coordinates.flatMap((polygon) => polygon.map(outlineOf)).join(""),
  }));
}

function outlineOf(ring: readonly (readonly [number, number])[]): string {
  const corners = ring.map(([x, y]) => `${(x / CELLS - REACH).toFixed(3)} ${(y / CELLS - REACH).toFixed(3)}`);
  return `M${corners.join("L")}Z`;
}
