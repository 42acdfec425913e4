/**
 * Colours with a meaning. Operations wear the Okabe-Ito palette (distinguishable under every common colour blindness) and
 * a letter, because colour never stands alone; an operation has the same colour in every space, a separable convolution that of the plain
 * one, because they never meet. Metrics wear viridis or cividis.
 */
export interface OperationLook {
  readonly label: string;
  /** One or two characters for the narrow strip of a cell. */
  readonly letter: string;
  readonly fill: string;
  /** Text on the fill, contrast at least 4.5:1. */
  readonly text: string;
}

const DARK = "#101112";

const LOOKS: Readonly<Record<string, OperationLook>> = {
  nor_conv_3x3: { label: "conv 3×3", letter: "3", fill: "#0072b2", text: "#ffffff" },
  nor_conv_1x1: { label: "conv 1×1", letter: "1", fill: "#56b4e9", text: DARK },
  avg_pool_3x3: { label: "avg pool 3×3", letter: "P", fill: "#009e73", text: DARK },
  skip_connect: { label: "skip", letter: "S", fill: "#e69f00", text: DARK },
  none: { label: "none", letter: "–", fill: "#a9a9a4", text: DARK },

  "conv3x3-bn-relu": { label: "conv 3×3", letter: "3", fill: "#0072b2", text: "#ffffff" },
  "conv1x1-bn-relu": { label: "conv 1×1", letter: "1", fill: "#56b4e9", text: DARK },
  maxpool3x3: { label: "max pool 3×3", letter: "M", fill: "#cc79a7", text: DARK },

  max_pool_3x3: { label: "max pool 3×3", letter: "M", fill: "#cc79a7", text: DARK },
  sep_conv_3x3: { label: "sep conv 3×3", letter: "s3", fill: "#0072b2", text: "#ffffff" },
  sep_conv_5x5: { label: "sep conv 5×5", letter: "s5", fill: "#56b4e9", text: DARK },
  dil_conv_3x3: { label: "dil conv 3×3", letter: "d3", fill: "#d55e00", text: DARK },
  dil_conv_5x5: { label: "dil conv 5×5", letter: "d5", fill: "#f0e442", text: DARK },
};

/** Looks an operation up by its name; one that is not known is shown by name in neutral grey. */
export function operationLook(name: string): OperationLook {
  return LOOKS[name] ?? { label: name, letter: name.slice(0, 1).toUpperCase(), fill: "#d7d7d2", text: DARK };
}

export type Scheme = "viridis" | "cividis";
export const SCHEMES: readonly Scheme[] = ["viridis", "cividis"];

/** Seventeen evenly spaced stops of each map; between them linear interpolation is closer than an eye can tell. */
const STOPS: Readonly<Record<Scheme, readonly number[]>> = {
  viridis: [
    0x440154, 0x48186a, 0x472d7b, 0x424086, 0x3b528b, 0x33638d, 0x2c728e, 0x26828e, 0x21918c, 0x1fa088, 0x28ae80, 0x3fbc73,
    0x5ec962, 0x84d44b, 0xaddc30, 0xd8e219, 0xfde725,
  ],
  cividis: [
    0x002051, 0x012b65, 0x11366c, 0x26426e, 0x3c4d6e, 0x51586e, 0x62646f, 0x727071, 0x7f7c75, 0x8c8877, 0x9a9478, 0xa9a177,
    0xbbaf71, 0xcebd68, 0xe2cb5c, 0xf3da4f, 0xfdea45,
  ],
};

export type Rgb = readonly [number, number, number];

/** The end of the map that would melt into the background is left out: yellow on light paper, violet on dark. */
const USED = { light: [0, 0.93], dark: [0.13, 1] } as const;

/** Colour at `share` (0..1) of a scheme, for a light or a dark background. */
export function colourAt(scheme: Scheme, share: number, dark: boolean): Rgb {
  const [low, high] = dark ? USED.dark : USED.light;
  const stops = STOPS[scheme];
  const place = (low + Math.min(1, Math.max(0, share)) * (high - low)) * (stops.length - 1);
  const index = Math.min(stops.length - 2, Math.floor(place));
  const rest = place - index;
  const a = stops[index] as number;
  const b = stops[index + 1] as number;
  const mix = (shift: number): number => Math.round(((a >> shift) & 255) * (1 - rest) + ((b >> shift) & 255) * rest);
  return [mix(16), mix(8), mix(0)];
}

export const cssColour = ([red, green, blue]: Rgb): string => `rgb(${red} ${green} ${blue})`;

/** The value of a colour token of page.css as bytes, for canvases that cannot read custom properties. */
export function tokenColour(host: Element, token: string): Rgb {
  const text = getComputedStyle(host).getPropertyValue(token).trim();
  const digits = /^#([0-9a-f]{6})$/i.exec(text)?.[1];
  if (!digits) return [128, 128, 128];
  const value = Number.parseInt(digits, 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

export const darkQuery = (): MediaQueryList => matchMedia("(prefers-color-scheme: dark)");
export const stillQuery = (): MediaQueryList => matchMedia("(prefers-reduced-motion: reduce)");
export const phoneQuery = (): MediaQueryList => matchMedia("(max-width: 800px)");
