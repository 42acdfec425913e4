import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { InputError } from "../../../src/errors.ts";
import { generator } from "../../../src/random/generator.ts";
import { convert } from "../../../src/spaces/convert.ts";
import { ENCODINGS } from "../../../src/spaces/encodings.ts";
import { readTables, writeTables } from "../../../src/spaces/kept-tables.ts";
import { vertexCount } from "../../../src/spaces/nasbench101/cell.ts";
import { costOf } from "../../../src/spaces/nasbench101/cost.ts";
import { bitsOf, cells, numberOf } from "../../../src/spaces/nasbench101/enumeration.ts";
import { makeOrderTables, nasbench101, orderTables, prune, useOrderTables } from "../../../src/spaces/nasbench101/index.ts";
import { pack, packingOf, packSpace } from "../../../src/spaces/packing.ts";
import { type Graph, PADDING } from "../../../src/spaces/space.ts";
import { tablesOf } from "../../../src/spaces/tables.ts";
import { shared } from "../../shared.ts";

const space = nasbench101();

/** A graph from edges such as "01 12" and operations such as "i3m1o". */
function graph(edges: string, labels: string): Graph {
  const operations = new Uint8Array(7).fill(PADDING);
  const adjacency = new Uint8Array(49);
  for (const [node, label] of [...labels].entries()) operations[node] = "i13mo".indexOf(label);
  for (const edge of edges.split(" ").filter(Boolean)) adjacency[Number(edge[0]) * 7 + Number(edge[1])] = 1;
  return { operations, adjacency };
}

function indexOf(edges: string, labels: string): number {
  const member = space.membership(graph(edges, labels));
  if ("reason" in member) throw new Error(member.reason);
  return member.index;
}

describe("enumeration", () => {
  test("finds 1, 6, 84, 2,441, 62,010 and 359,082 cells of 2 to 7 vertices", () => {
    const counts: Record<number, number> = {};
    const { bits, starts } = cells();
    for (let i = 0; i < bits.length; i++) {
      const count = vertexCount(bits[i] as number);
      counts[count] = (counts[count] ?? 0) + (starts[i + 1] as number) - (starts[i] as number);
    }
    expect(counts).toEqual({ 2: 1, 3: 6, 4: 84, 5: 2441, 6: 62010, 7: 359082 });
  });

  test("a cell is found under its adjacency bits and code, and nothing else is", () => {
    const { codes } = cells();
    for (const number of [0, 1, 100, 5000, 423623]) expect(numberOf(bitsOf(number), codes[number] as number)).toBe(number);
    expect(numberOf(0b110, 0)).toBeUndefined();
    expect(numberOf(1, 1)).toBeUndefined();
  });
});

describe("cost", () => {
  const params = (bits: number, operations: string) => costOf({ bits, code: Number.parseInt(operations || "0", 3) }).params;

  test("counts the parameters of the official networks", () => {
    // Rows of the benchmark: input to output alone; a chain; shares of one, two and three channels groups; a projection beside them.
    expect(params(1, "")).toBe(882570);
    expect(params(39, "22")).toBe(1756298);
    expect(params(61, "00")).toBe(5969674);
    expect(params(59, "00")).toBe(6406538);
    expect(params(1205349, "02001")).toBe(8555530);
  });

  test("counts multiply-adds of convolutions and classifier", () => {
    // By hand: stem 3*128*9*1024; projections 128*128 (three times) at 32 pixels a side, 128*256 and twice 256*256 at 16,
    // 256*512 and twice 512*512 at 8; classifier 513*10.
    const projections = 3 * 128 * 128 * 1024 + (128 * 256 + 2 * 256 * 256) * 256 + (256 * 512 + 2 * 512 * 512) * 64;
    expect(costOf({ bits: 1, code: 0 }).macs).toBe(3 * 128 * 9 * 1024 + projections + 5130);
  });
});

describe("published validity", () => {
  test("looks at what is left when the graph is pruned", () => {
    expect(space.isValidAsPublished(graph("01 16 23 34", "i3iiiio"))).toBe(true);
    expect(space.isValidAsPublished(graph("01 12", "i3m1m1o"))).toBe(false);
    expect(space.isValidAsPublished(graph("01 16", "ii33mmo"))).toBe(false);
    expect(space.isValidAsPublished(graph("01 16", "o333mmo"))).toBe(false);
    expect(space.isValidAsPublished(graph("01 16", "i333mmm"))).toBe(false);
    expect(space.isValidAsPublished(graph("01 02 03 04 05 16 26 36 46 56", "i33333o"))).toBe(false);
  });

  test("pruning keeps the order of what is left and closes the gaps", () => {
    expect(prune(graph("01 02 25 36 56", "i13m13o"))).toEqual(graph("01 12 23", "i33o"));
    expect(prune(graph("01 12", "i3m1m1o"))).toBeUndefined();
  });
});

describe("the official order", () => {
  let shares: number[];
  beforeAll(async () => {
    shares = [];
    useOrderTables(await makeOrderTables({ onProgress: (share) => shares.push(share) }));
  }, 180_000);

  test("is made with progress that only rises and ends at one", () => {
    expect(shares.length).toBeGreaterThan(10);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
  });

  test("begins as the benchmark's table does when it is sorted by hash", () => {
    expect([space.format(0), space.format(1)]).toEqual(["00005c142e6f48ac74fdcf73e3439874", "0000718c96730a92ea6d5242f8ce77e2"]);
    expect(space.trainSize).toBe(381261);
  });

  test("hashes ascend without a repetition, and each leads back to its cell", () => {
    let previous = "";
    for (let index = 0; index < space.size; index++) {
      const hash = space.format(index);
      if (hash <= previous) throw new Error(`hash ${index} does not ascend`);
      previous = hash;
      if (index % 997 === 0) expect(space.parse(hash)).toBe(index);
    }
  });

  test("tables made elsewhere are taken over, others are refused and change nothing", () => {
    const tables = orderTables();
    useOrderTables(structuredClone(tables));
    expect(space.format(7)).toBe(nasbench101().format(7));
    const swapped = structuredClone(tables);
    swapped.numbers[5] = tables.numbers[6] as number;
    expect(() => useOrderTables(swapped)).toThrow(/entry 6 names cell/);
    const exchanged = structuredClone(tables);
    [exchanged.numbers[0], exchanged.numbers[1]] = [tables.numbers[1] as number, tables.numbers[0] as number];
    expect(() => useOrderTables(exchanged)).toThrow(/hash 0 is not that of its cell/);
    expect(() => useOrderTables({ ...tables, numbers: new Uint32Array(3) })).toThrow(InputError);
    const code = structuredClone(tables);
    code.codes[code.numbers[0] as number] = 242;
    expect(() => useOrderTables(code)).toThrow(/hash 0 is not that of its cell/);
    expect(() => useOrderTables({ ...tables, starts: tables.starts.slice(1) })).toThrow(/classes of 423624 cells in all/);
    const vertices = structuredClone(tables);
    vertices.bits[9] = 2 ** 31;
    expect(() => useOrderTables(vertices)).toThrow(/class 9 has too many vertices/);
    expect(space.format(0)).toBe("00005c142e6f48ac74fdcf73e3439874");
  });

  test("its tables are the same after they were kept as a file, 9 MB", () => {
    const bytes = writeTables(tablesOf({ name: "nasbench101" }));
    expect(bytes.byteLength).toBeLessThan(9.1e6);
    const again = writeTables(readTables({ name: "nasbench101" }, bytes));
    expect(Buffer.compare(again, bytes)).toBe(0);
  });

  test("cells pack into two words as their graphs do", () => {
    const indices = Uint32Array.from({ length: 2000 }, (_, i) => i * 211);
    const packing = packingOf(space);
    const packed = packSpace(space, indices);
    const expected = new Uint32Array(packed.length);
    for (const [i, index] of indices.entries()) pack(packing, space.graph(index), expected, i);
    expect(packing.words).toBe(2);
    expect(packed).toEqual(expected);
  });

  test("every cell is a member under its own index and valid as published", () => {
    for (let index = 0; index < space.size; index += 331) {
      expect(space.membership(space.graph(index))).toEqual({ index });
      expect(space.isValidAsPublished(space.graph(index))).toBe(true);
      expect(space.canonical(index)).toBe(index);
    }
  });

  test("an index outside the space is a defect of the caller", () => {
    expect(() => space.graph(423624)).toThrow(RangeError);
    expect(() => space.format(-1)).toThrow(RangeError);
    expect(() => space.canonical(0.5)).toThrow(RangeError);
  });

  test("a member may have its vertices in another order", () => {
    expect(indexOf("01 02 13 23", "i3mo")).toBe(indexOf("01 02 13 23", "im3o"));
    expect(indexOf("01 12 03 24 34", "i31mo")).toBe(indexOf("01 02 23 14 34", "im31o"));
    expect(indexOf("01 12 03 24 34", "i31mo")).not.toBe(indexOf("01 12 03 24 34", "i13mo"));
  });

  test("decisions on 21 edges and five operations make a cell, what is on no path pruned, or none", () => {
    const decide = (edges: readonly (readonly [number, number])[], digits: readonly number[]): number | undefined => {
      const chosen = new Array<number>(21).fill(0);
      for (const [from, to] of edges) chosen[from + (to * (to - 1)) / 2] = 1;
      return space.decisions?.decide([...chosen, ...digits]);
    };
    expect(space.decisions?.choices).toEqual([...new Array(21).fill(2), 3, 3, 3, 3, 3]);
    // 0 = 3x3, 1 = 1x1, 2 = pooling; the edge 2 -> 3 leads nowhere.
    expect(
      decide(
        [
          [0, 1],
          [1, 4],
          [2, 3],
          [4, 6],
        ],
        [1, 0, 0, 2, 0],
      ),
    ).toBe(indexOf("01 12 23", "i1mo"));
    expect(decide([[0, 6]], [0, 0, 0, 0, 0])).toBe(indexOf("01", "io"));
    expect(
      decide(
        [
          [0, 1],
          [2, 6],
        ],
        [0, 0, 0, 0, 0],
      ),
    ).toBeUndefined();
    const everyEdge = space.decisions?.choices.map((count) => (count === 2 ? 1 : 0));
    expect(space.decisions?.decide(everyEdge ?? [])).toBeUndefined();
  });

  test.each<[string, Graph, RegExp]>([
    ["a cycle", graph("01 12 23 31 34", "i313o"), /^The edges 1 -> 2 -> 3 -> 1 form a cycle\.$/],
    ["a loop", graph("01 11 12", "i3o"), /^The edges 1 -> 1 form a cycle\.$/],
    ["an edge that runs backwards", graph("02 21 13", "i31o"), /^The edge 2 -> 1 runs backwards/],
    ["ten edges", graph("01 02 03 04 05 16 26 36 46 56", "i33333o"), /^A cell has at most 9 edges, this graph has 10\.$/],
    ["an output that nothing reaches", graph("01 12", "i31o"), /^The output, node 3, is not reached from the input\.$/],
    ["a node aside", graph("01 13 12", "i31o"), /^Node 2 is on no path from the input to the output\.$/],
    ["two nodes aside", graph("03 12", "i31o"), /^Nodes 1, 2 are on no path from the input to the output\.$/],
    ["an unknown operation", graph("01 12", "ioo"), /^Node 1 must be one of conv3x3-bn-relu, .*, it is output\.$/],
    ["no input", graph("01 12", "33o"), /^Node 0 must be the input, it is conv3x3-bn-relu\.$/],
    ["no output", graph("01 12", "i33"), /^Node 2, the last, must be the output, it is conv3x3-bn-relu\.$/],
    ["an edge to a node that is not there", graph("01 12 16", "i3o"), /^The edge 1 -> 6 touches a node that does not exist\.$/],
    ["nothing at all", graph("", ""), /^A cell has 2 to 7 vertices, this graph has 0\.$/],
    ["another size", { operations: new Uint8Array(8), adjacency: new Uint8Array(64) }, /has 7 nodes.*has 8/],
  ])("%s is no member, and a sentence says so", (_, found, reason) => {
    expect(space.membership(found)).toEqual({ reason: expect.stringMatching(reason) });
  });

  test.each([
    ["", /at character 1 a module hash of 32 .* is expected, the text ends/],
    ["00005c142e6f48ac74fdxf73e3439874", /at character 21 a module hash .* found "xf73e3439874"/],
    ["ffffffffffffffffffffffffffffffff", /^No cell of NAS-Bench-101 has the module hash "f{32}"\.$/],
    ["ModelSpec(matrix=[[0, 1], [0, 0]], ops=['input', 'output'", /at character 58 "," or "\]" is expected, the text ends/],
    ["ModelSpec(matrix=[[0, 1], [0, 0, 0]], ops=['input', 'output'])", /at character 27 a row of 2 entries/],
    ["ModelSpec(matrix=[[0, 1], [0, 2]], ops=['input', 'output'])", /at character 31 0 or 1 is expected, found "2"/],
    ["ModelSpec(matrix=[[0, 1], [0, 0]], ops=['input', 'relu'])", /at character 51 one of input, .* is expected, found "relu"/],
    ["ModelSpec(matrix=[[0, 1], [0, 0]], ops=['input'])", /at character 40 a list of 2 operations, one for each row/],
    [
      "ModelSpec(matrix=[[0, 1, 0], [0, 0, 0], [0, 0, 0]], ops=['input', 'maxpool3x3', 'output'])",
      /^This is no cell of NAS-Bench-101: The output, node 2, is not reached/,
    ],
  ])("%j does not parse, and the sentence says where or why", (text, message) => {
    expect(() => space.parse(text)).toThrow(InputError);
    expect(() => space.parse(text)).toThrow(message);
  });

  test("a ModelSpec is pruned as the benchmark prunes it", () => {
    const spec =
      "ModelSpec(matrix=[[0,1,1,0],[0,0,0,1],[0,0,0,0],[0,0,0,0]], ops=['input','conv3x3-bn-relu','maxpool3x3','output'])";
    expect(space.parse(spec)).toBe(indexOf("01 12", "i3o"));
  });

  test("neighbours are mutual, ascending, of distance one, and no other cell is that near", () => {
    const random = generator(1, "search");
    for (let i = 0; i < 12; i++) {
      const index = random.integer(space.size);
      const neighbours = space.neighbours(index);
      expect([...neighbours]).toEqual([...new Set(neighbours)].sort((a, b) => a - b));
      expect(neighbours.length).toBeGreaterThan(5);
      for (const other of neighbours) expect(space.editDistance(index, other)).toBe(1);
      expect(space.neighbours(neighbours[0] as number)).toContain(index);
      for (let other = 0; other < space.size; other += 4001) {
        if (!neighbours.includes(other) && other !== index) expect(space.editDistance(index, other)).toBeGreaterThan(1);
      }
    }
  });

  test("the neighbours of a small cell are those that can be counted by hand", () => {
    // input -> op -> output: two other operations, and the edge from input to output.
    const chain = indexOf("01 12", "i3o");
    const expected = [indexOf("01 12", "i1o"), indexOf("01 12", "imo"), indexOf("01 12 02", "i3o")];
    expect([...space.neighbours(chain)]).toEqual(expected.sort((a, b) => a - b));
  });

  test("the edit distance is symmetric, zero only for the same cell, and a metric", () => {
    const random = generator(2, "search");
    for (let i = 0; i < 200; i++) {
      const [a, b, c] = [0, 0, 0].map(() => random.integer(space.size)) as [number, number, number];
      expect(space.editDistance(a, b)).toBe(space.editDistance(b, a));
      expect(space.editDistance(a, a)).toBe(0);
      if (a !== b) expect(space.editDistance(a, b)).toBeGreaterThan(0);
      expect(space.editDistance(a, c)).toBeLessThanOrEqual(space.editDistance(a, b) + space.editDistance(b, c));
    }
    // A vertex more: itself and its two edges, and the edge it replaces.
    expect(space.editDistance(indexOf("01", "io"), indexOf("01 12", "i3o"))).toBe(4);
  });

  test("the hash of a decoded graph takes one-hot rows as labels and prunes nothing", () => {
    const pruned = graph("01 16", "i333mmo");
    expect(space.hash(pruned)).not.toBe(space.hash(graph("01 16 23", "i333mmo")));
    expect(space.hash(graph("01 02 13 23", "i3mo"))).toBe(space.hash(graph("01 02 13 23", "im3o")));
  });

  describe("conversion", () => {
    const text = "ModelSpec(matrix=[[0, 1, 0], [0, 0, 1], [0, 0, 0]], ops=['input', 'maxpool3x3', 'output'])";

    test("every notation of a cell leads to every other", () => {
      const index = convert(space, text, "index");
      const hash = space.format(Number(index));
      const json = convert(space, text, "json");
      expect(JSON.parse(json)).toEqual({
        space: "nasbench101",
        index: Number(index),
        architecture: hash,
        hash,
        matrix: [
          [0, 1, 0],
          [0, 0, 1],
          [0, 0, 0],
        ],
        ops: ["input", "maxpool3x3", "output"],
        ...space.cost(Number(index)),
      });
      for (const written of [text, index, hash, json, `{"hash": "${hash}"}`, `{"index": ${index}}`]) {
        expect([convert(space, written, "matrix"), convert(space, written, "string"), convert(space, written, "json")]).toEqual([
          text,
          hash,
          json,
        ]);
      }
    });

    test.each([
      ["423624", /NAS-Bench-101 has indices from 0 to 423623, found 423624/],
      ["Genotype(normal=[])", /NAS-Bench-101 has no genotype notation; it has string, matrix, index, hash, json/],
      [text.replace("[0, 0, 1]", "[0, 1, 1]"), /The edges 1 -> 1 form a cycle/],
      ['{"matrix": [[0, 1], [0, 0]], "ops": ["input", "output"], "index": 0}', /its matrix and ops and its index are different/],
    ])("%j is refused", (written, message) => {
      expect(() => convert(space, written, "json")).toThrow(InputError);
      expect(() => convert(space, written, "json")).toThrow(message);
    });
  });

  const table = shared("data/nasbench101.csv.gz");
  test.runIf(table)(
    "hashes, vertices, representatives and parameters are the benchmark's own on all rows (sibling folder)",
    () => {
      const rows = gunzipSync(readFileSync(table as string))
        .toString()
        .trim()
        .split("\n");
      const header = (rows.shift() as string).split(",");
      expect(header.slice(0, 6)).toEqual(["idx", "hash", "n_vertices", "adj_bits", "ops", "params"]);
      const { numbers } = orderTables();
      const { codes } = cells();
      let different = 0;
      for (const row of rows) {
        const [idx, hash, vertices, bits, operations, params] = row.split(",");
        const index = Number(idx);
        const number = numbers[index] as number;
        const same =
          space.format(index) === hash &&
          bitsOf(number) === Number(bits) &&
          vertexCount(Number(bits)) === Number(vertices) &&
          codes[number] === Number.parseInt(operations || "0", 3) &&
          space.cost(index).params === Number(params);
        if (!same) different++;
      }
      expect([rows.length, different]).toEqual([423624, 0]);
    },
    120_000,
  );
});

test("the encoding names the operations in one-hot order", () => {
  expect(space.operations).toBe(ENCODINGS.nasbench101.operations);
});
