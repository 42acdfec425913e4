import { describe, expect, test } from "vitest";
import { InputError } from "../../../src/errors.ts";
import { convert, notationOf } from "../../../src/spaces/convert.ts";
import { darts } from "../../../src/spaces/darts/index.ts";
import { nasbench201 } from "../../../src/spaces/nasbench201/index.ts";

/** NAS-Bench-101 is converted where its order is made, in nasbench101.test.ts. */

test.each([
  ['  {"index": 1}', "json"],
  ["Genotype(normal=[", "genotype"],
  ["ModelSpec(", "matrix"],
  ["00005c142e6f48ac74fdcf73e3439874", "hash"],
  [" 15 ", "index"],
  ["|none~0|", "string"],
])("%j looks like %s", (text, notation) => {
  expect(notationOf(text)).toBe(notation);
});

describe("NAS-Bench-201", () => {
  const space = nasbench201();
  const text = "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|";

  test("every notation leads to every other", () => {
    const matrix = convert(space, text, "matrix");
    const json = convert(space, text, "json");
    expect(matrix).toMatch(
      /^ModelSpec\(matrix=\[\[0, 1, 1, 0, 1, 0, 0, 0\], .*\], ops=\['input', 'avg_pool_3x3', .*'output'\]\)$/,
    );
    expect(JSON.parse(json)).toMatchObject({ space: "nasbench201", index: 0, architecture: text, ...space.cost(0) });
    for (const written of [text, "0", matrix, json, `{"architecture": "${text}"}`]) {
      expect(convert(space, written, "string")).toBe(text);
      expect(convert(space, written, "index")).toBe("0");
      expect(convert(space, written, "matrix")).toBe(matrix);
      expect(convert(space, written, "json")).toBe(json);
      expect(convert(space, written, "hash")).toBe("47d3598eec7aec8682b34b47233212a9");
    }
  });

  test("a hash leads back to its architecture", () => {
    for (const index of ["0", "777", "15624"]) expect(convert(space, convert(space, index, "hash"), "index")).toBe(index);
    expect(convert(space, '{"hash": "47d3598eec7aec8682b34b47233212a9"}', "index")).toBe("0");
  });

  test.each([
    ["15625", /NAS-Bench-201 has indices from 0 to 15624, found 15625/],
    ["12x", /at character 1 "\|" is expected/],
    ["ffffffffffffffffffffffffffffffff", /No architecture of NAS-Bench-201 has the module hash "f{32}"/],
    ["Genotype()", /NAS-Bench-201 has no genotype notation; it has string, matrix, index, hash, json/],
    [
      "ModelSpec(matrix=[[0, 1], [0, 0]], ops=['input', 'output'])",
      /This is no architecture of NAS-Bench-201: Node 7 must be the/,
    ],
    ['{"space": "darts", "index": 1}', /at character 12 "nasbench201" is expected, found "darts"/],
    ['{"index": 1', /at character 12 "," or "}" is expected, the text ends/],
    ['{"idx": 1}', /at character 3 one of space, index, .* is expected, found "idx"/],
    ['{"index": "1"}', /at character 11 a whole number is expected, found """/],
    ['{"matrix": [[0, 1], [0, 0]]}', /at character 1 an object with "ops" beside "matrix" is expected/],
    ["{}", /The JSON names no architecture/],
    [`{"index": 1, "architecture": "${text}"}`, /contradicts itself: its architecture and its index are different/],
    [`{"index": 0, "hash": "ff"}`, /contradicts itself: its hash is not that of its index/],
  ])("%j is refused", (written, message) => {
    expect(() => convert(space, written, "json")).toThrow(InputError);
    expect(() => convert(space, written, "json")).toThrow(message);
  });

  test("the notation can be given, and text in another is then refused", () => {
    expect(() => convert(space, "12", "string", "string")).toThrow(/"\|" is expected, found "1"/);
    expect(() => convert(space, text, "string", "index")).toThrow(/an index, a whole number, is expected/);
  });
});

describe("DARTS", () => {
  const space = darts({ seed: 4, count: 50 });

  test("every notation of a listed cell leads to every other", () => {
    const text = space.format(17);
    const matrix = convert(space, text, "matrix");
    const json = convert(space, text, "json");
    expect(JSON.parse(json)).toMatchObject({ space: "darts", index: 17, architecture: text, ...space.cost(17) });
    for (const written of [text, "17", matrix, json]) {
      expect(convert(space, written, "genotype")).toBe(text);
      expect(convert(space, written, "string")).toBe(text);
      expect(convert(space, written, "index")).toBe("17");
      expect(convert(space, written, "matrix")).toBe(matrix);
      expect(convert(space, written, "hash")).toBe(space.hash(space.graph(17)));
      expect(convert(space, written, "json")).toBe(json);
    }
  });

  test("a genotype of two cells has two matrices and two hashes, and comes back from its JSON", () => {
    const [normal, reduce] = [space.format(1), space.format(2)].map((text) => /normal=(\[.*?\])/.exec(text)?.[1]);
    const text = `Genotype(normal=${normal}, normal_concat=range(2, 6), reduce=${reduce}, reduce_concat=range(2, 6))`;
    expect(convert(space, text, "matrix").split("\n")).toEqual([convert(space, "1", "matrix"), convert(space, "2", "matrix")]);
    expect(convert(space, text, "hash").split("\n")).toEqual([convert(space, "1", "hash"), convert(space, "2", "hash")]);
    const { architecture, ...parts } = JSON.parse(convert(space, text, "json"));
    expect(architecture).toBe(text);
    expect(convert(space, JSON.stringify(parts), "genotype")).toBe(text);
    expect(() => convert(space, text, "index")).toThrow(/The normal and the reduction cell differ/);
  });

  test("a cell that is not in the sample has every notation but an index", () => {
    const text = darts({ seed: 5, count: 1 }).format(0);
    expect(convert(space, convert(space, text, "matrix"), "genotype")).toBe(text);
    expect(JSON.parse(convert(space, text, "json")).index).toBeUndefined();
    expect(() => convert(space, text, "index")).toThrow(/none of the 50 that were sampled/);
  });

  test.each([
    ["47d3598eec7aec8682b34b47233212a9", /A module hash does not lead back to a DARTS cell/],
    ["50", /DARTS has indices from 0 to 49, found 50/],
    ["Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1", /at character 57 "\)" is expected, the text ends/],
  ])("%j is refused", (written, message) => {
    expect(() => convert(space, written, "matrix")).toThrow(InputError);
    expect(() => convert(space, written, "matrix")).toThrow(message);
  });
});
