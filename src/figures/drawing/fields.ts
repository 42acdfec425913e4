import { type Canvas, element, LEVELS, panel, words } from "./canvas.ts";

/**
 * A grid of coloured fields as one path a colour, runs of fields side by side as one: thousands of fields take a few kilobytes.
 * @param shares of the colour map, 0..1, NaN for an empty field; row by row from the lowest, side x side
 * @param size in pixels
 */
export function fields({ document, palette }: Canvas, shares: ArrayLike<number>, side: number, size: number): SVGElement {
  const paths: string[] = Array.from({ length: LEVELS }, () => "");
  const levelAt = (x: number, y: number): number => {
    const share = x < side ? (shares[y * side + x] as number) : Number.NaN;
    return Number.isNaN(share) ? -1 : Math.round(Math.max(0, Math.min(1, share)) * (LEVELS - 1));
  };
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; ) {
      const level = levelAt(x, y);
      let end = x + 1;
      while (end < side && levelAt(end, y) === level) end++;
      // From the top, as pictures count.
      if (level >= 0) paths[level] += `M${x} ${side - 1 - y}h${end - x}v1h${x - end}z`;
      x = end;
    }
  }
  return element(
    document,
    "g",
    { transform: `scale(${Number((size / side).toFixed(4))})`, "shape-rendering": "crispEdges" },
    paths.flatMap((d, level) => (d === "" ? [] : [element(document, "path", { d, fill: palette.levels[level] })])),
  );
}

export interface Ramp {
  readonly title: string;
  /** Marks of the scale: share of its length, 0..1, and text. */
  readonly ticks: readonly { readonly share: number; readonly text: string }[];
}

/** The scale of a colour map, lying. Height: 42 pixels. */
export function ramp(canvas: Canvas, width: number, { title, ticks }: Ramp): SVGElement {
  const { document, palette } = canvas;
  const step = width / LEVELS;
  return panel(canvas, width, 42, [
    words(canvas, 0, 10, title),
    ...palette.levels.map((fill, i) =>
      element(document, "rect", {
        x: Number((i * step).toFixed(2)),
        y: 16,
        width: Number((step + 0.3).toFixed(2)),
        height: 8,
        fill,
      }),
    ),
    ...ticks.map(({ share, text }) =>
      words(canvas, Number((share * width).toFixed(2)), 38, text, {
        "text-anchor": share === 0 ? "start" : share === 1 ? "end" : "middle",
        fill: palette.quiet,
      }),
    ),
  ]);
}
