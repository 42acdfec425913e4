import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { caret } from "../../../src/cli/caret.ts";
import { darts, nasbench201 } from "../../../src/spaces/index.ts";
import { CACHE_HOME, prepared } from "../../prepared.ts";
import { command } from "./command.ts";

const ARCH = "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|";
const chain = (ops: string, matrix = "[[0,1,0],[0,0,1],[0,0,0]]") => `ModelSpec(matrix=${matrix}, ops=[${ops}])`;
const CHAIN = chain("'input','maxpool3x3','output'");

beforeAll(async () => {
  vi.stubEnv("XDG_CACHE_HOME", CACHE_HOME);
  await prepared("nasbench101");
}, 180_000);
afterAll(() => vi.unstubAllEnvs());

describe("archscape convert", () => {
  it("writes JSON with every notation by default, and another with --to", async () => {
    const { code, out } = await command(["convert", "nasbench201", ARCH]);
    expect(code).toBe(0);
    const described = JSON.parse(out);
    expect(described).toMatchObject({ space: "nasbench201", index: 0, architecture: ARCH, ...nasbench201().cost(0) });
    for (const written of [ARCH, "0", described.hash, out]) {
      expect(await command(["convert", "nasbench201", "--to", "index", written])).toMatchObject({ code: 0, out: "0\n", err: "" });
    }
  });

  it("knows the hashes of NAS-Bench-101 and prunes as the benchmark does", async () => {
    const hash = "00005c142e6f48ac74fdcf73e3439874";
    const { out } = await command(["convert", "nasbench101", hash, "--to", "matrix"]);
    expect(out).toMatch(/^ModelSpec\(matrix=\[\[0, 1, /);
    expect(await command(["convert", "nasbench101", out, "--to", "hash"])).toMatchObject({ code: 0, out: `${hash}\n` });
    const loose = chain("'input','maxpool3x3','conv3x3-bn-relu','output'", "[[0,1,1,0],[0,0,0,1],[0,0,0,0],[0,0,0,0]]");
    const [pruned, same] = await Promise.all([loose, CHAIN].map((text) => command(["convert", "nasbench101", text])));
    expect(pruned?.out).toBe(same?.out);
  });

  it("takes both cells of a genotype, without drawing a sample", async () => {
    const text = darts({ seed: 1, count: 2 }).format(1);
    const { code, out } = await command(["convert", "darts", "--to", "matrix", text]);
    expect(code).toBe(0);
    expect((await command(["convert", "darts", "--to", "genotype", out])).out).toBe(`${text}\n`);
  });

  it("has an index of DARTS only within a sample, which options choose", async () => {
    const sample = ["--cells", "40", "--cells-seed", "9"];
    const text = darts({ seed: 9, count: 40 }).format(33);
    expect(await command(["convert", "darts", ...sample, "--to", "index", text])).toMatchObject({ code: 0, out: "33\n" });
    expect((await command(["convert", "darts", ...sample, "--to", "string", "33"])).out).toBe(`${text}\n`);
    const other = await command(["convert", "darts", "--cells", "10", "--cells-seed", "9", "--to", "index", text]);
    expect(other).toMatchObject({ code: 2, err: expect.stringContaining("none of the 10 that were sampled") });
  });

  it("reads one architecture a line, passes over blank lines, and converts what it can", async () => {
    const { code, out, err } = await command(
      ["convert", "nasbench201", "--to", "index"],
      undefined,
      `${ARCH}\n\n|none~1|\r\n15624\n`,
    );
    expect(code).toBe(2);
    expect(out).toBe("0\n15624\n");
    expect(err).toMatch(
      /^archscape: line 3: The architecture "\|none~1\|" does not parse: at character 7 "0" is expected, found "1"\.\n$/,
    );
  });

  it("tells machines each architecture, each refusal with its character, and the sum", async () => {
    const { code, lines } = await command(["convert", "nasbench201", "--to", "index", "--json", "|none~1|", "15625", "7"]);
    expect(code).toBe(2);
    expect(lines()).toEqual([
      { type: "error", line: 1, input: "|none~1|", message: expect.stringContaining("at character 7"), character: 7 },
      { type: "error", line: 2, input: "15625", message: expect.stringContaining("from 0 to 15624"), character: null },
      { type: "architecture", line: 3, input: "7", from: "index", to: "index", output: "7" },
      { type: "result", space: "nasbench201", to: "index", converted: 1, refused: 2 },
    ]);
    const [line] = (await command(["convert", "nasbench201", "--json", "7"])).lines();
    expect(line).toMatchObject({ to: "json", output: { index: 7, architecture: nasbench201().format(7) } });
  });

  it("shows the character on a terminal", async () => {
    const screen = { columns: 80 } as NodeJS.WriteStream;
    const { err } = await command(["convert", "nasbench201", "|none~1|"], undefined, undefined, screen);
    expect(err.split("\n").slice(1)).toEqual(["  |none~1|", "        ^", ""]);
  });

  it.each([
    ["nothing to convert", ["convert", "nasbench201"], "Expected architectures as arguments"],
    ["an unknown notation", ["convert", "nasbench201", "--to", "xml", "7"], "Allowed choices are string, genotype"],
    [
      "a sample of a space that is listed whole",
      ["convert", "nasbench201", "--cells", "9", "7"],
      "NAS-Bench-201 is listed whole",
    ],
    ["a sample that cannot be", ["convert", "darts", "--cells", "99999999", "7"], "must hold 1 to 10000000 cells"],
  ])("refuses %s in one sentence", async (_, args, sentence) => {
    const { code, out, err } = await command(args);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(sentence);
  });
});

describe("what is no architecture is refused in one sentence", () => {
  const pairs = "('none', 0), ('none', 1), ('none', 0), ('none', 1), ('none', 0), ('none', 1), ('none', 0), ('none', 1)";
  const genotype = (normal: string) =>
    `Genotype(normal=${normal}, normal_concat=range(2, 6), reduce=[${pairs}], reduce_concat=range(2, 6))`;
  const six = "'input','conv3x3-bn-relu','conv3x3-bn-relu','conv3x3-bn-relu','conv3x3-bn-relu','output'";

  it.each([
    [
      "a cycle",
      "nasbench101",
      chain("'input','maxpool3x3','maxpool3x3','output'", "[[0,1,0,0],[0,0,1,0],[0,1,0,1],[0,0,0,0]]"),
      "This is no cell of NAS-Bench-101: The edges 1 -> 2 -> 1 form a cycle.",
    ],
    [
      "too many edges",
      "nasbench101",
      chain(six, "[[0,1,1,1,1,0],[0,0,1,0,0,1],[0,0,0,1,0,1],[0,0,0,0,1,1],[0,0,0,0,0,1],[0,0,0,0,0,0]]"),
      "This is no cell of NAS-Bench-101: A cell has at most 9 edges, this graph has 11.",
    ],
    [
      "an unknown operation",
      "nasbench101",
      chain("'input','conv7x7','output'"),
      `The architecture "${chain("'input','conv7x7','output'")}" does not parse: at character 59 one of input, conv1x1-bn-relu, conv3x3-bn-relu, maxpool3x3, output is expected, found "conv7x7".`,
    ],
    [
      "an output that nothing reaches",
      "nasbench101",
      chain("'input','maxpool3x3','output'", "[[0,1,0],[0,0,0],[0,0,0]]"),
      "This is no cell of NAS-Bench-101: The output, node 2, is not reached from the input.",
    ],
    [
      "a genotype with a missing bracket",
      "darts",
      genotype(`[${pairs.replace("1),", "1,")}]`),
      'at character 41 ")" is expected, found ",".',
    ],
    [
      "a genotype whose list is not closed",
      "darts",
      genotype(`[${pairs}`),
      'at character 122 "]" after 8 operations is expected, found "normal_concat".',
    ],
    ["a genotype that is cut", "darts", genotype(`[${pairs}]`).slice(0, 60), "does not parse: at character 61"],
    [
      "an unknown operation of a genotype",
      "darts",
      genotype(`[${pairs.replace("none", "conv")}]`),
      'at character 20 one of none, max_pool_3x3, avg_pool_3x3, skip_connect, sep_conv_3x3, sep_conv_5x5, dil_conv_3x3, dil_conv_5x5 is expected, found "conv".',
    ],
    [
      "JSON with a comma too many",
      "nasbench101",
      '{"index": 1,, "hash": ""}',
      'at character 13 a name in quotes is expected, found ","',
    ],
  ])("%s", async (_, space, text, sentence) => {
    const { code, out, err } = await command(["convert", space, "--to", "matrix", text]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(sentence);
    expect(err).toMatch(/^archscape: [^\n]*\.\n$/);
  });
});

describe("the caret", () => {
  it("stands under the character, also in the middle of a long text and behind its end", () => {
    const text = Array.from({ length: 500 }, (_, i) => i % 10).join("");
    for (const position of [0, 7, 250, 499, 500]) {
      const [line = "", mark = ""] = caret(text, position, 60).split("\n");
      expect(line.length).toBeLessThanOrEqual(58);
      expect(line[mark.indexOf("^")] ?? "").toBe(text[position] ?? "");
    }
    expect(caret("a\tb\nc", 2, 60)).toBe("  a b c\n    ^\n");
  });
});
