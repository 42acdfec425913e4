import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { VERSION } from "../../../src/version.ts";
import { command, fixturePath, fresh, smallModel, TABLE } from "./command.ts";

const COMMANDS = ["pretrain", "embed", "search", "convert", "verify", "info"] as const;
const SEARCH = ["search", "nasbench201", "--labels", TABLE, "--metric", "valid_accuracy"] as const;

describe("archscape", () => {
  it("explains itself on request, and as an error where no command is given", async () => {
    const asked = await command(["--help"]);
    expect(asked.code).toBe(0);
    for (const name of COMMANDS) expect(asked.out).toContain(`  ${name}`);
    const nothing = await command([]);
    expect(nothing.code).toBe(2);
    expect(nothing.err).toBe(asked.out);
  });

  it.each(COMMANDS)("explains %s with an example, the JSON lines and the exit codes", async (name) => {
    const { code, out } = await command([name, "--help"]);
    expect(code).toBe(0);
    expect(out).toContain(`\n  archscape ${name}`);
    expect(out).toContain('{"type":"result"');
    expect(out).toContain("130  cancelled");
  });

  it("prints its version", async () => {
    expect(await command(["--version"])).toMatchObject({ code: 0, out: `${VERSION}\n` });
  });
});

describe("bad input", () => {
  const cases: [string, readonly string[], string][] = [
    ["an unknown command", ["serch"], "unknown command 'serch'"],
    ["an unknown option", ["info", "--verbos"], "unknown option '--verbos'"],
    ["an unknown space", ["pretrain", "nasbench301", "--out", fresh("m")], 'The search space "nasbench301" is not known'],
    ["a missing option", ["pretrain", "nasbench201"], "required option '--out <file>' not specified"],
    [
      "a number out of range",
      ["pretrain", "nasbench201", "--out", fresh("m"), "--dropout", "1"],
      "dropout: expected a number from 0, below 1",
    ],
    ["a number that is none", ["pretrain", "nasbench201", "--out", fresh("m"), "--epochs", "ten"], "Expected a number"],
    [
      "a sample of a space that is listed whole",
      ["pretrain", "nasbench101", "--cells", "9", "--out", fresh("m")],
      "NAS-Bench-101 is listed whole",
    ],
    [
      "an unknown choice",
      ["pretrain", "nasbench201", "--out", fresh("m"), "--protocol", "own"],
      "Allowed choices are released, corrected",
    ],
    [
      "a missing checkpoint",
      ["embed", "nasbench201", "--model", "none.safetensors", "--out", fresh("e.npy")],
      "Cannot read none.safetensors: there is no such file",
    ],
    ["an unknown format", ["embed", "nasbench201", "--model", "m", "--out", fresh("e.txt")], "ends in .safetensors, .npy, .csv"],
    ["a folder to write to", ["pretrain", "nasbench201", "--out", "/"], "it is a folder"],
    ["a search of nothing", SEARCH, "Expected --model FILE, --embedding FILE or --encoding NAME"],
    ["two budgets", [...SEARCH, "--embedding", "e.npy", "--queries", "5", "--seconds", "9"], "cannot be used with option"],
    ["seconds without a cost", [...SEARCH, "--embedding", "e.npy", "--seconds", "9"], "a cost column"],
    ["more queries than labels", [...SEARCH, "--embedding", "e.npy", "--queries", "3000"], "at most 2675 queries"],
    ["an unknown column", [...SEARCH, "--embedding", "e.npy", "--report", "c10_test"], '"c10_test" is not in fashion201.csv'],
    ["an unknown strategy option", [...SEARCH, "--embedding", "e.npy", "--set", "inital=3"], 'no option "inital"'],
    [
      "a table that is none",
      ["search", "nasbench201", "--labels", fixturePath("darts"), "--metric", "x", "--embedding", "e.npy"],
      "Cannot read golden-hidden32-darts.safetensors",
    ],
    ["a golden file that is none", ["verify", TABLE], "it is no safetensors file"],
  ];

  it.each(cases)("%s is told in one sentence, with exit code 2", async (_, args, sentence) => {
    const { code, out, err } = await command(args);
    expect(err).toContain(sentence);
    expect(err).toMatch(/^archscape: .*\n/);
    expect(err).not.toContain("    at ");
    expect({ code, out }).toEqual({ code: 2, out: "" });
  });

  it.each(cases)("%s is one JSON line with --json", async (_, args, sentence) => {
    const { code, lines } = await command([...args, "--json"]);
    expect(code).toBe(2);
    expect(lines()).toEqual([{ type: "error", message: expect.stringContaining(sentence) }]);
  });

  it("never replaces a file without --force", async () => {
    const out = fresh("kept.safetensors");
    writeFileSync(out, "precious");
    const { code, err } = await command(["pretrain", "nasbench201", "--out", out]);
    expect(code).toBe(2);
    expect(err).toContain("the file exists; add --force to replace it");
    expect(readFileSync(out, "utf8")).toBe("precious");
  });

  it("does not go on from a model of another width", async () => {
    const model = fresh("model.safetensors");
    writeFileSync(model, smallModel());
    const narrow = await command(["pretrain", "nasbench201", "--resume", model, "--out", fresh("m.safetensors")]);
    expect(narrow.err).toContain("expected a model of width 128, found width 32");
  });
});
