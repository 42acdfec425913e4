import { colourAt, cssColour, type Scheme } from "../../src/drawing/colour-maps.ts";
import { MANY, type Painted } from "./cartographer.ts";
import { shareOf } from "./colouring.ts";
import type { Quantity } from "./quantity.ts";
import { rasterise } from "./raster.ts";
import { pointOpacity, pointRadius, WHOLE } from "./view.ts";

export interface MapPicture extends Painted {
  /** 2 numbers an architecture. */
  readonly points: Float32Array;
  readonly quantity: Quantity;
  readonly scheme: Scheme;
  readonly caption: string;
  /** How 16 dimensions became two. */
  readonly projection: string;
}

const SIDE = 1000;
const FOOT = 56;
/** Pixels a side of the picture within, where there are too many points for circles. */
const PIXELS = 2400;

/**
 * The map as an SVG file for paper: all points, the colour scale with its ends, what it shows. Points are circles; where there are so many
 * that no program would open the file, they are a picture.
 */
export async function mapPicture({
  points,
  quantity,
  scheme,
  caption,
  projection,
  scale,
  painting,
}: MapPicture): Promise<string> {
  const { order, colours } = painting;
  const dots = order.length > MANY ? [await dotsAsImage(points, painting)] : dotsAsCircles(points, order, colours);
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
    text(SIDE - 20, SIDE + 52, "end", `Archscape, ${projection} of the embedding`),
    "</svg>\n",
  ].join("\n");
}

function dotsAsCircles(points: Float32Array, order: Uint32Array, colours: Uint8Array): string[] {
  return Array.from(order, (index, place) => {
    const x = (SIDE / 2) * (1 + 0.88 * (points[index * 2] as number));
    const y = (SIDE / 2) * (1 - 0.88 * (points[index * 2 + 1] as number));
    const [red = 0, green = 0, blue = 0, alpha = 255] = colours.subarray(place * 4, place * 4 + 4);
    const colour = `#${[red, green, blue].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
    return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="2" fill="${colour}" fill-opacity="${(alpha / 255).toFixed(2)}"/>`;
  });
}

async function dotsAsImage(points: Float32Array, { order, colours }: Painted["painting"]): Promise<string> {
  const size = { width: PIXELS, height: PIXELS };
  const { image, margin } = rasterise(
    { positions: inOrder(points, order), colours },
    {
      view: WHOLE,
      size,
      radius: (pointRadius(WHOLE, { width: SIDE, height: SIDE }, order.length) * PIXELS) / SIDE,
      opacity: pointOpacity(WHOLE, order.length),
      ground: [255, 255, 255],
      stride: 1,
    },
  );
  const canvas = new OffscreenCanvas(PIXELS, PIXELS);
  canvas.getContext("2d", { alpha: false })?.putImageData(image, -margin, -margin);
  const address = await dataAddress(await canvas.convertToBlob({ type: "image/png" }));
  return `<image width="${SIDE}" height="${SIDE}" href="${address}"/>`;
}

/** Positions of the points in the order in which they are drawn. */
export function inOrder(points: Float32Array, order: Uint32Array): Float32Array {
  const positions = new Float32Array(order.length * 2);
  for (let place = 0; place < order.length; place++) {
    const index = order[place] as number;
    positions[place * 2] = points[index * 2] as number;
    positions[place * 2 + 1] = points[index * 2 + 1] as number;
  }
  return positions;
}

function dataAddress(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error ?? new Error("The picture could not be read."));
    reader.readAsDataURL(blob);
  });
}

const escaped = (content: string): string => content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
