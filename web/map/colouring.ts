import { colourAt, type Rgb, type Scheme } from "../../src/drawing/colour-maps.ts";
import type { Quantity } from "./quantity.ts";

/** What colours need to know of a quantity: plain data, so that a worker can paint. */
export type Colourable = Pick<Quantity, "values" | "goal" | "discrete">;

/** How the values of a quantity become colours. */
export interface ColourScale {
  /** Values at the ends of the colour map. */
  readonly low: number;
  readonly high: number;
  /** Whether values beyond an end exist and share its colour. */
  readonly clippedLow: boolean;
  readonly clippedHigh: boolean;
  /** Architectures with a value. */
  readonly present: number;
  /** Evenly spaced quantiles, where colour follows the rank and not the value; undefined where it follows the value. */
  readonly quantiles: Float64Array | undefined;
  /** Number of architectures in equal steps from low to high; what is clipped counts in the outermost. */
  readonly histogram: readonly number[];
}

const BINS = 48;
const QUANTILES = 64;
/** Long tails (a few cells that never learn) would spend the whole colour map on them. */
const TAIL = 0.05;

export function colourScale(quantity: Colourable): ColourScale {
  const sorted = finite(quantity.values).sort();
  const present = sorted.length;
  if (present === 0)
    return { low: 0, high: 1, clippedLow: false, clippedHigh: false, present, quantiles: undefined, histogram: [] };
  const least = sorted[0] as number;
  const most = sorted[present - 1] as number;
  let low = least;
  let high = most;
  if (!quantity.discrete && quantity.goal === "max") low = sorted[Math.floor(TAIL * (present - 1))] as number;
  if (!quantity.discrete && quantity.goal === "min") high = sorted[Math.ceil((1 - TAIL) * (present - 1))] as number;
  if (high === low) {
    low = least;
    high = most;
  }
  const bins = quantity.discrete ? Math.min(BINS, most - least + 1) : BINS;
  const histogram = new Array<number>(bins).fill(0);
  for (const value of sorted) tally(histogram, quantity, low, high, value);
  // Sizes of networks are skewed, and no end is the better one: colour by rank tells most cells apart.
  const ranked = quantity.goal === "none" && !quantity.discrete;
  const quantiles = ranked
    ? Float64Array.from({ length: QUANTILES + 1 }, (_, i) => sorted[Math.round((i / QUANTILES) * (present - 1))] as number)
    : undefined;
  return { low, high, clippedLow: least < low, clippedHigh: most > high, present, quantiles, histogram };
}

/** Adds a value to its bin; whole numbers have one each. */
function tally(histogram: number[], { discrete }: Colourable, low: number, high: number, value: number): void {
  const share = high > low ? (value - low) / (high - low) : 0.5;
  const step = discrete ? value - low : Math.floor(share * histogram.length);
  const bin = Math.min(histogram.length - 1, Math.max(0, step));
  histogram[bin] = (histogram[bin] as number) + 1;
}

/** How many of these architectures are in each step of the scale. */
export function histogramOf(cells: Uint32Array, quantity: Colourable, { low, high, histogram }: ColourScale): readonly number[] {
  const counts = histogram.map(() => 0);
  for (const cell of cells) {
    const value = quantity.values[cell] as number;
    if (Number.isFinite(value)) tally(counts, quantity, low, high, value);
  }
  return counts;
}

function finite(values: ArrayLike<number>): Float64Array {
  const kept = new Float64Array(values.length);
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (Number.isFinite(value)) kept[count++] = value;
  }
  return kept.subarray(0, count);
}

/** Place of a value on the colour map, 0..1. */
export function shareOf({ low, high, quantiles }: ColourScale, value: number): number {
  if (!(high > low)) return 0.5;
  if (!quantiles) return Math.min(1, Math.max(0, (value - low) / (high - low)));
  const last = quantiles.length - 1;
  if (value < (quantiles[0] as number)) return 0;
  if (value >= (quantiles[last] as number)) return 1;
  let above = 0;
  for (let step = 2 ** Math.floor(Math.log2(last)); step >= 1; step /= 2) {
    if (above + step <= last && (quantiles[above + step] as number) <= value) above += step;
  }
  const from = quantiles[above] as number;
  return (above + (value - from) / ((quantiles[above + 1] as number) - from)) / last;
}

/** Points in drawing order with their colours: what has no value lies at the bottom, the extraordinary on top. */
export interface Painting {
  /** Architecture a drawn point. */
  readonly order: Uint32Array;
  /** 4 bytes a drawn point, in the same order. */
  readonly colours: Uint8Array;
}

export interface PaintOptions {
  readonly scheme: Scheme;
  readonly dark: boolean;
  /** Colour of a point without a value. */
  readonly absent: Rgb;
  /** Share of the architectures, best first, that keep their colour; the rest fades. 1 keeps all. */
  readonly keep: number;
  /** Architectures on the map; all that have a place in `values` where this is left out. */
  readonly present?: ArrayLike<number> | undefined;
  /** Only these keep their colour, and lie on top; all where this is left out. */
  readonly only?: Uint32Array | undefined;
}

/** Colours a map is drawn with: finer than an eye can tell, and looked up instead of mixed for every point. */
const SHADES = 256;

/** Opacity of what was not selected, while something is. */
const OUTSIDE = 50;

export function paint(quantity: Colourable, scale: ColourScale, options: PaintOptions): Painting {
  const { values } = quantity;
  const order = onTop(drawingOrder(quantity, options.present), options.only);
  const size = order.length;
  const most = quantity.goal === "none" ? size : Math.max(1, Math.round(options.keep * Math.min(size, scale.present)));
  const kept = options.only ? Math.min(most, options.only.length) : most;
  const chosen = options.only?.length ?? size;
  const colours = new Uint8Array(size * 4);
  const [r, g, b] = options.absent;
  const faint = scale.present === values.length ? 110 : 90;
  const shades = Array.from({ length: SHADES }, (_, i) => colourAt(options.scheme, i / (SHADES - 1), options.dark));
  for (let place = 0; place < size; place++) {
    const value = values[order[place] as number] as number;
    const faded = !Number.isFinite(value) || size - place > kept;
    const [red, green, blue] = faded ? [r, g, b] : (shades[Math.round(shareOf(scale, value) * (SHADES - 1))] as Rgb);
    colours[place * 4] = red;
    colours[place * 4 + 1] = green;
    colours[place * 4 + 2] = blue;
    colours[place * 4 + 3] = !faded ? 225 : size - place > chosen ? OUTSIDE : faint;
  }
  return { order, colours };
}

/** Those of `only` last, both parts in their order. */
function onTop(order: Uint32Array, only: Uint32Array | undefined): Uint32Array {
  if (!only) return order;
  const chosen = new Set(only);
  const moved = new Uint32Array(order.length);
  let below = 0;
  let above = order.length - order.reduce((sum, index) => sum + (chosen.has(index) ? 1 : 0), 0);
  for (const index of order) moved[chosen.has(index) ? above++ : below++] = index;
  return moved;
}

/** Indices of all architectures, ascending. */
export function allOf(size: number): Uint32Array {
  const indices = new Uint32Array(size);
  for (let i = 0; i < size; i++) indices[i] = i;
  return indices;
}

/** Best last, and so on top, where there is a best; else scattered, so that neither end hides the other. */
function drawingOrder({ values, goal }: Colourable, present: ArrayLike<number> | undefined): Uint32Array {
  const all = present ? Uint32Array.from(present) : allOf(values.length);
  if (goal === "none") return scattered(values, all);
  const sign = goal === "min" ? -1 : 1;
  const height = (index: number): number => {
    const value = values[index] as number;
    return Number.isFinite(value) ? sign * value : Number.NEGATIVE_INFINITY;
  };
  return all.sort((a, b) => {
    const x = height(a);
    const y = height(b);
    return x === y ? a - b : x - y;
  });
}

/** Those without a value first, then by a hash of the index. Hash and place (20 bits) share one float, because numbers sort natively. */
function scattered(values: ArrayLike<number>, all: Uint32Array): Uint32Array {
  const PLACES = 2 ** 20;
  const keys = Float64Array.from(all, (index, place) => {
    const hash = Number.isFinite(values[index]) ? (Math.imul(index + 1, 0x9e3779b1) >>> 1) + 1 : 0;
    return hash * PLACES + place;
  });
  return Uint32Array.from(keys.sort(), (key) => all[key % PLACES] as number);
}
