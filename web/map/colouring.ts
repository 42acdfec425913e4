import { colourAt, type Rgb, type Scheme } from "../theme.ts";
import type { Quantity } from "./quantity.ts";

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

export function colourScale(quantity: Quantity): ColourScale {
  const sorted = Float64Array.from(Array.from(quantity.values).filter(Number.isFinite)).sort();
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
  for (const value of sorted) {
    const share = high > low ? (value - low) / (high - low) : 0.5;
    const bin = quantity.discrete ? value - least : Math.floor(share * bins);
    histogram[Math.min(bins - 1, Math.max(0, bin))]! += 1;
  }
  // Sizes of networks are skewed, and no end is the better one: colour by rank tells most cells apart.
  const ranked = quantity.goal === "none" && !quantity.discrete;
  const quantiles = ranked
    ? Float64Array.from({ length: QUANTILES + 1 }, (_, i) => sorted[Math.round((i / QUANTILES) * (present - 1))] as number)
    : undefined;
  return { low, high, clippedLow: least < low, clippedHigh: most > high, present, quantiles, histogram };
}

/** Place of a value on the colour map, 0..1. */
export function shareOf({ low, high, quantiles }: ColourScale, value: number): number {
  if (!(high > low)) return 0.5;
  if (!quantiles) return Math.min(1, Math.max(0, (value - low) / (high - low)));
  const last = quantiles.length - 1;
  const above = quantiles.findIndex((quantile) => quantile > value);
  if (above < 0) return 1;
  if (above === 0) return 0;
  const from = quantiles[above - 1] as number;
  return (above - 1 + (value - from) / ((quantiles[above] as number) - from)) / last;
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
}

export function paint(quantity: Quantity, scale: ColourScale, options: PaintOptions): Painting {
  const { values } = quantity;
  const size = values.length;
  const order = drawingOrder(quantity);
  const kept = quantity.goal === "none" ? size : Math.max(1, Math.round(options.keep * scale.present));
  const colours = new Uint8Array(size * 4);
  const [r, g, b] = options.absent;
  const complete = scale.present === size;
  for (let place = 0; place < size; place++) {
    const value = values[order[place] as number] as number;
    const faded = !Number.isFinite(value) || size - place > kept;
    if (faded) colours.set([r, g, b, complete ? 110 : 90], place * 4);
    else {
      const [red, green, blue] = colourAt(options.scheme, shareOf(scale, value), options.dark);
      colours.set([red, green, blue, 225], place * 4);
    }
  }
  return { order, colours };
}

/** Best last, and so on top, where there is a best; else scattered, so that neither end hides the other. */
function drawingOrder({ values, goal }: Quantity): Uint32Array {
  const sign = goal === "min" ? -1 : 1;
  const height = Float64Array.from({ length: values.length }, (_, i) => {
    const value = values[i] as number;
    if (!Number.isFinite(value)) return Number.NEGATIVE_INFINITY;
    return goal === "none" ? Math.imul(i + 1, 0x9e3779b1) >>> 0 : sign * value;
  });
  const order = Uint32Array.from(height, (_, i) => i);
  return order.sort((a, b) => {
    const x = height[a] as number;
    const y = height[b] as number;
    return x === y ? a - b : x - y;
  });
}
