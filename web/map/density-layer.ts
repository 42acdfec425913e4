import type { DensityLevel } from "./density.ts";
import { pixelsPerUnit, type Size, type View } from "./view.ts";

export interface DensityLook {
  readonly levels: readonly DensityLevel[];
  readonly view: View;
  /** In CSS pixels. */
  readonly size: Size;
  readonly ink: string;
}

const FILL = 0.05;
const STROKE = 0.7;

/**
 * Draws the outlines of the density on a canvas of their own: as SVG over the points, where there is no graphics card, they take the better part of a
 * second whenever anything over the map changes.
 */
export function drawDensity(canvas: HTMLCanvasElement, { levels, view, size, ink }: DensityLook): void {
  const density = devicePixelRatio;
  canvas.width = Math.round(size.width * density);
  canvas.height = Math.round(size.height * density);
  // Kept in the processor's memory, which draws few long paths in milliseconds.
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return;
  const scale = pixelsPerUnit(view, size) * density;
  context.setTransform(scale, 0, 0, -scale, canvas.width / 2 - view.x * scale, canvas.height / 2 + view.y * scale);
  context.fillStyle = ink;
  context.strokeStyle = ink;
  context.lineWidth = density / scale;
  for (const { outline } of levels) {
    const path = pathOf(outline);
    context.globalAlpha = FILL;
    context.fill(path, "evenodd");
    context.globalAlpha = STROKE;
    context.stroke(path);
  }
}

const paths = new Map<string, Path2D>();

/** Read once; those of one map at a time. */
function pathOf(outline: string): Path2D {
  const known = paths.get(outline);
  if (known) return known;
  if (paths.size >= 20) paths.clear();
  const path = new Path2D(outline);
  paths.set(outline, path);
  return path;
}
