import { nothing, type SVGTemplateResult, svg } from "lit";
import { liveNodes, NODE } from "../../src/drawing/cell-graph.ts";
import type { CellLayout } from "../../src/drawing/cell-layout.ts";
import { operationLook } from "../../src/drawing/operation-look.ts";
import type { SearchSpace } from "../../src/spaces/space.ts";

/** What goes into an `svg` element of this size. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly content: SVGTemplateResult;
}

/** A cell whose nodes are operations, from input to output. */
export function cellDrawing(space: SearchSpace, index: number, { width, height, nodes, edges }: CellLayout): Drawing {
  const graph = space.graph(index);
  const name = (node: number): string => space.operations[graph.operations[node] as number] ?? "";
  const live = liveNodes(graph, (operation) => space.operations[operation] === "none");
  return {
    width: Math.ceil(width),
    height: Math.ceil(height),
    content: svg`
      ${edges.map(({ from, to, points }) => edgePath(points, live.has(from) && live.has(to)))}
      ${nodes.map(({ node, x, y }) => nodeBox(name(node), x, y, live.has(node)))}
    `,
  };
}

/** Upright at every corner that dagre set, so that the line keeps clear of the nodes. What carries nothing is dotted and pale. */
function edgePath(points: readonly { readonly x: number; readonly y: number }[], live: boolean): SVGTemplateResult {
  const [first, ...rest] = points;
  if (!first) return svg``;
  let { x, y } = first;
  let path = `M${x} ${y}`;
  for (const point of rest) {
    const middle = (y + point.y) / 2;
    path += `C${x} ${middle} ${point.x} ${middle} ${point.x} ${point.y}`;
    ({ x, y } = point);
  }
  return svg`<path d=${path} fill="none" stroke="currentColor" stroke-width=${live ? 1.5 : 1} stroke-opacity=${live ? 0.75 : 0.35}
    stroke-dasharray=${live ? nothing : "2 3"} />`;
}

function nodeBox(name: string, x: number, y: number, live: boolean): SVGTemplateResult {
  if (name !== "input" && name !== "output") return operationBox(name, x, y, { ...NODE, live });
  return svg`<g>${terminalBox(x, y, NODE.width)}
    <text x=${x} y=${y + 4} text-anchor="middle" fill="currentColor">${operationLook(name).label}</text></g>`;
}

/** The outline of an input or output around (x, y). */
export function terminalBox(x: number, y: number, width: number): SVGTemplateResult {
  const { height } = NODE;
  return svg`<rect x=${x - width / 2} y=${y - height / 2 + 1} width=${width} height=${height - 2} rx="13" fill="none" stroke="currentColor" />`;
}

/** An operation in its colour with its name; pale and dashed where nothing flows through it. */
export function operationBox(
  name: string,
  x: number,
  y: number,
  { width, height, live }: { readonly width: number; readonly height: number; readonly live: boolean },
): SVGTemplateResult {
  const left = x - width / 2;
  const top = y - height / 2;
  const { label, fill, text } = operationLook(name);
  if (!live) {
    return svg`<g><rect x=${left} y=${top} width=${width} height=${height} rx="4" fill=${fill} fill-opacity="0.16" stroke=${fill} stroke-dasharray="3 3" />
      <text x=${x} y=${y + 4} text-anchor="middle" fill="currentColor">${label}</text></g>`;
  }
  return svg`<g><rect x=${left} y=${top} width=${width} height=${height} rx="4" fill=${fill} />
    <text x=${x} y=${y + 4} text-anchor="middle" fill=${text} font-weight="600">${label}</text></g>`;
}
