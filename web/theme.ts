/** What elements ask of the page they stand on: its colour tokens, and how its reader likes it. */
import type { Rgb } from "../src/drawing/colour-maps.ts";

/** The value of a colour token (styles/light.css) as bytes, for canvases that cannot read custom properties. */
export function tokenColour(host: Element, token: string): Rgb {
  const text = getComputedStyle(host).getPropertyValue(token).trim();
  const digits = /^#([0-9a-f]{6})$/i.exec(/^#/.test(text) ? text : plain(text))?.[1];
  if (!digits) return [128, 128, 128];
  const value = Number.parseInt(digits, 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

/** A colour of another notation, as pages name them, in hexadecimal digits. */
function plain(colour: string): string {
  const context = document.createElement("canvas").getContext("2d");
  if (!context) return "";
  context.fillStyle = colour;
  return context.fillStyle;
}

/** Whether an element stands on dark ground; `darkQuery` tells when that may change. */
export const isDark = (host: Element): boolean => getComputedStyle(host).getPropertyValue("--is-dark").trim() === "1";

export const darkQuery = (): MediaQueryList => matchMedia("(prefers-color-scheme: dark)");
export const stillQuery = (): MediaQueryList => matchMedia("(prefers-reduced-motion: reduce)");
export const phoneQuery = (): MediaQueryList => matchMedia("(max-width: 800px)");
