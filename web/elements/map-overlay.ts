import { css, html, nothing, type SVGTemplateResult, svg, type TemplateResult } from "lit";
import { colourAt, cssColour, type Rgb } from "../../src/drawing/colour-maps.ts";
import { type ColourScale, shareOf } from "../map/colouring.ts";
import type { Quantity } from "../map/quantity.ts";
import { pixelsPerUnit, type Size, toPixels, type View } from "../map/view.ts";
import type { Lab } from "../state/context.ts";
import type { Walk } from "../state/walking.ts";
import type { Corner } from "./map-lasso.ts";

/** Lines from the selected architecture to its nearest in the embedding. */
const SPOKES = 6;

/** Length of a dot, in units of the map: far below a pixel, but not 0, of which Firefox makes a bar where strokes do not scale. */
const DOT = 1e-5;

/** More queries are not coloured one by one. */
const MOST_NUMBERED = 500;

export interface OverlayLook {
  readonly lab: Lab;
  /** 2 numbers an architecture, as the points are drawn now. */
  readonly points: Float32Array;
  /** A lasso that is being drawn, in pixels. */
  readonly loop: readonly Corner[];
  readonly view: View;
  readonly size: Size;
  /** Under the pointer; -1 where nothing is. */
  readonly hovered: number;
  readonly quantity: Quantity | undefined;
  readonly scale: ColourScale | undefined;
  /** On dark ground. */
  readonly dark: boolean;
  /** Colour of a point without a value. */
  readonly absent: Rgb;
}

/**
 * What lies over the points. One group in map coordinates: only its transform changes while the view moves; strokes keep their width in
 * pixels. Numbers stand in pixels.
 */
export function mapOverlay(look: OverlayLook): TemplateResult | typeof nothing {
  const { lab, points, loop, view, size, hovered } = look;
  const { width, height } = size;
  if (width === 0) return nothing;
  const scale = pixelsPerUnit(view, size);
  const transform = `matrix(${scale} 0 0 ${-scale} ${width / 2 - view.x * scale} ${height / 2 + view.y * scale})`;
  const isPlaced = (index: number): boolean => Number.isFinite(points[index * 2]);
  const at = (index: number): string => `${points[index * 2]} ${points[index * 2 + 1]}`;
  // While a model is trained, a search before it has cells that the map has not.
  const placed = (indices: readonly number[]): number[] => indices.filter(isPlaced);
  const dots = (indices: readonly number[]): string =>
    placed(indices)
      .map((index) => `M${at(index)}h${DOT}`)
      .join("");
  const line = (indices: readonly number[]): string =>
    placed(indices).length > 1 ? `M${placed(indices).map(at).join("L")}` : "";

  const { cell } = lab.settings.value;
  const chosen = cell >= 0 && isPlaced(cell);
  const { around } = lab.surroundings.value;
  const { walk } = lab.instruments.walking.store.value;
  const near = chosen && !walk && around?.cell === cell ? around.near.slice(0, SPOKES) : [];
  const spokes = near.filter(({ index }) => isPlaced(index));
  const limit = lab.instruments.replaying.limit();
  const path = lab.searching.walk(limit);
  const isNumbered = look.quantity?.key === "order" && path && path.queries.length <= MOST_NUMBERED;
  const asked = limit === undefined ? undefined : path?.queries.at(-1);
  const { atlas } = lab.atlas.store.value;
  // Only in the plane a straight line of the embedding is one of the map.
  const isPlane = atlas.status === "ready" && atlas.umapSeed === undefined;
  const found = walk ? stopPlaces(walk, points, isPlane) : [];
  // While a model is trained, the map may lose cells of a walk.
  const places = found.every(([x]) => Number.isFinite(x)) ? found : [];
  return html`<svg class="overlay" width=${width} height=${height} aria-hidden="true">
    <g transform=${transform}>
      ${
        path
          ? svg`<path class="walk" d=${line(path.queries)} />
              <path class="query halo" d=${dots(path.queries)} /><path class="query" d=${dots(path.queries)} />
              ${isNumbered ? path.queries.map((index) => svg`<path class="number" d=${dots([index])} stroke=${colourOf(look, index)} />`) : nothing}
              <path class="climb halo" d=${line(path.incumbents)} /><path class="climb" d=${line(path.incumbents)} />
              <path class="step halo" d=${dots(path.incumbents)} /><path class="step" d=${dots(path.incumbents)} />`
          : nothing
      }
      ${asked === undefined ? nothing : ring(look, "hovered", dots([asked]), asked)}
      ${spokes.map(({ index }) => svg`<path class="spoke" d=${line([cell, index])} />`)}
      ${spokes.length > 0 ? svg`<path class="near" d=${dots(spokes.map(({ index }) => index))} />` : nothing}
      ${walk && isPlane ? leads(walk, places, points) : nothing} ${places.length > 1 ? stroll(places) : nothing}
      ${hovered >= 0 && hovered !== cell ? ring(look, "hovered", dots([hovered]), hovered) : nothing}
      ${chosen ? ring(look, "chosen", dots([cell]), cell) : nothing}
    </g>
    ${loop.length > 1 ? svg`<path class="loop" d=${`M${loop.map(([x, y]) => `${x} ${y}`).join("L")}Z`} />` : nothing}
    ${walk ? places.map((place, stop) => stopMark(walk, stop, toPixels(view, size, place[0], place[1]), cell)) : nothing}
  </svg>`;
}

type Place = readonly [number, number];

/** Where the stops stand: cells in their places; points of a straight line on the line between its ends, where there is one. */
function stopPlaces({ how, stops }: Walk, points: Float32Array, isPlane: boolean): Place[] {
  const place = (index: number): Place => [points[2 * index] as number, points[2 * index + 1] as number];
  if (how !== "decoded" || !isPlane) return stops.map(({ near }) => place(near));
  const [first, last] = [stops[0], stops.at(-1)];
  if (!first || !last) return [];
  const [[x0, y0], [x1, y1]] = [place(first.near), place(last.near)];
  return stops.map((_, i) => {
    const share = i / (stops.length - 1);
    return [x0 + share * (x1 - x0), y0 + share * (y1 - y0)];
  });
}

function stroll(places: readonly Place[]): SVGTemplateResult {
  const d = `M${places.map(([x, y]) => `${x} ${y}`).join("L")}`;
  return svg`<path class="stroll halo" d=${d} /><path class="stroll" d=${d} />`;
}

/** Thin lines: from the points of a line to the cells that they decode to; where nothing decodes, the line itself. */
function leads({ how, stops }: Walk, places: readonly Place[], points: Float32Array): SVGTemplateResult | typeof nothing {
  if (how === "stepped") return nothing;
  const [first, last] = [places[0], places.at(-1)];
  if (how === "nearest") return first && last ? svg`<path class="lead" d=${`M${first.join(" ")}L${last.join(" ")}`} />` : nothing;
  const ends = stops.flatMap(({ cell }, i) => {
    const [x, y] = cell === undefined ? [] : points.subarray(2 * cell, 2 * cell + 2);
    return Number.isFinite(x) ? [`M${places[i]?.join(" ")}L${x} ${y}`] : [];
  });
  return svg`<path class="lead" d=${ends.join("")} />`;
}

const MARK = 9;

function stopMark({ stops }: Walk, stop: number, [left, top]: readonly [number, number], selected: number): SVGTemplateResult {
  const { cell } = stops[stop] as Walk["stops"][number];
  const role = cell === undefined ? "none" : cell === selected ? "here" : "";
  return svg`<g class=${`stop ${role}`} transform=${`translate(${left} ${top})`}>
    <circle r=${MARK} /><text y="4" text-anchor="middle">${stop + 1}</text>
  </g>`;
}

/** A ring around a point that keeps its colour: three dots of falling size. */
function ring(look: OverlayLook, role: "hovered" | "chosen", dot: string, index: number): SVGTemplateResult {
  return svg`<path class=${`ring ${role}`} d=${dot} /><path class=${`gap ${role}`} d=${dot} />
    <path class=${`core ${role}`} d=${dot} stroke=${colourOf(look, index)} />`;
}

/** The colour of a point on the map. */
function colourOf({ lab, quantity, scale, absent, dark }: OverlayLook, index: number): string {
  const value = quantity?.values[index] as number;
  const isKnown = scale !== undefined && Number.isFinite(value);
  return cssColour(isKnown ? colourAt(lab.settings.value.scheme, shareOf(scale, value), dark) : absent);
}

export const overlayStyles = css`
  .overlay {
    position: absolute;
    inset: 0;
    pointer-events: none;
  }
  .overlay path {
    fill: none;
    stroke-linecap: round;
    stroke-linejoin: round;
    vector-effect: non-scaling-stroke;
  }
  .walk {
    stroke: var(--ink);
    stroke-opacity: 0.16;
    stroke-width: 1px;
  }
  .query {
    stroke: var(--ink);
    stroke-width: 6px;
  }
  .query.halo {
    stroke: var(--ground);
    stroke-width: 8px;
  }
  .number {
    stroke-width: 4px;
  }
  .climb {
    stroke: var(--accent);
    stroke-width: 2px;
  }
  .climb.halo {
    stroke: var(--ground);
    stroke-width: 5px;
    stroke-opacity: 0.8;
  }
  .step {
    stroke: var(--accent);
    stroke-width: 9px;
  }
  .step.halo {
    stroke: var(--ground);
    stroke-width: 13px;
  }
  .spoke {
    stroke: var(--ink);
    stroke-opacity: 0.6;
    stroke-width: 1px;
  }
  .near {
    stroke: var(--ink);
    stroke-width: 6px;
  }
  .ring {
    stroke: var(--ink);
    stroke-width: 15px;
  }
  .gap {
    stroke: var(--ground);
    stroke-width: 12px;
  }
  .core {
    stroke-width: 9px;
  }
  .ring.chosen {
    stroke: var(--accent);
    stroke-width: 19px;
  }
  .gap.chosen {
    stroke-width: 14px;
  }
  .core.chosen {
    stroke-width: 10px;
  }
  .stroll {
    stroke: var(--ink);
    stroke-width: 2px;
  }
  .stroll.halo {
    stroke: var(--ground);
    stroke-width: 5px;
    stroke-opacity: 0.8;
  }
  .overlay .loop {
    fill: var(--accent);
    fill-opacity: 0.12;
    stroke: var(--accent);
    stroke-width: 2px;
    stroke-dasharray: 5 4;
  }
  .lead {
    stroke: var(--ink);
    stroke-width: 1px;
    stroke-dasharray: 3 3;
  }
  .stop circle {
    fill: var(--ink);
    stroke: var(--ground);
    stroke-width: 1.5px;
  }
  .stop text {
    font: 600 11px/1 var(--sans);
    fill: var(--paper);
  }
  .stop.here circle {
    fill: var(--accent);
  }
  .stop.here text {
    fill: var(--accent-ink);
  }
  .stop.none circle {
    fill: var(--ground);
    stroke: var(--ink);
    stroke-dasharray: 3 2;
  }
  .stop.none text {
    fill: var(--ink);
  }
`;
