import { afterEach, describe, expect, it, vi } from "vitest";
import { liveNodes } from "../../../src/drawing/cell-graph.ts";
import { darts } from "../../../src/spaces/index.ts";
import { type Graph, PADDING } from "../../../src/spaces/space.ts";
import { inputOf, layoutGenotype } from "../../../web/charts/genotype-layout.ts";
import { rasterise } from "../../../web/map/raster.ts";

describe("a DARTS cell as a wiring diagram", () => {
  const space = darts({ seed: 0, count: 200 });
  /** Inputs of the eight operations as the genotype of the cell says them. */
  const written = (index: number): number[] => {
    const [normal = ""] = space.format(index).split("normal_concat");
    return [...normal.matchAll(/', (\d)\)/g)].map((match) => Number(match[1]));
  };

  it("reads what the genotype says, for every cell", () => {
    for (let index = 0; index < space.size; index++) {
      const graph = space.graph(index);
      expect(Array.from({ length: 8 }, (_, i) => inputOf(graph, 2 + i))).toEqual(written(index));
    }
  });

  it("gives a block a lane only where a later one reads it, down to its last reader", () => {
    for (let index = 0; index < space.size; index++) {
      const { blocks } = layoutGenotype(space.graph(index));
      const operations = blocks.flatMap((block) => block.operations);
      blocks.forEach(({ lane }, block) => {
        const readers = operations.filter(({ input }) => input === 2 + block);
        expect(lane.length > 0).toBe(readers.length > 0);
        const end = lane.at(-1);
        if (end) expect(end).toEqual([readers[0]?.lane, Math.max(...readers.map(({ y }) => y))]);
      });
    }
  });
});

describe("what flows through a cell", () => {
  it("ends at the last node that is there: a smaller cell is padded behind its output", () => {
    const adjacency = new Uint8Array(25);
    for (const [from, to] of [
      [0, 1],
      [1, 3],
      [0, 2],
    ] as const)
      adjacency[from * 5 + to] = 1;
    const graph: Graph = { operations: Uint8Array.of(0, 1, 2, 4, PADDING), adjacency };
    expect([...liveNodes(graph, () => false)]).toEqual([0, 1, 3]);
  });
});

describe("what flows through a cell of two inputs", () => {
  it("begins at both, and ends where an operation lets nothing through", () => {
    const [nodes, none] = [5, 2];
    const adjacency = new Uint8Array(nodes * nodes);
    for (const [from, to] of [
      [0, 2],
      [1, 3],
      [2, 4],
      [3, 4],
    ] as const)
      adjacency[from * nodes + to] = 1;
    const graph: Graph = { operations: Uint8Array.of(0, 1, none, 3, 4), adjacency };
    expect([...liveNodes(graph, (operation) => operation === none)].sort()).toEqual([1, 3, 4]);
  });
});

describe("points as pixels", () => {
  afterEach(() => vi.unstubAllGlobals());

  const draw = (positions: number[], stride = 1) => {
    vi.stubGlobal(
      "ImageData",
      class {
        readonly data: Uint8ClampedArray;
        readonly width: number;
        readonly height: number;
        constructor(width: number, height: number) {
          this.width = width;
          this.height = height;
          this.data = new Uint8ClampedArray(4 * width * height);
        }
      },
    );
    const colours = new Uint8Array(2 * positions.length).map((_, i) => [200, 0, 0, 255][i % 4] as number);
    const look = { view: { x: 0, y: 0, zoom: 0 }, size: { width: 20, height: 20 }, radius: 2, opacity: 1 };
    const { image, margin } = rasterise(
      { positions: Float32Array.from(positions), colours },
      { ...look, ground: [10, 20, 30], stride },
    );
    return (left: number, top: number) => [
      ...image.data.subarray(4 * ((top + margin) * image.width + left + margin)).slice(0, 4),
    ];
  };

  it("lie where the view puts them, on the ground, opaque", () => {
    const pixel = draw([0, 0]);
    expect(pixel(10, 10)[0]).toBeGreaterThan(190);
    expect(pixel(10, 10)[3]).toBe(255);
    expect(pixel(3, 3)).toEqual([10, 20, 30, 255]);
  });

  it("are left out where they have no place, lie outside, or are passed over while the view moves", () => {
    const nothing = draw([Number.NaN, Number.NaN, 50, 50]);
    expect(nothing(10, 10)).toEqual([10, 20, 30, 255]);
    const half = draw([-0.5, 0, 0.5, 0], 2);
    expect(half(5, 10)[0]).toBeGreaterThan(150);
    expect(half(14, 10)).toEqual([10, 20, 30, 255]);
  });
});
