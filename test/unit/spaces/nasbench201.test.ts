import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { InputError } from "../../../src/errors.ts";
import { nasbench201 } from "../../../src/spaces/index.ts";
import { packingOf, packSpace, unpack } from "../../../src/spaces/packing.ts";
import { type Decisions, type Graph, PADDING } from "../../../src/spaces/space.ts";
import { shared } from "../../shared.ts";

const space = nasbench201();
const NONE = cell("none none none none none none");

/** Index of the cell with these six edge operations, in the order of the architecture string. */
function cell(operations: string): number {
  const [a, b, c, d, e, f] = operations.split(" ");
  return space.parse(`|${a}~0|+|${b}~0|${c}~1|+|${d}~0|${e}~1|${f}~2|`);
}

function changed(index: number, change: (graph: Graph) => void): Graph {
  const graph = space.graph(index);
  change(graph);
  return graph;
}

describe("enumeration", () => {
  test("the space holds 15,625 distinct cells and trains on the first 14,062", () => {
    const texts = new Set(Array.from({ length: space.size }, (_, i) => space.format(i)));
    expect([space.size, texts.size, space.trainSize]).toEqual([15625, 15625, 14062]);
  });

  test("the order is the benchmark's own", () => {
    expect(space.format(0)).toBe(
      "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|",
    );
    expect(space.format(1)).toBe(
      "|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|skip_connect~2|",
    );
  });

  test("an index outside the space is a defect of the caller and is told so", () => {
    expect(() => space.format(15625)).toThrow(RangeError);
    expect(() => space.graph(-1)).toThrow(RangeError);
    expect(() => space.canonical(0.5)).toThrow(RangeError);
  });

  test("the whole space packs into two words a graph and comes back", () => {
    const packing = packingOf(space);
    const packed = packSpace(space);
    expect(packed.length).toBe(2 * 15625);
    for (const index of [0, 1, 7777, 15624]) expect(unpack(packing, packed, index)).toEqual(space.graph(index));
  });
});

describe("notation", () => {
  test("every architecture string parses back to its index, with space around it too", () => {
    for (let index = 0; index < space.size; index++) expect(space.parse(space.format(index))).toBe(index);
    expect(space.parse(`  ${space.format(42)}\n`)).toBe(42);
  });

  test.each([
    ["", /at character 1 "\|" is expected, the text ends/],
    ["|conv~0|", /at character 2 one of none, skip_connect, .* is expected, found "conv"/],
    ["|none~0|+|none~0|none~0|+|none~0|none~1|none~2|", /at character 23 "1" is expected, found "0"/],
    ["|none~0|+|none~0|none~1|+|none~0|none~1|", /at character 41 one of .* is expected, the text ends/],
    ["|none~0|none~0|", /at character 9 "\+" is expected, found "n"/],
    ["|none~0|+|none~0|none~1|+|none~0|none~1|none~2|+", /at character 48 the end is expected, found "\+"/],
    [" |none~0|+|~0|", /at character 12 one of .* found "~"/],
  ])("%j is refused, naming the character", (text, message) => {
    expect(() => space.parse(text)).toThrow(InputError);
    expect(() => space.parse(text)).toThrow(message);
  });
});

describe("graph", () => {
  test("edge operations become nodes 1 to 6 of a fixed graph, in the one-hot order of the encoding", () => {
    const { operations, adjacency } = space.graph(cell("nor_conv_1x1 nor_conv_3x3 avg_pool_3x3 skip_connect none nor_conv_1x1"));
    expect([...operations]).toEqual([0, 1, 2, 3, 4, 5, 1, 6]);
    const edges = Array.from(adjacency.keys())
      .filter((i) => adjacency[i])
      .map((i) => `${i >> 3}${i & 7}`);
    expect(edges).toEqual(["01", "02", "04", "13", "15", "26", "36", "47", "57", "67"]);
  });

  test("a graph is the caller's own: changing it leaves the space as it was", () => {
    space.graph(5).adjacency.fill(1);
    expect(space.membership(space.graph(5))).toEqual({ index: 5 });
  });

  test("every cell is a member under its own index, and valid as published", () => {
    for (let index = 0; index < space.size; index++) {
      const graph = space.graph(index);
      expect(space.membership(graph)).toEqual({ index });
      expect(space.isValidAsPublished(graph)).toBe(true);
    }
  });

  test.each<[string, (graph: Graph) => void, RegExp]>([
    [
      "another first operation",
      (g) => {
        g.operations[0] = 6;
      },
      /Node 0 must be the input, it is output/,
    ],
    [
      "another last operation",
      (g) => {
        g.operations[7] = 5;
      },
      /Node 7 must be the output, it is none/,
    ],
    [
      "an input inside",
      (g) => {
        g.operations[3] = 0;
      },
      /Node 3 must carry an edge operation, it is input/,
    ],
    [
      "an empty node",
      (g) => {
        g.operations[6] = PADDING;
      },
      /Node 6 must carry an edge operation, it is empty/,
    ],
    [
      "an edge too many",
      (g) => {
        g.adjacency[7] = 1;
      },
      /The edge 0 -> 7 is in no cell/,
    ],
    [
      "an edge too few",
      (g) => {
        g.adjacency[2 * 8 + 6] = 0;
      },
      /The edge 2 -> 6, which every cell has, is missing/,
    ],
  ])("%s is no member, and the reason says where", (_, change, reason) => {
    expect(space.membership(changed(NONE, change))).toEqual({ reason: expect.stringMatching(reason) });
  });

  test("a graph of another size is no member", () => {
    expect(space.membership({ operations: new Uint8Array(7), adjacency: new Uint8Array(49) })).toEqual({
      reason: expect.stringMatching(/8 nodes.*7/),
    });
  });

  test("the published validity looks at neither edges nor node 1, but at nodes 0, 2 to 6 and 7", () => {
    expect(space.isValidAsPublished(changed(NONE, (g) => g.adjacency.fill(0)))).toBe(true);
    expect(
      space.isValidAsPublished(
        changed(NONE, (g) => {
          g.operations[1] = 6;
        }),
      ),
    ).toBe(true);
    for (const node of [0, 2, 6, 7]) {
      const wrong = node === 0 ? 6 : 0;
      expect(
        space.isValidAsPublished(
          changed(NONE, (g) => {
            g.operations[node] = wrong;
          }),
        ),
      ).toBe(false);
    }
  });

  test("the hash is the module hash with one-hot rows as Python prints them", () => {
    expect(space.hash(space.graph(0))).toBe("47d3598eec7aec8682b34b47233212a9");
  });

  test("the hash also names graphs outside the space, without pruning them", () => {
    const loose = changed(NONE, (g) => g.adjacency.fill(0));
    const other = changed(NONE, (g) => {
      g.adjacency.fill(0);
      g.operations[4] = 1;
    });
    expect(new Set([space.hash(loose), space.hash(other), space.hash(space.graph(NONE))]).size).toBe(3);
  });
});

describe("decisions", () => {
  test("an operation of five for each of six edges: every combination is another cell", () => {
    const { choices, decide } = space.decisions as Decisions;
    expect(choices).toEqual([5, 5, 5, 5, 5, 5]);
    expect(decide([0, 0, 0, 0, 0, 0])).toBe(NONE);
    expect(decide([0, 3, 0, 0, 0, 1])).toBe(cell("none nor_conv_3x3 none none none skip_connect"));
    const digits = (code: number): number[] => choices.map((_, edge) => Math.floor(code / 5 ** edge) % 5);
    expect(new Set(Array.from({ length: space.size }, (_, code) => decide(digits(code)))).size).toBe(space.size);
  });
});

describe("identity", () => {
  test("the 15,625 cells fall into 6,466 classes, each represented by its smallest index", () => {
    const representatives = new Set<number>();
    for (let index = 0; index < space.size; index++) {
      const canonical = space.canonical(index);
      expect(canonical).toBeLessThanOrEqual(index);
      expect(space.canonical(canonical)).toBe(canonical);
      representatives.add(canonical);
    }
    expect(representatives.size).toBe(6466);
  });

  test("a convolution before or after a skip is the same convolution", () => {
    expect(space.canonical(cell("nor_conv_3x3 none none none skip_connect none"))).toBe(
      space.canonical(cell("skip_connect none none none nor_conv_3x3 none")),
    );
  });

  test("what is applied to nothing is nothing", () => {
    expect(space.canonical(cell("none none nor_conv_3x3 none avg_pool_3x3 none"))).toBe(space.canonical(NONE));
  });

  test("two different operations in a row do not commute", () => {
    expect(space.canonical(cell("nor_conv_3x3 none none none avg_pool_3x3 none"))).not.toBe(
      space.canonical(cell("avg_pool_3x3 none none none nor_conv_3x3 none")),
    );
  });

  const labels = shared("data/nasbench201.csv");
  test.runIf(labels)(
    "strings, classes, parameters and multiply-adds are the benchmark's own on all rows (sibling folder)",
    () => {
      const rows = readFileSync(labels as string, "utf8")
        .trim()
        .split("\n")
        .map((row) => row.split(","));
      const header = rows.shift() as string[];
      const [arch, params, flops, isomorphism] = ["arch", "params", "flops", "iso_class"].map((name) => header.indexOf(name)) as [
        number,
        number,
        number,
        number,
      ];
      const representative = new Map<string, number>();
      for (const [index, row] of rows.entries()) {
        expect(space.format(index)).toBe(row[arch]);
        expect(space.cost(index)).toEqual({ params: Number(row[params]), macs: Number(row[flops]) });
        const name = row[isomorphism] as string;
        expect(space.canonical(index)).toBe(representative.get(name) ?? index);
        representative.set(name, space.canonical(index));
      }
      expect([rows.length, representative.size]).toEqual([15625, 6466]);
    },
  );
});

describe("distance", () => {
  test("a cell has 24 neighbours, ascending, each one edit away and each its neighbour in turn", () => {
    for (const index of [0, 123, 15624]) {
      const neighbours = space.neighbours(index);
      expect([...neighbours]).toEqual([...new Set(neighbours)].sort((a, b) => a - b));
      expect(neighbours.length).toBe(24);
      for (const other of neighbours) {
        expect(space.editDistance(index, other)).toBe(1);
        expect(space.neighbours(other)).toContain(index);
      }
    }
  });

  test("the distance counts the edges that differ", () => {
    expect(space.editDistance(7, 7)).toBe(0);
    expect(space.editDistance(NONE, cell("none nor_conv_1x1 none none skip_connect none"))).toBe(2);
    expect(space.editDistance(NONE, cell("skip_connect skip_connect skip_connect skip_connect skip_connect skip_connect"))).toBe(
      6,
    );
  });
});

describe("cost", () => {
  // By hand. Stem 3*16*9+32 = 464; reduction to 32: (16+32)*32*9+128+16*32 = 14,464; to 64: (32+64)*64*9+256+32*64 = 57,600;
  // last norm 128; classifier 650: 73,306. Multiply-adds: stem 432*1024, reductions 14,336*256 and 57,344*64, classifier 650.
  const frame = { params: 73306, macs: 442368 + 3670016 + 3670016 + 650 };

  test("a cell of nothing costs what stands around the cells", () => {
    expect(space.cost(NONE)).toEqual(frame);
    expect(space.cost(cell("skip_connect avg_pool_3x3 none skip_connect none avg_pool_3x3"))).toEqual(frame);
  });

  test("a 1x1 convolution adds C*C + 2C in each of 15 cells, a 3x3 adds 9*C*C + 2C", () => {
    expect(space.cost(cell("nor_conv_1x1 none none none none none"))).toEqual({
      params: frame.params + 5 * (256 + 1024 + 4096) + 5 * 2 * (16 + 32 + 64),
      macs: frame.macs + 15 * 262144,
    });
    expect(space.cost(cell("none none none none none nor_conv_3x3"))).toEqual({
      params: frame.params + 9 * 5 * (256 + 1024 + 4096) + 5 * 2 * (16 + 32 + 64),
      macs: frame.macs + 9 * 15 * 262144,
    });
  });

  test("the largest cell has 1,531,546 parameters and 220.1 M multiply-adds", () => {
    const all = space.cost(cell("nor_conv_3x3 nor_conv_3x3 nor_conv_3x3 nor_conv_3x3 nor_conv_3x3 nor_conv_3x3"));
    expect(all).toEqual({ params: 73306 + 6 * 243040, macs: frame.macs + 54 * 15 * 262144 });
  });
});
