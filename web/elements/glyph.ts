import { css, html, type SVGTemplateResult, svg, type TemplateResult } from "lit";
import { operationLook } from "../../src/drawing/operation-look.ts";
import { type Graph, PADDING, type SearchSpace } from "../../src/spaces/space.ts";
import { choicesOf } from "../map/facts.ts";

const SIDE = 16;
const GAP = 1;
/** Height of the arcs over the squares, where the wiring is part of what a cell is. */
const ARCS = 13;
const PORT = 6;

/** Nodes of a cell that chose their operation, in node order. */
function chosenNodes(space: SearchSpace, graph: Graph): number[] {
  const choices = choicesOf(space);
  return [...graph.operations].flatMap((operation, node) =>
    operation !== PADDING && choices.includes(space.operations[operation] as string) ? [node] : [],
  );
}

/** The operations of a cell in words. */
export function cellWords(space: SearchSpace, index: number): string {
  const graph = space.graph(index);
  const names = chosenNodes(space, graph).map(
    (node) => operationLook(space.operations[graph.operations[node] as number] ?? "").label,
  );
  return names.length > 0 ? names.join(", ") : "no operation";
}

/**
 * A cell in one line: a coloured, lettered square an operation, in NAS-Bench-101 with its edges as arcs from input to output. What
 * differs from the cell `from` is marked: an operation (of DARTS also its input) by a bar underneath, an edge by its colour.
 */
export function cellGlyph(space: SearchSpace, index: number, from?: number): TemplateResult {
  const graph = space.graph(index);
  const nodes = chosenNodes(space, graph);
  const name = (node: number): string => space.operations[graph.operations[node] as number] ?? "";
  const before = from === undefined || from === index ? undefined : space.graph(from);
  const sameNodes = before !== undefined && nodes.length === chosenNodes(space, before).length;
  const changed = (node: number): boolean => {
    if (!before || !sameNodes) return false;
    if (before.operations[node] !== graph.operations[node]) return true;
    return space.name === "darts" && inputsOf(graph, node).some((bit, i) => bit !== inputsOf(before, node)[i]);
  };
  const wired = space.name === "nasbench101";
  // Pairs of a block stand closer together than blocks do.
  const offset = (place: number): number =>
    (wired ? PORT + 2 : 0) + place * (SIDE + GAP) + (space.name === "darts" ? 3 * Math.floor(place / 2) : 0);
  const width = offset(Math.max(0, nodes.length - 1)) + (nodes.length > 0 ? SIDE : 0) + (wired ? PORT + 2 : 0);
  const top = wired ? ARCS : 0;
  return html`<svg class="glyph" width=${width} height=${top + SIDE + 3} viewBox="0 0 ${width} ${top + SIDE + 3}" role="img" aria-label=${cellWords(space, index)}>
    ${wired ? arcs(graph, nodes.length, offset, width, top, sameNodes ? before : undefined) : ""}
    ${nodes.map((node, place) => square(name(node), offset(place), top, changed(node)))}
  </svg>`;
}

/** Which nodes feed `node`, as 0 and 1. */
function inputsOf({ operations, adjacency }: Graph, node: number): number[] {
  return Array.from(operations, (_, other) => adjacency[other * operations.length + node] as number);
}

/** Edges between input (left), operations and output (right) as arcs over the squares. */
function arcs(
  graph: Graph,
  inner: number,
  offset: (place: number) => number,
  width: number,
  top: number,
  before: Graph | undefined,
): SVGTemplateResult {
  const size = graph.operations.length;
  const last = inner + 1;
  const middle = (node: number): number =>
    node === 0 ? PORT / 2 : node === last ? width - PORT / 2 : offset(node - 1) + SIDE / 2;
  const edges: SVGTemplateResult[] = [];
  for (let to = 1; to <= last; to++) {
    for (let from = 0; from < to; from++) {
      if (!graph.adjacency[from * size + to]) continue;
      const isNew = before !== undefined && !before.adjacency[from * size + to];
      const [x0, x1] = [middle(from), middle(to)];
      const rise = to === from + 1 ? 3 : Math.min(ARCS, 3 + 2.2 * (to - from));
      const [y0, y1] = [from === 0 ? top + SIDE / 2 : top, to === last ? top + SIDE / 2 : top];
      edges.push(
        svg`<path class=${isNew ? "arc new" : "arc"} d=${`M${x0} ${y0}C${x0} ${top - rise * 1.2} ${x1} ${top - rise * 1.2} ${x1} ${y1}`} />`,
      );
    }
  }
  const port = (x: number): SVGTemplateResult => svg`<circle class="port" cx=${x} cy=${top + SIDE / 2} r=${PORT / 2 - 0.5} />`;
  return svg`${edges}${port(middle(0))}${port(middle(last))}`;
}

function square(name: string, x: number, y: number, marked: boolean): SVGTemplateResult {
  const look = operationLook(name);
  return svg`<rect x=${x} y=${y} width=${SIDE} height=${SIDE} rx="2" fill=${look.fill} />
    <text x=${x + SIDE / 2} y=${y + 12} text-anchor="middle" fill=${look.text}>${look.letter}</text>
    ${marked ? svg`<rect class="mark" x=${x} y=${y + SIDE + 1} width=${SIDE} height="2" />` : ""}`;
}

/** One operation. */
export function operationGlyph(name: string): TemplateResult {
  return html`<svg class="glyph" width=${SIDE} height=${SIDE} viewBox="0 0 ${SIDE} ${SIDE}" role="img" aria-label=${operationLook(name).label}>
    ${square(name, 0, 0, false)}
  </svg>`;
}

export const glyphStyles = css`
  .glyph {
    display: block;
    flex: none;
    overflow: visible;
  }
  .glyph text {
    font: 600 11px/1 var(--sans);
  }
  .glyph .mark {
    fill: var(--accent);
  }
  .glyph .arc {
    fill: none;
    stroke: currentColor;
    stroke-opacity: 0.55;
  }
  .glyph .arc.new {
    stroke: var(--accent);
    stroke-opacity: 1;
    stroke-width: 2px;
  }
  .glyph .port {
    fill: currentColor;
  }
`;
