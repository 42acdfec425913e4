import { Graph as DagreGraph, layout } from "@dagrejs/dagre";
import { type Graph, PADDING } from "../spaces/space.ts";
import { NODE, type NodeSize } from "./cell-graph.ts";

export interface PlacedNode {
  /** Node of the graph. */
  readonly node: number;
  /** Centre. */
  readonly x: number;
  readonly y: number;
}

export interface PlacedEdge {
  readonly from: number;
  readonly to: number;
  /** Corners of the line, first to last. */
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface CellLayout {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
}

/** Places the nodes of a cell in layers from input to output (dagre). The page imports it lazily. */
export function layoutCell(graph: Graph, size: NodeSize = NODE): CellLayout {
  const drawing = new DagreGraph();
  const { beside, below } = size;
  drawing.setGraph({ rankdir: "TB", nodesep: beside, ranksep: below, edgesep: beside, marginx: 2, marginy: 2 });
  drawing.setDefaultEdgeLabel(() => ({}));
  const count = graph.operations.length;
  const real = [...graph.operations].flatMap((operation, node) => (operation === PADDING ? [] : [node]));
  for (const node of real) drawing.setNode(String(node), { width: size.width, height: size.height });
  for (const from of real) {
    for (const to of real) if (graph.adjacency[from * count + to]) drawing.setEdge(String(from), String(to));
  }
  layout(drawing);
  const { width = 0, height = 0 } = drawing.graph();
  return {
    width,
    height,
    nodes: real.map((node) => {
      const { x = 0, y = 0 } = drawing.node(String(node));
      return { node, x, y };
    }),
    edges: drawing.edges().map((edge) => ({ from: Number(edge.v), to: Number(edge.w), points: drawing.edge(edge).points ?? [] })),
  };
}
