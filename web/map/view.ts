/** Where the map looks: a centre in map coordinates and a magnification, 0 = everything fits, +1 = twice as large. */
export interface View {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

/** Of the drawing area, in CSS pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

export const WHOLE: View = { x: 0, y: 0, zoom: 0 };
export const ZOOM_RANGE = { least: -1, most: 9 } as const;

/** Share of the shorter side that the square from -1 to 1 takes. */
const FILLED = 0.88;

/** CSS pixels a unit of map coordinates. */
export function pixelsPerUnit(view: Pick<View, "zoom">, { width, height }: Size): number {
  return (Math.max(1, Math.min(width, height)) / 2) * FILLED * 2 ** view.zoom;
}

/** Map coordinates to pixels from the top left; y grows upwards on the map. */
export function toPixels(view: View, size: Size, x: number, y: number): readonly [number, number] {
  const scale = pixelsPerUnit(view, size);
  return [size.width / 2 + (x - view.x) * scale, size.height / 2 - (y - view.y) * scale];
}

export function toMap(view: View, size: Size, left: number, top: number): readonly [number, number] {
  const scale = pixelsPerUnit(view, size);
  return [view.x + (left - size.width / 2) / scale, view.y - (top - size.height / 2) / scale];
}

/** Magnifies by `factor` with the map point under (left, top) staying where it is. */
export function zoomAt(view: View, size: Size, factor: number, left = size.width / 2, top = size.height / 2): View {
  const zoom = Math.min(ZOOM_RANGE.most, Math.max(ZOOM_RANGE.least, view.zoom + Math.log2(factor)));
  const [x, y] = toMap(view, size, left, top);
  const scale = pixelsPerUnit({ zoom }, size);
  return { x: x - (left - size.width / 2) / scale, y: y + (top - size.height / 2) / scale, zoom };
}

/** Points of NAS-Bench-201, for which the sizes were chosen. */
const USUAL = 15_625;

/** Points grow slower than distances, so that zooming in separates them; where there are many, they start smaller. */
export const pointRadius = (view: View, size: Size, points: number): number => {
  const crowd = Math.max(1, points / USUAL) ** -0.25;
  return Math.min(10, (Math.min(size.width, size.height) < 480 ? 1.25 : 1.75) * crowd * 2 ** (view.zoom * 0.55));
};

/** Where many points lie over each other, each lets others through, until zooming in separates them. */
export const pointOpacity = (view: View, points: number): number =>
  Math.min(1, Math.max(1, points / USUAL) ** -0.15 * 2 ** (Math.max(0, view.zoom) * 0.25));
