import { describe, expect, it } from "vitest";
import type { Graph } from "../../../src/spaces/space.ts";
import { nodesOf, withEdge, withNodes, withOperation } from "../../../web/state/cell-edits.ts";

/** 0 -> 1 -> 2 -> 3 and 0 -> 3, in a space of up to five nodes. */
const chain: Graph = {
  operations: Uint8Array.of(9, 1, 2, 8, 255),
  adjacency: Uint8Array.of(0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
};
const edges = ({ adjacency }: Graph): string[] =>
  [...adjacency].flatMap((bit, i) => (bit ? [`${Math.floor(i / 5)}>${i % 5}`] : []));

describe("a cell changed by hand", () => {
  it("has another operation or edge, and the cell before stays as it was", () => {
    expect([...withOperation(chain, 1, 2).operations]).toEqual([9, 2, 2, 8, 255]);
    expect(edges(withEdge(chain, 0, 2, true))).toEqual(["0>1", "0>2", "0>3", "1>2", "2>3"]);
    expect(edges(withEdge(chain, 0, 3, false))).toEqual(["0>1", "1>2", "2>3"]);
    expect(edges(chain)).toEqual(["0>1", "0>3", "1>2", "2>3"]);
  });

  it("gets a node before its output, and the edges to the output go with it", () => {
    const more = withNodes(chain, 5, 1);
    expect([...more.operations]).toEqual([9, 1, 2, 1, 8]);
    expect(edges(more)).toEqual(["0>1", "0>4", "1>2", "2>4"]);
    expect(nodesOf(more)).toBe(5);
  });

  it("loses the last node before its output, with its edges", () => {
    const fewer = withNodes(chain, 3, 1);
    expect([...fewer.operations]).toEqual([9, 1, 8, 255, 255]);
    expect(edges(fewer)).toEqual(["0>1", "0>2"]);
  });
});
