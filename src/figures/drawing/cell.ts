import { liveNodes, SMALL_NODE } from "../../drawing/cell-graph.ts";
import { layoutCell } from "../../drawing/cell-layout.ts";
import { operationLook } from "../../drawing/operation-look.ts";
import type { SearchSpace } from "../../spaces/space.ts";
import { type Canvas, element, words } from "./canvas.ts";

/** A cell with a letter an operation, input on top. */
export interface SmallCell {
  readonly width: number;
  readonly height: number;
  readonly content: SVGElement;
}

/** Radius of an input or output. */
const PORT = 4;

export const SECOND_INPUT = "c_k-1";

interface Corner {
  readonly x: number;
  readonly y: number;
}

export function smallCell(space: SearchSpace, index: number, canvas: Canvas): SmallCell {
  const { document } = canvas;
  const graph = space.graph(index);
  const { width, height, nodes, edges } = layoutCell(graph, SMALL_NODE);
  const live = liveNodes(graph, (operation) => space.operations[operation] === "none");
  const name = (node: number): string => space.operations[graph.operations[node] as number] ?? "";
  const places = new Map(nodes.map(({ node, x, y }) => [node, { x, y, isPort: isPort(name(node)) }]));
  /** Lines end at the boxes that were laid out; a port is smaller. */
  const end = (node: number, corner: Corner, side: 1 | -1): Corner => {
    const place = places.get(node);
    return place?.isPort ? { x: place.x, y: place.y + side * PORT } : corner;
  };
  const lines = edges.map(({ from, to, points: [first, ...rest] }) => {
    const last = rest.pop();
    const points = first && last ? [end(from, first, 1), ...rest, end(to, last, -1)] : [];
    const isLive = live.has(from) && live.has(to);
    return element(document, "path", {
      d: points.map(({ x, y }, i) => `${i === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`).join(""),
      fill: "none",
      stroke: "currentColor",
      "stroke-opacity": isLive ? 0.6 : 0.3,
      "stroke-dasharray": isLive ? undefined : "2 2",
    });
  });
  const boxes = nodes.flatMap(({ node, x, y }) => {
    const look = operationLook(name(node));
    if (isPort(name(node))) {
      return [port(name(node), x, y, canvas)];
    }
    const box = {
      x: x - SMALL_NODE.width / 2,
      y: y - SMALL_NODE.height / 2,
      width: SMALL_NODE.width,
      height: SMALL_NODE.height,
      rx: 3,
    };
    const isLive = live.has(node);
    return [
      ...(isLive ? [] : [element(document, "rect", { ...box, fill: canvas.palette.paper })]),
      element(document, "rect", { ...box, fill: look.fill, "fill-opacity": isLive ? undefined : 0.3 }),
      words(canvas, x, y + 4, look.letter, {
        "text-anchor": "middle",
        "font-size": 11,
        "font-weight": 600,
        fill: isLive ? look.text : "currentColor",
      }),
    ];
  });
  return { width, height, content: element(document, "g", {}, [...lines, ...boxes]) };
}

/** Of two inputs the second is filled. */
export const port = (operation: string, x: number, y: number, { document, palette }: Canvas): SVGElement =>
  element(document, "circle", {
    cx: x,
    cy: y,
    r: PORT,
    fill: operation === SECOND_INPUT ? "currentColor" : palette.paper,
    stroke: "currentColor",
  });

/** Where data enters or leaves a cell. */
export const isPort = (operation: string): boolean =>
  operation === "input" || operation === "output" || operation.startsWith("c_k");
