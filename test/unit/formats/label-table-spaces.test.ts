import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { InputError } from "../../../src/errors.ts";
import { readLabelTable } from "../../../src/formats/read-label-table.ts";
import { LabelTableError } from "../../../src/formats/table-rows.ts";
import { tableText } from "../../../src/formats/table-text.ts";
import { darts, nasbench101 } from "../../../src/spaces/index.ts";
import type { SearchSpace } from "../../../src/spaces/space.ts";
import { prepared } from "../../prepared.ts";
import { shared } from "../../shared.ts";

/** Label tables of NAS-Bench-101 and DARTS; what holds for all spaces is in label-table.test.ts. */

const read = (space: SearchSpace, text: string) => readLabelTable(space, text, { source: "labels", partial: true });

function refusal(space: SearchSpace, text: string): LabelTableError {
  try {
    read(space, text);
  } catch (error) {
    if (error instanceof LabelTableError) return error;
    throw error;
  }
  throw new Error("the table was accepted");
}

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const spec = (ops: string, matrix: string): string => `ModelSpec(matrix=${matrix}, ops=[${ops}])`;

describe("a table of NAS-Bench-101", () => {
  const space = nasbench101();
  beforeAll(() => prepared("nasbench101"), 180_000);
  const HEADER = "idx,hash,n_vertices,adj_bits,ops,params,test_acc";
  // The first two rows of the benchmark in its own order.
  const ROWS = [
    "0,00005c142e6f48ac74fdcf73e3439874,7,1205349,02001,8555530,92.06063",
    "1,0000718c96730a92ea6d5242f8ce77e2,7,1335845,11010,5878154,88.64517",
  ];

  test("names its cells by module hash, and columns that only describe them are no metrics", () => {
    const { metrics, warnings } = read(space, [HEADER, ...ROWS].join("\n"));
    expect(metrics.map(({ name, unit, goal }) => [name, unit, goal])).toEqual([
      ["params", "parameters", "min"],
      ["test_acc", "%", "max"],
    ]);
    expect(metrics[1]?.values[1]).toBeCloseTo(0.8864517, 12);
    expect(metrics[0]?.values[0]).toBe(space.cost(0).params);
    expect(warnings).toEqual(["Left out, because they are no metrics: n_vertices, adj_bits, ops."]);
    const { metrics: other } = read(space, "Module_Hash,score\n0000718C96730A92EA6D5242F8CE77E2,3");
    expect(other[0]?.values[1]).toBe(3);
  });

  test("may name them by matrix and operations", () => {
    const cell = spec("'input','maxpool3x3','output'", "[[0,1,0],[0,0,1],[0,0,0]]");
    const { metrics } = read(space, `arch,hash,score\n${quoted(cell)},,5`);
    expect(metrics.map(({ name }) => name)).toEqual(["score"]);
    expect(metrics[0]?.values[space.parse(cell)]).toBe(5);
  });

  test.each([
    ["an unknown hash", "f".repeat(32), 'No cell of NAS-Bench-101 has the module hash "ffffffffffffffffffffffffffffffff"'],
    [
      "half a hash",
      "00005c14",
      "at character 9 a module hash of 32 hexadecimal digits or a ModelSpec(...) is expected, the text ends",
    ],
    [
      "a cycle",
      spec("'input','maxpool3x3','maxpool3x3','output'", "[[0,1,0,0],[0,0,1,0],[0,1,0,1],[0,0,0,0]]"),
      "This is no cell of NAS-Bench-101: The edges 1 -> 2 -> 1 form a cycle",
    ],
    [
      "too many edges",
      spec(
        "'input','maxpool3x3','maxpool3x3','maxpool3x3','output'",
        "[[0,1,1,1,1],[0,0,1,1,1],[0,0,0,1,1],[0,0,0,0,1],[0,0,0,0,0]]",
      ),
      "This is no cell of NAS-Bench-101: A cell has at most 9 edges, this graph has 10",
    ],
    [
      "an unknown operation",
      spec("'input','conv7x7','output'", "[[0,1,0],[0,0,1],[0,0,0]]"),
      'at character 59 one of input, conv1x1-bn-relu, conv3x3-bn-relu, maxpool3x3, output is expected, found "conv7x7"',
    ],
    [
      "an output that nothing reaches",
      spec("'input','maxpool3x3','output'", "[[0,1,0],[0,0,0],[0,0,0]]"),
      "This is no cell of NAS-Bench-101: The output, node 2, is not reached from the input",
    ],
  ])("with %s is refused in one sentence", (_, cell, reason) => {
    const error = refusal(space, `hash,score\n${ROWS[0]?.split(",")[1]},1\n${quoted(cell)},1`);
    expect(error.message).toMatch(/^Nothing was loaded from labels: it has 1 unknown architecture \(row 3: .*\)\.$/);
    expect(error.message).toContain(reason);
  });

  test("with an index that is not that of the hash is refused", () => {
    expect(refusal(space, `${HEADER}\n${ROWS[0]?.replace(/^0/, "5")}`).message).toContain(
      "1 contradiction between index and architecture (row 2: the index is 5, the architecture is number 0)",
    );
  });

  test("in the JSON of arch2vec's preprocessing is refused for a disconnected graph", () => {
    const entry = {
      module_adjacency: [
        [0, 1, 0],
        [0, 0, 0],
        [0, 0, 0],
      ],
      module_operations: ["input", "maxpool3x3", "output"],
    };
    expect(refusal(space, JSON.stringify({ 7: { ...entry, test_accuracy: 0.9 } })).message).toContain(
      'entry "7": The output, node 2, is not reached from the input',
    );
  });

  const table = shared("data/nasbench101.csv.gz");
  test.runIf(table)(
    "is read whole from its compressed file: every hash is found, every number of parameters is ours (sibling folder)",
    async () => {
      const { rows, metrics, warnings } = read(space, await tableText(readFileSync(table as string)));
      const [params, accuracy] = metrics;
      expect([rows, params?.present, accuracy?.name, accuracy?.present]).toEqual([423624, 423624, "test_acc", 423624]);
      expect(warnings).toEqual(["Left out, because they are no metrics: n_vertices, adj_bits, ops."]);
      let different = 0;
      for (let index = 0; index < space.size; index++) if (params?.values[index] !== space.cost(index).params) different++;
      expect(different).toBe(0);
      expect(accuracy?.values.reduce((best, value) => Math.max(best, value))).toBeCloseTo(0.9432, 4);
    },
    120_000,
  );
});

describe("a table of DARTS", () => {
  const space = darts({ seed: 11, count: 60 });

  test("names its cells by genotype, within the sample", () => {
    const { metrics } = read(space, `arch,valid\n${quoted(space.format(41))},97.2`);
    expect(metrics[0]?.values[41]).toBeCloseTo(0.972, 12);
  });

  test.each([
    ["a missing bracket", (text: string) => text.replace("),", ","), /row 2: .* at character \d+ "\)" is expected, found ","/],
    [
      "an unknown operation",
      (text: string) => text.replace(/'\w+'/, "'conv_7x7'"),
      /one of none, .* is expected, found "conv_7x7"/,
    ],
    ["a cell outside the sample", () => darts({ seed: 12, count: 1 }).format(0), /none of the 60 that were sampled/],
  ])("with %s is refused in one sentence", (_, change, reason) => {
    const { message } = refusal(space, `arch,valid\n${quoted(change(space.format(3)))},97.2`);
    expect(message).toMatch(/^Nothing was loaded from labels: it has 1 unknown architecture \(row 2: .*\)\.$/);
    expect(message).toMatch(reason);
  });
});

describe("the text of a table's file", () => {
  const text = "idx,score\n1,ä\n";
  const bytes = new TextEncoder().encode(text);

  test("is read as it is, or decompressed where it is gzipped, from bytes or a file object", async () => {
    for (const content of [bytes, gzipSync(bytes)]) {
      expect(await tableText(content)).toBe(text);
      expect(await tableText(new Blob([content]))).toBe(text);
    }
    expect(await tableText(new Uint8Array())).toBe("");
  });

  test.each([
    ["cut short", (packed: Uint8Array) => packed.subarray(0, packed.length - 9)],
    ["changed", (packed: Uint8Array) => packed.with(14, (packed[14] as number) ^ 255)],
  ])("is refused where compressed data is %s", async (_, change) => {
    const reading = tableText(change(gzipSync(bytes)), "table.csv.gz");
    await expect(reading).rejects.toThrow(InputError);
    await expect(reading).rejects.toThrow("Cannot read table.csv.gz: its gzip data is damaged or cut short.");
  });
});
