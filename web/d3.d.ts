/** Of the parts of D3 that the map uses, which come without types. */

declare module "d3-polygon" {
  /** Whether the point lies in the closed polygon (which is closed by itself); what lies on its edge may count either way. */
  export function polygonContains(polygon: readonly (readonly [number, number])[], point: readonly [number, number]): boolean;
}

declare module "d3-contour" {
  export interface Contour {
    readonly value: number;
    /** Polygons, each an outer ring and its holes; rings are closed. */
    readonly coordinates: readonly (readonly (readonly [number, number])[])[][];
  }

  export interface ContourDensity<Datum> {
    (data: Iterable<Datum>): Contour[];
    x(of: (datum: Datum) => number): this;
    y(of: (datum: Datum) => number): this;
    size(size: readonly [number, number]): this;
    cellSize(pixels: number): this;
    bandwidth(pixels: number): this;
    /** Chosen for the blurred counts of the grid. */
    thresholds(of: (values: Float32Array) => number[]): this;
  }

  export function contourDensity<Datum>(): ContourDensity<Datum>;
}
