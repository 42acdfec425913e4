import type { ReactiveControllerHost } from "lit";
import type { CellLayout } from "../../src/drawing/cell-layout.ts";
import { PADDING, type SearchSpace } from "../../src/spaces/space.ts";
import { cellDrawing, type Drawing } from "./cell-drawing.ts";
import { genotypeDrawing } from "./genotype-drawing.ts";

type Layouts = typeof import("../../src/drawing/cell-layout.ts");

/** Cells of one topology share a layout. */
const known = new Map<string, CellLayout>();
let layouts: Layouts | undefined;

/** The drawing of a cell; undefined while the module that lays it out is on its way, then the host is drawn again. */
export function drawn(host: ReactiveControllerHost, space: SearchSpace, cell: number): Drawing | undefined {
  if (space.name === "darts") return genotypeDrawing(space, cell);
  if (!layouts) {
    void import("../../src/drawing/cell-layout.ts").then((loaded) => {
      layouts = loaded;
      host.requestUpdate();
    });
    return undefined;
  }
  const graph = space.graph(cell);
  const topology =
    [...graph.operations].map((operation) => (operation === PADDING ? "p" : "n")).join("") + graph.adjacency.join("");
  const placed = known.get(topology) ?? layouts.layoutCell(graph);
  known.set(topology, placed);
  return cellDrawing(space, cell, placed);
}
