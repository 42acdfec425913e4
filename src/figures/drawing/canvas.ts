/**
 * What the drawings of figures have in common. They are drawn on any document, the browser's or one that only makes markup
 * (`study/report/svg-document.ts`), in colours that are given: values for a file, names of variables for a page with a light and a dark side.
 */
import { colourAt, type Rgb, type Scheme } from "../../drawing/colour-maps.ts";

export interface Palette {
  readonly accent: string;
  readonly quiet: string;
  readonly rule: string;
  readonly paper: string;
  /** A colour map in `LEVELS` steps, lowest first. */
  readonly levels: readonly string[];
}

export interface Canvas {
  readonly document: Document;
  /** In pixels, 300 or more. */
  readonly width: number;
  readonly palette: Palette;
}

/** Steps of a colour map: finer than an eye can tell on fields of a few pixels. */
export const LEVELS = 24;

/** Below this width panels stand under each other. */
const NARROW = 560;
export const isNarrow = ({ width }: Canvas): boolean => width < NARROW;

export const FONT = { fontFamily: "system-ui, sans-serif", fontSize: "12px", overflow: "visible" } as const;

const hex = (colour: Rgb): string => `#${colour.map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;

export const levelsOf = (scheme: Scheme, dark: boolean): string[] =>
  Array.from({ length: LEVELS }, (_, i) => hex(colourAt(scheme, i / (LEVELS - 1), dark)));

/** For files, on white. */
export const PAPER_INK = "#17181a";
export const paperPalette = (scheme: Scheme): Palette => ({
  accent: "#b5135b",
  quiet: "#5a5d63",
  rule: "#dfdfdb",
  paper: "#ffffff",
  levels: levelsOf(scheme, false),
});

type Attributes = Readonly<Record<string, string | number | undefined>>;

/** An SVG element with attributes and children. */
export function element(
  document: Document,
  name: string,
  attributes: Attributes,
  children: readonly (SVGElement | string)[] = [],
): SVGElement {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(key, String(value));
  for (const child of children) made.appendChild(typeof child === "string" ? document.createTextNode(child) : child);
  return made;
}

/** Panels at their places in one picture. */
export function picture(
  { document, width }: Canvas,
  tall: number,
  label: string,
  panels: readonly { readonly x: number; readonly y: number; readonly content: SVGElement }[],
): SVGElement {
  const height = Math.ceil(tall);
  for (const { x, y, content } of panels) {
    content.setAttribute("x", String(x));
    content.setAttribute("y", String(y));
  }
  return element(
    document,
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: "img",
      "aria-label": label,
      fill: "currentColor",
      "font-family": FONT.fontFamily,
      "font-size": 12,
    },
    panels.map(({ content }) => content),
  );
}

/** A line of text at (x, y). */
export function words(
  { document }: Pick<Canvas, "document">,
  x: number,
  y: number,
  text: string,
  attributes: Attributes = {},
): SVGElement {
  return element(document, "text", { x, y, fill: "currentColor", ...attributes }, [text]);
}

/** A part of a picture with its own origin, which `picture` places. */
export const panel = (
  { document }: Pick<Canvas, "document">,
  width: number,
  height: number,
  children: readonly SVGElement[],
): SVGElement => element(document, "svg", { width, height, overflow: "visible" }, children);
