/** What metrics are coloured with. */
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
