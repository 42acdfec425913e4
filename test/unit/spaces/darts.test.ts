import { describe, expect, test } from "vitest";
import { InputError } from "../../../src/errors.ts";
import { generator } from "../../../src/random/generator.ts";
import { classOf } from "../../../src/spaces/darts/canonical.ts";
import { type DartsCell, NODE_OPERATIONS, packCell } from "../../../src/spaces/darts/cell.ts";
import {
  type DartsSample,
  darts,
  dartsCost,
  dartsGraph,
  dartsOf,
  makeSample,
  PAPER_COUNT,
  readDartsGraph,
  readGenotype,
  writeGenotype,
} from "../../../src/spaces/darts/index.ts";
import { packingOf, packSpace, unpack } from "../../../src/spaces/packing.ts";
import { type Graph, PADDING } from "../../../src/spaces/space.ts";
import { scan } from "../../../src/spaces/text.ts";

const space = darts({ seed: 1, count: 2000 });

// Published genotypes (DARTS, P-DARTS, PC-DARTS).
const DARTS_V2 =
  "Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 1), " +
  "('skip_connect', 0), ('skip_connect', 0), ('dil_conv_3x3', 2)], normal_concat=[2, 3, 4, 5], reduce=[('max_pool_3x3', 0), " +
  "('max_pool_3x3', 1), ('skip_connect', 2), ('max_pool_3x3', 1), ('max_pool_3x3', 0), ('skip_connect', 2), ('skip_connect', 2), " +
  "('max_pool_3x3', 1)], reduce_concat=[2, 3, 4, 5])";
const PDARTS =
  "Genotype(normal=[('skip_connect', 0), ('dil_conv_3x3', 1), ('skip_connect', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 1), " +
  "('sep_conv_3x3', 3), ('sep_conv_3x3', 0), ('dil_conv_5x5', 4)], normal_concat=range(2, 6), reduce=[('avg_pool_3x3', 0), " +
  "('sep_conv_5x5', 1), ('sep_conv_3x3', 0), ('dil_conv_5x5', 2), ('max_pool_3x3', 0), ('dil_conv_3x3', 1), ('dil_conv_3x3', 1), " +
  "('dil_conv_5x5', 3)], reduce_concat=range(2, 6))";
const PCDARTS =
  "Genotype(normal=[('sep_conv_3x3', 1), ('skip_connect', 0), ('sep_conv_3x3', 0), ('dil_conv_3x3', 1), ('sep_conv_5x5', 0), " +
  "('sep_conv_3x3', 1), ('avg_pool_3x3', 0), ('dil_conv_3x3', 1)], normal_concat=range(2, 6), reduce=[('sep_conv_5x5', 1), " +
  "('max_pool_3x3', 0), ('sep_conv_5x5', 1), ('sep_conv_5x5', 2), ('sep_conv_3x3', 0), ('sep_conv_3x3', 3), ('sep_conv_3x3', 1), " +
  "('sep_conv_3x3', 2)], reduce_concat=range(2, 6))";

/** A cell from pairs such as "sep_conv_3x3 0". */
function cell(pairs: string): DartsCell {
  const parts = pairs.split(", ").map((pair) => pair.split(" "));
  return {
    operations: Uint8Array.from(parts, ([name]) => NODE_OPERATIONS.indexOf(name as string)),
    inputs: Uint8Array.from(parts, ([, input]) => Number(input)),
  };
}

const PLAIN = "none 0, none 1, none 0, none 1, none 0, none 1, none 0, none 1";

describe("sampling", () => {
  test("is the paper's size by default and draws nothing before it is asked", () => {
    expect([darts().size, darts().trainSize, PAPER_COUNT]).toEqual([600000, 540000, 600000]);
    expect(darts()).toBe(darts());
  });

  test("is the same for a seed, and another for another", () => {
    const again = darts({ seed: 1, count: 500 });
    const other = darts({ seed: 2, count: 500 });
    const texts = (of: typeof space) => Array.from({ length: 500 }, (_, i) => of.format(i));
    expect(texts(again)).toEqual(texts(space));
    expect(texts(other)).not.toEqual(texts(space));
  });

  test("in slices is the same again, tells its progress and can be cancelled", async () => {
    const shares: number[] = [];
    const sample = await makeSample({ seed: 1, count: 2000 }, { onProgress: (share) => shares.push(share) });
    expect(shares.at(-1)).toBe(1);
    expect(packSpace(dartsOf(sample))).toEqual(packSpace(space));
    const controller = new AbortController();
    const cancelled = makeSample(
      { seed: 1, count: 600_000 },
      { signal: controller.signal, onProgress: () => controller.abort(new Error("enough")) },
    );
    await expect(cancelled).rejects.toThrow("enough");
  });

  test("every block reads two different inputs, every network has fewer than 600 M multiply-adds, and no two graphs are isomorphic", () => {
    const hashes = new Set<string>();
    for (let index = 0; index < space.size; index++) {
      const graph = space.graph(index);
      const read = readDartsGraph(graph);
      if ("reason" in read) throw new Error(read.reason);
      for (let node = 0; node < 8; node += 2) expect(read.inputs[node]).not.toBe(read.inputs[node + 1]);
      expect(space.cost(index).macs).toBeLessThan(600e6);
      hashes.add(space.hash(graph));
    }
    expect(hashes.size).toBe(space.size);
  });

  test("uses all operations and all inputs about evenly", () => {
    const operations = new Map<string, number>();
    const inputs = new Map<string, number>();
    for (let index = 0; index < space.size; index++) {
      for (const [, name, input] of space
        .format(index)
        .split("normal_concat")[0]
        ?.matchAll(/'(\w+)', (\d)/g) ?? []) {
        operations.set(name as string, (operations.get(name as string) ?? 0) + 1);
        inputs.set(input as string, (inputs.get(input as string) ?? 0) + 1);
      }
    }
    expect([...operations.keys()].sort()).toEqual([...NODE_OPERATIONS].sort());
    for (const count of operations.values()) expect(count).toBeGreaterThan(16000 / 8 / 3);
    // Only the last block can read the sum of block 2: two different ones of five inputs.
    expect((inputs.get("4") ?? 0) / space.size).toBeCloseTo(0.4, 1);
  });

  test.each([
    [{ seed: -1 }, /seed .* found -1/],
    [{ seed: 0.5 }, /seed .* found 0\.5/],
    [{ count: 0 }, /1 to 10000000 cells, found 0/],
  ])("%j is refused", async (options, message) => {
    await expect(makeSample(options)).rejects.toThrow(InputError);
    await expect(makeSample(options)).rejects.toThrow(message);
    expect(() => darts(options)).toThrow(message);
  });
});

describe("isomorphism", () => {
  test("the form tells cells apart exactly where the module hash does", () => {
    const random = generator(3, "search");
    const byForm = new Map<number, string>();
    const hashes = new Set<string>();
    for (let i = 0; i < 6000; i++) {
      // Two operations only, so that isomorphic cells are frequent.
      const operations = Uint8Array.from({ length: 8 }, () => random.integer(2));
      const inputs = new Uint8Array(8);
      for (let block = 0; block < 4; block++) {
        const [a, b] = random.shuffle(Array.from({ length: 2 + block }, (_, input) => input));
        inputs.set([a as number, b as number], 2 * block);
      }
      const form = classOf({ operations, inputs });
      const hash = space.hash(dartsGraph({ operations, inputs }));
      expect(byForm.get(form) ?? hash).toBe(hash);
      byForm.set(form, hash);
      hashes.add(hash);
    }
    expect(byForm.size).toBeLessThan(5500);
    expect(hashes.size).toBe(byForm.size);
  });
});

describe("cost", () => {
  const costOf = (text: string) => {
    const { normal, reduce } = readGenotype(scan(text));
    return dartsCost(normal, reduce);
  };

  test.each([
    ["DARTS_V2", DARTS_V2, 4.7, 574],
    ["P-DARTS", PDARTS, 4.9, 557],
    ["PC-DARTS", PCDARTS, 5.3, 586],
  ])("%s has its published parameters, and multiply-adds near the published ones", (_, text, params, macs) => {
    expect(costOf(text).params / 1e6).toBeCloseTo(params, 1);
    expect(costOf(text).macs / 1e6).toBeGreaterThan(macs * 0.92);
    expect(costOf(text).macs / 1e6).toBeLessThan(macs);
  });

  test("an operation adds its own in twelve normal and two reduction cells, a strided skip a 1x1 convolution", () => {
    const base = dartsCost(cell(PLAIN));
    const skip = dartsCost(cell(PLAIN.replace("none 0", "skip_connect 0")));
    // 96 channels at 14 pixels, 192 at 7.
    expect(skip.params - base.params).toBe(96 * 96 + 2 * 96 + 192 * 192 + 2 * 192);
    expect(skip.macs - base.macs).toBe(96 * 96 * 196 + 192 * 192 * 49);
    const dilated = dartsCost(cell(PLAIN.replace("none 0", "dil_conv_3x3 0")));
    const pair = (c: number, pixels: number) => (9 * c + c * c) * pixels;
    expect(dilated.macs - base.macs).toBe(4 * pair(48, 784) + 5 * pair(96, 196) + 5 * pair(192, 49));
  });
});

describe("graph", () => {
  test("blocks become pairs of nodes, a block that is read two edges", () => {
    const graph = dartsGraph(cell("sep_conv_3x3 0, none 1, skip_connect 2, max_pool_3x3 0, none 1, none 3, none 4, none 0"));
    expect([...graph.operations]).toEqual([0, 1, 6, 2, 5, 3, 2, 2, 2, 2, 10]);
    const into = (to: number) => Array.from({ length: 11 }, (_, from) => from).filter((from) => graph.adjacency[from * 11 + to]);
    expect([2, 3, 4, 5, 6, 7, 8, 9, 10].map(into)).toEqual([
      [0],
      [1],
      [2, 3],
      [0],
      [1],
      [4, 5],
      [6, 7],
      [0],
      [2, 3, 4, 5, 6, 7, 8, 9],
    ]);
  });

  test("the sample packs into four words a graph and comes back; every cell is a member under its own index", () => {
    const packing = packingOf(space);
    const packed = packSpace(space);
    expect(packing.words).toBe(4);
    for (let index = 0; index < space.size; index += 7) {
      expect(unpack(packing, packed, index)).toEqual(space.graph(index));
      expect(space.membership(space.graph(index))).toEqual({ index });
      expect(space.canonical(index)).toBe(index);
      expect(space.isValidAsPublished(space.graph(index))).toBe(true);
    }
  });

  const changed = (change: (graph: Graph) => void): Graph => {
    const graph = dartsGraph(cell(PLAIN));
    change(graph);
    return graph;
  };
  const edge = (from: number, to: number, value: number) => (graph: Graph) => {
    graph.adjacency[from * 11 + to] = value;
  };
  const operation = (node: number, value: number) => (graph: Graph) => {
    graph.operations[node] = value;
  };
  test.each<[string, (graph: Graph) => void, RegExp]>([
    ["another first node", operation(0, 1), /^Node 0 must be c_k-2, it is c_k-1\.$/],
    ["an output inside", operation(4, 10), /^Node 4 must carry an operation, it is output\.$/],
    ["an empty node", operation(5, PADDING), /^Node 5 must carry an operation, it is empty\.$/],
    ["a node that reads nothing", edge(0, 4, 0), /^Node 4 must read one input .* it reads nothing\.$/],
    ["a node that reads half a block", (g) => [edge(0, 4, 0), edge(2, 4, 1)].forEach((f) => void f(g)), /it reads node 2\.$/],
    ["a node that reads too much", edge(1, 4, 1), /it reads nodes 0, 1\.$/],
    ["a block that reads one input twice", (g) => [edge(0, 4, 0), edge(1, 4, 1)].forEach((f) => void f(g)), /both read c_k-1\.$/],
    ["a disconnected node", edge(7, 10, 0), /^Node 7 must feed the output, it does not\.$/],
    ["an input that feeds the output", edge(1, 10, 1), /^Node 1, an input, must not feed the output\.$/],
    ["a cycle", (g) => [edge(2, 4, 1), edge(4, 2, 1)].forEach((f) => void f(g)), /^The edges 2 -> 4 -> 2 form a cycle\.$/],
    ["an edge that runs backwards", edge(6, 3, 1), /^The edge 6 -> 3 runs backwards/],
  ])("%s is no cell, and a sentence says so", (_, change, reason) => {
    expect(space.membership(changed(change))).toEqual({ reason: expect.stringMatching(reason) });
  });

  test("a cell that was not sampled is told apart from what is no cell", () => {
    const member = space.membership(dartsGraph(cell(PLAIN)));
    expect(member).toEqual({ reason: expect.stringMatching(/none of the 2000 that were sampled/), unlisted: true });
    const heavy = dartsGraph(cell(PLAIN.replaceAll("none", "sep_conv_5x5")));
    expect(space.membership(heavy)).toEqual({
      reason: expect.stringMatching(/M multiply-adds, the space has those below 600 M/),
    });
  });

  test("the published validity asks for an edge from an input or an earlier block, wherever else edges run", () => {
    expect(space.isValidAsPublished(changed(edge(0, 2, 0)))).toBe(false);
    expect(space.isValidAsPublished(changed((g) => [edge(1, 3, 0), edge(2, 3, 1)].forEach((f) => void f(g))))).toBe(false);
    expect(space.isValidAsPublished(changed((g) => [edge(0, 4, 0), edge(3, 4, 1)].forEach((f) => void f(g))))).toBe(true);
    expect(space.isValidAsPublished(changed(edge(2, 10, 0)))).toBe(true);
    expect(space.isValidAsPublished(changed(operation(2, 0)))).toBe(false);
    expect(space.isValidAsPublished(changed(operation(10, 5)))).toBe(false);
  });
});

describe("genotype", () => {
  test("both cells come back as they were written", () => {
    const range = DARTS_V2.replaceAll("[2, 3, 4, 5]", "range(2, 6)");
    expect(writeGenotype(readGenotype(scan(DARTS_V2)))).toBe(range);
    for (let index = 0; index < space.size; index += 11) expect(space.parse(space.format(index))).toBe(index);
  });

  test.each([
    [
      "no bracket at the end of a list",
      PDARTS.replace("4)]", "4)"),
      /character 186 "\]" after 8 operations .* found "normal_concat"/,
    ],
    ["no comma after a list", PDARTS.replace("4)],", "4)]"), /character 186 "," is expected, found "normal_concat"/],
    ["no bracket at the end of a pair", PDARTS.replace("', 0)", "', 0"), /character 36 "\)" is expected, found ","/],
    ["no bracket at the end", PDARTS.slice(0, -1), /character 416 "\)" is expected, the text ends/],
    ["no quote at the end", PDARTS.slice(0, 30), /character 31 a closing single quote is expected, the text ends/],
    ["an unknown operation", PDARTS.replace("sep_conv_3x3", "sep_conv_7x7"), /character 83 one of none, .* found "sep_conv_7x7"/],
    ["an input too late", PDARTS.replace("dil_conv_3x3', 1", "dil_conv_3x3', 2"), /an input from 0 to 1 is expected, found "2"/],
    ["an input twice", PDARTS.replace("dil_conv_3x3', 1", "dil_conv_3x3', 0"), /other than 0, which the block reads already, is/],
    [
      "seven operations",
      PDARTS.replace(", ('dil_conv_5x5', 4)", ""),
      /character 17 a list of 8 operations, not of 7, is expected/,
    ],
    ["another concatenation", PDARTS.replace("(2, 6)", "(2, 5)"), /range\(2, 6\) is expected, found "range"/],
    ["something behind", `${PDARTS})`, /character 417 the end is expected, found "\)"/],
    ["another word", "genotype()", /character 1 "Genotype\(" is expected, found "genotype"/],
    ["two different cells", DARTS_V2, /names no architecture of this space: its normal and its reduction cell differ/],
  ])("%s is refused with the character or the reason", (_, text, message) => {
    expect(() => space.parse(text)).toThrow(InputError);
    expect(() => space.parse(text)).toThrow(message);
  });

  test("a long text is quoted where the error is", () => {
    expect(() => space.parse(PDARTS.slice(0, -1))).toThrow(
      /^The architecture "\.\.\..*reduce_concat=range\(2, 6\)" does not parse/,
    );
  });
});

describe("distance", () => {
  const distance = (a: string, b: string) => {
    const of = dartsOf(sampleOf([cell(a), cell(b)]));
    return of.editDistance(0, 1);
  };

  test("counts operations and inputs that differ", () => {
    expect(distance(PLAIN, PLAIN)).toBe(0);
    expect(distance(PLAIN, PLAIN.replace("none 0", "skip_connect 0"))).toBe(1);
    expect(distance(PLAIN, PLAIN.replace(/none 1$/, "max_pool_3x3 3"))).toBe(2);
  });

  test("does not see the order of blocks or within them", () => {
    const a = "sep_conv_3x3 0, none 1, none 0, none 1, skip_connect 2, none 0, none 0, none 1";
    const b = "none 1, none 0, none 1, sep_conv_3x3 0, none 0, none 1, none 0, skip_connect 3";
    expect(distance(a, b)).toBe(0);
  });

  test("neighbours are those of the sample that differ in one operation or input", () => {
    const near = [
      PLAIN,
      PLAIN.replace("none 0", "skip_connect 0"),
      PLAIN.replace(/none 1$/, "none 3"),
      PLAIN.replaceAll("none", "avg_pool_3x3"),
    ];
    const of = dartsOf(sampleOf(near.map(cell)));
    expect([...of.neighbours(0)]).toEqual([1, 2]);
    expect([...of.neighbours(3)]).toEqual([]);
  });
});

/** These cells, as if they had been drawn. */
function sampleOf(list: readonly DartsCell[]): DartsSample {
  const cells = new Uint32Array(2 * list.length);
  for (const [i, drawn] of list.entries()) packCell(drawn, cells, i);
  return { seed: 0, count: list.length, cells, classes: Float64Array.from(list, classOf) };
}
