import type { Rgb } from "../../src/drawing/colour-maps.ts";
import type { Cloud } from "./renderer.ts";
import { pixelsPerUnit, type Size, type View } from "./view.ts";

/**
 * A cloud of points as pixels, computed here: some 10 ns a point, where a 2-D canvas needs 1,000 for an arc and WebGL without a
 * graphics card is slower still. Each point is one of 16 precomputed discs (four subpixel positions a direction), blended in order.
 */
export interface Raster {
  readonly image: ImageData;
  /** Pixels that the image is wider than what is shown, on each side: there points need no clipping. */
  readonly margin: number;
}

export interface RasterLook {
  readonly view: View;
  /** In device pixels. */
  readonly size: Size;
  /** Of a point, in device pixels. */
  readonly radius: number;
  /** Factor of the points' own, 0..1. */
  readonly opacity: number;
  readonly ground: Rgb;
  /** Only every so many-th point is drawn. */
  readonly stride: number;
}

interface Disc {
  /** Offsets in pixels from the one that holds the centre. */
  readonly places: Int32Array;
  /** Share of each pixel that is covered, 0..256. */
  readonly cover: Uint16Array;
}

const PHASES = 4;

/** Draws into the image of `before` where it has the right size, else into a new one. */
export function rasterise(cloud: Cloud, look: RasterLook, before?: Raster): Raster {
  const { view, radius, opacity, ground, stride } = look;
  const width = Math.max(1, Math.round(look.size.width));
  const height = Math.max(1, Math.round(look.size.height));
  const margin = Math.ceil(radius) + 1;
  const across = width + 2 * margin;
  const down = height + 2 * margin;
  const fits = before && before.image.width === across && before.image.height === down;
  const image = fits ? before.image : new ImageData(across, down);
  const bytes = image.data;
  const [red, green, blue] = ground;
  new Uint32Array(bytes.buffer).fill(((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0);

  const discs = discsOf(radius, across);
  const scale = pixelsPerUnit(view, { width, height });
  const { positions, colours } = cloud;
  const left = margin + width / 2 - view.x * scale;
  const top = margin + height / 2 + view.y * scale;
  for (let i = 0; i < colours.length / 4; i += stride) {
    const x = left + (positions[2 * i] as number) * scale;
    const y = top - (positions[2 * i + 1] as number) * scale;
    if (!(x >= margin && y >= margin && x < width + margin && y < height + margin)) continue;
    const column = Math.floor(x);
    const row = Math.floor(y);
    const phase = Math.floor((y - row) * PHASES) * PHASES + Math.floor((x - column) * PHASES);
    const { places, cover } = discs[phase] as Disc;
    const from = 4 * i;
    const r = colours[from] as number;
    const g = colours[from + 1] as number;
    const b = colours[from + 2] as number;
    const alpha = (colours[from + 3] as number) * opacity;
    const middle = row * across + column;
    for (let p = 0; p < places.length; p++) {
      const at = 4 * (middle + (places[p] as number));
      const share = ((cover[p] as number) * alpha) >> 8;
      bytes[at] = (bytes[at] as number) + (((r - (bytes[at] as number)) * share) >> 8);
      bytes[at + 1] = (bytes[at + 1] as number) + (((g - (bytes[at + 1] as number)) * share) >> 8);
      bytes[at + 2] = (bytes[at + 2] as number) + (((b - (bytes[at + 2] as number)) * share) >> 8);
    }
  }
  return { image, margin };
}

let kept: { readonly radius: number; readonly across: number; readonly discs: readonly Disc[] } | undefined;

function discsOf(radius: number, across: number): readonly Disc[] {
  if (kept?.radius !== radius || kept.across !== across) {
    const discs = Array.from({ length: PHASES * PHASES }, (_, phase) => {
      const x = ((phase % PHASES) + 0.5) / PHASES;
      const y = (Math.floor(phase / PHASES) + 0.5) / PHASES;
      return disc(radius, x, y, across);
    });
    kept = { radius, across, discs };
  }
  return kept.discs;
}

/** A disc around (x, y) within pixel (0, 0); its edge fades over one pixel. One smaller than a pixel is as faint as it is small. */
function disc(radius: number, x: number, y: number, across: number): Disc {
  const reach = Math.ceil(radius);
  const places: number[] = [];
  const cover: number[] = [];
  for (let row = -reach; row <= reach; row++) {
    for (let column = -reach; column <= reach; column++) {
      const distance = Math.hypot(column + 0.5 - x, row + 0.5 - y);
      const share = Math.min(1, Math.max(0, radius + 0.5 - distance));
      if (share < 1 / 32) continue;
      places.push(row * across + column);
      cover.push(Math.round(256 * share));
    }
  }
  return { places: Int32Array.from(places), cover: Uint16Array.from(cover) };
}
