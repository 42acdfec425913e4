import { describe, expect, it } from "vitest";
import { encodeSpace } from "../../../src/spaces/discrete/encode.ts";
import { encodePaths, pathEncoding, pathFeature } from "../../../src/spaces/discrete/paths.ts";
import { ENCODINGS } from "../../../src/spaces/encodings.ts";
import { darts } from "../../../src/spaces/index.ts";
import { nasbench201 } from "../../../src/spaces/nasbench201/index.ts";
import { type Graph, PADDING, type SearchSpace, type SpaceName } from "../../../src/spaces/space.ts";

const space = nasbench201();

/** Positions of the ones. */
const onesOf = (values: ArrayLike<number>): number[] => Array.from(values).flatMap((value, at) => (value === 1 ? [at] : []));

const encodingOf = (name: SpaceName) => pathEncoding({ name, ...ENCODINGS[name] }, "whole");

function featuresOf(name: SpaceName, graph: Graph, lengths: "whole" | "cut" = "whole"): number[] {
  const encoding = pathEncoding({ name, ...ENCODINGS[name] }, lengths);
  // Rows of other cells stand before and after.
  const into = new Float32Array(encoding.width + 1000);
  encodePaths(encoding, graph, into, 500);
  return onesOf(into).map((at) => at - 500);
}

/** A graph out of the names of its operations and its edges. */
function graph(name: SpaceName, operations: readonly string[], edges: readonly (readonly [number, number])[]): Graph {
  const { nodes, operations: kinds } = ENCODINGS[name];
  const adjacency = new Uint8Array(nodes * nodes);
  for (const [from, to] of edges) adjacency[from * nodes + to] = 1;
  const places = Uint8Array.from({ length: nodes }, (_, node) => {
    const operation = operations[node];
    return operation === undefined ? PADDING : kinds.indexOf(operation);
  });
  return { operations: places, adjacency };
}

describe("the path encoding", () => {
  it("has as many features as published: 364 for NAS-Bench-101, of which 40 are kept, and 155 for NAS-Bench-201", () => {
    expect(encodingOf("nasbench101").width).toBe(1 + 3 + 9 + 27 + 81 + 243);
    expect(pathEncoding({ name: "nasbench101", ...ENCODINGS.nasbench101 }, "cut").width).toBe(40);
    expect(encodingOf("nasbench201").width).toBe(5 + 25 + 125);
    expect(encodingOf("darts").width).toBe(2 * (8 + 64 + 512 + 4096));
  });

  it("of a NAS-Bench-201 cell is the one worked out by hand", () => {
    const cell = "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|avg_pool_3x3~0|nor_conv_1x1~1|nor_conv_3x3~2|";
    // Digits: nor_conv_1x1 0, nor_conv_3x3 1, avg_pool_3x3 2, skip_connect 3, none 4. Paths 2; 10, 41; 131 in base 5, after those of
    // fewer operations.
    expect(featuresOf("nasbench201", space.graph(space.parse(cell)))).toEqual([2, 5 + 5, 5 + 21, 30 + 25 + 15 + 1]);
  });

  it("of a NAS-Bench-101 cell counts the edge from input to output as a path, and passes padded nodes over", () => {
    const { nodes } = ENCODINGS.nasbench101;
    const cell = graph(
      "nasbench101",
      ["input", "conv3x3-bn-relu", "maxpool3x3", "output"],
      [
        [0, 1],
        [0, 3],
        [1, 2],
        [1, 3],
        [2, 3],
      ],
    );
    expect(cell.operations).toHaveLength(nodes);
    // Digits: conv1x1 0, conv3x3 1, maxpool 2. The empty path, 1, and 12 in base 3.
    expect(featuresOf("nasbench101", cell)).toEqual([0, 1 + 1, 1 + 3 + 5]);
  });

  it("of a DARTS cell tells from which input a path starts", () => {
    const operations = ["c_k-2", "c_k-1", ...new Array<string>(8).fill("skip_connect"), "output"];
    const [a, b] = ["sep_conv_3x3", "dil_conv_5x5"];
    const cell = graph("darts", operations.with(2, a).with(3, b), [
      [0, 2],
      [1, 3],
      [2, 10],
      [3, 10],
    ]);
    const encoding = encodingOf("darts");
    const kinds = ENCODINGS.darts.operations;
    const one = [0, kinds.indexOf(a)];
    const other = [1, kinds.indexOf(b)];
    expect(featuresOf("darts", cell)).toEqual([pathFeature(encoding, one), pathFeature(encoding, other)]);
    expect(pathFeature(encoding, other)).toBe(8 + 7);
  });

  it("leaves out what is longer than its cut, and keeps the rest where it was", () => {
    const chain = graph(
      "nasbench101",
      ["input", ...new Array<string>(5).fill("conv1x1-bn-relu"), "output"],
      [0, 1, 2, 3, 4, 5].map((node) => [node, node + 1] as const),
    );
    expect(featuresOf("nasbench101", chain)).toEqual([1 + 3 + 9 + 27 + 81]);
    expect(featuresOf("nasbench101", chain, "cut")).toEqual([]);
    const short = graph(
      "nasbench101",
      ["input", "maxpool3x3", "output"],
      [
        [0, 1],
        [1, 2],
      ],
    );
    expect(featuresOf("nasbench101", short, "cut")).toEqual(featuresOf("nasbench101", short));
  });

  it("tells all cells of NAS-Bench-201 apart, by at most four paths each", () => {
    const { data, count, dimensions } = encodeSpace(space, "path");
    expect(dimensions).toBe(155);
    const rows = Array.from({ length: count }, (_, index) => onesOf(data.subarray(index * dimensions, (index + 1) * dimensions)));
    // The path of three operations names three edges, and no other reading of the two paths of two fits them.
    expect(new Set(rows.map(String)).size).toBe(15_625);
    const most = rows.map((row) => row.length);
    expect(Math.max(...most)).toBe(4);
    expect(Math.min(...most)).toBe(3);
  });
});

describe("the one-hot encodings", () => {
  it("of NAS-Bench-201 are one: six edges with one of five operations, nothing that all cells share", () => {
    const operations = encodeSpace(space, "operations");
    const adjacency = encodeSpace(space, "adjacency");
    expect(operations).toMatchObject({ count: 15_625, dimensions: 30, encoding: "operations" });
    expect(adjacency.data).toHaveLength(operations.data.length);
    expect(adjacency.data.every((value, at) => value === operations.data[at])).toBe(true);
    const index = space.parse("|nor_conv_3x3~0|+|none~0|skip_connect~1|+|avg_pool_3x3~0|nor_conv_1x1~1|nor_conv_3x3~2|");
    const row = onesOf(operations.data.subarray(index * 30, (index + 1) * 30));
    expect(row.map((at) => at % 5)).toEqual([1, 4, 3, 2, 0, 1]);
    expect(row.map((at) => Math.floor(at / 5))).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("of two cells differ in two numbers for every edge that carries another operation", () => {
    const { data } = encodeSpace(space, "operations");
    const distance = (a: number, b: number): number => {
      let sum = 0;
      for (let j = 0; j < 30; j++) sum += Math.abs((data[a * 30 + j] as number) - (data[b * 30 + j] as number));
      return sum;
    };
    for (const [a, b] of [
      [0, 1],
      [77, 15_000],
      [9, 9],
    ] as const) {
      expect(distance(a, b)).toBe(2 * space.editDistance(a, b));
    }
  });

  it("of smaller NAS-Bench-101 cells are 0 where nodes are padded, each cell in a row of its own", () => {
    const cells = [
      graph(
        "nasbench101",
        ["input", "maxpool3x3", "output"],
        [
          [0, 1],
          [1, 2],
        ],
      ),
      graph("nasbench101", ["input", "output"], [[0, 1]]),
      graph(
        "nasbench101",
        ["input", "maxpool3x3", "maxpool3x3", "output"],
        [
          [0, 1],
          [1, 2],
          [2, 3],
        ],
      ),
    ];
    const some = {
      name: "nasbench101",
      ...ENCODINGS.nasbench101,
      size: 3,
      graph: (index: number) => cells[index] as Graph,
    } as const;
    // What varies: maxpool and output on node 1, on node 2, output on node 3; before them the edges 1 -> 2 and 2 -> 3.
    const operations = encodeSpace(some, "operations");
    expect(operations.dimensions).toBe(5);
    expect(Array.from(operations.data)).toEqual([1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0, 1]);
    const adjacency = encodeSpace(some, "adjacency");
    expect(Array.from(adjacency.data)).toEqual([1, 0, 1, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 0, 1, 0, 1]);
  });

  it("of DARTS hold the edges between blocks, and nothing of the edges to the output, which all cells have", () => {
    const some: SearchSpace = darts({ seed: 1, count: 400 });
    const { data, dimensions } = encodeSpace(some, "adjacency");
    expect(encodeSpace(some, "operations").dimensions).toBe(8 * 8);
    for (const index of [0, 123, 399]) {
      const { adjacency } = some.graph(index);
      const toOutput = 8;
      const edges = adjacency.reduce((sum, edge) => sum + edge, 0) - toOutput;
      expect(onesOf(data.subarray(index * dimensions, (index + 1) * dimensions))).toHaveLength(edges + 8);
    }
  });
});
