import { colourAt, cssColour, type Scheme } from "../theme.ts";
import { colourScale, paint, shareOf } from "./colouring.ts";
import type { Quantity } from "./quantity.ts";

export interface MapPicture {
  /** 2 numbers an architecture. */
  readonly points: Float32Array;
  readonly quantity: Quantity;
  readonly scheme: Scheme;
  readonly keep: number;
  readonly caption: string;
}

const SIDE = 1000;
const FOOT = 56;

/** The map as an SVG file for paper: all points, the colour scale with its ends, what it shows. */
export function mapPicture({ points, quantity, scheme, keep, caption }: MapPicture): string {
  const scale = colourScale(quantity);
  const { order, colours } = paint(quantity, scale, { scheme, dark: false, keep, absent: [196, 196, 191] });
  const dots = Array.from(order, (index, place) => {
    const x = (SIDE / 2) * (1 + 0.88 * (points[index * 2] as number));
    const y = (SIDE / 2) * (1 - 0.88 * (points[index * 2 + 1] as number));
    const [red = 0, green = 0, blue = 0, alpha = 255] = colours.subarray(place * 4, place * 4 + 4);
    const colour = `#${[red, green, blue].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
    return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="2" fill="${colour}" fill-opacity="${(alpha / 255).toFixed(2)}"/>`;
  });
  const bins = Math.max(1, scale.histogram.length);
  const ramp = scale.histogram.map((_, i) => {
    const value = scale.low + (scale.high - scale.low) * (bins > 1 ? i / (bins - 1) : 0.5);
    const width = 240 / bins;
    return `<rect x="${(20 + i * width).toFixed(2)}" y="${SIDE + 6}" width="${(width + 0.5).toFixed(2)}" height="10" fill="${cssColour(colourAt(scheme, shareOf(scale, value), false))}"/>`;
  });
  const text = (x: number, y: number, anchor: string, content: string): string =>
    `<text x="${x}" y="${y}" text-anchor="${anchor}">${escaped(content)}</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIDE} ${SIDE + FOOT}" font-family="system-ui, sans-serif" font-size="14" fill="#17181a">`,
    ...dots,
    ...ramp,
    text(20, SIDE + 34, "start", quantity.show(scale.low)),
    text(260, SIDE + 34, "end", quantity.show(scale.high)),
    text(20, SIDE + 52, "start", `${quantity.label}, ${quantity.source}`),
    text(SIDE - 20, SIDE + 34, "end", caption),
    text(SIDE - 20, SIDE + 52, "end", "Archscape, PCA of the embedding"),
    "</svg>\n",
  ].join("\n");
}

const escaped = (content: string): string => content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
