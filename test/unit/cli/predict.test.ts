import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readLabelTable } from "../../../src/formats/read-label-table.ts";
import { nasbench201 } from "../../../src/spaces/index.ts";
import { command, fresh, TABLE } from "./command.ts";

const COMPARE = ["predict", "nasbench201", "--table", TABLE, "--metric", "valid_accuracy", "--held-out", "200"] as const;

interface Line {
  readonly predictor: string;
  readonly encoding: string;
  readonly labels: number;
  readonly seed: number;
  readonly tau: number;
}

describe("archscape predict --labels", () => {
  it("tells each score, and mean and spread over seeds", async () => {
    const asked = ["--labels", "20,40", "--seeds", "1-2", "--predictors", "ridge", "--encodings", "structure,operations"];
    const ran = await command([...COMPARE, ...asked, "--json"]);
    expect(ran.code).toBe(0);
    const runs = ran.lines().filter(({ type }) => type === "run") as unknown as Line[];
    expect(runs).toHaveLength(8);
    expect(runs[0]).toMatchObject({ space: "nasbench201", metric: "valid_accuracy", predictor: "ridge", heldOut: 200 });
    const scores = ran.result()["scores"] as { encoding: string; labels: number; seeds: number; tau: { mean: number } }[];
    const own = runs.filter(({ encoding, labels }) => encoding === "operations" && labels === 40);
    const found = scores.find(({ encoding, labels }) => encoding === "operations" && labels === 40);
    expect(found?.seeds).toBe(2);
    expect(found?.tau.mean).toBeCloseTo(own.reduce((sum, { tau }) => sum + tau, 0) / 2, 8);
  });

  it("keeps scores in a file, does none of them again, and keeps no label", async () => {
    const out = fresh("scores.jsonl");
    const asked = [...COMPARE, "--labels", "20", "--predictors", "ridge", "--encodings", "structure", "--out", out, "--json"];
    await command([...asked, "--seeds", "1"]);
    const first = readFileSync(out, "utf8");
    const more = await command([...asked, "--seeds", "1,2"]);
    expect(more.lines().filter(({ type }) => type === "run")).toHaveLength(1);
    const lines = readFileSync(out, "utf8").trimEnd().split("\n");
    expect(lines).toHaveLength(2);
    expect(`${lines[0]}\n`).toBe(first);
    expect(Object.keys(JSON.parse(lines[1] as string))).not.toContain("values");
    writeFileSync(out, "no score\n");
    expect((await command([...asked, "--seeds", "1"])).err + (await command([...asked, "--seeds", "1"])).out).toContain(
      "line 1 is no score",
    );
  });

  it("refuses in one sentence what cannot be compared", async () => {
    const many = await command([...COMPARE, "--labels", "999999"]);
    expect(many.code).toBe(2);
    expect(many.err).toContain("Expected at least two architectures beside the 999999 labelled ones, found 2675 labels");
    const alone = await command([...COMPARE, "--labels", "20", "--predictors", "encoder", "--encodings", "path"]);
    expect(alone.err).toContain("None of the predictors encoder goes with path");
    expect((await command([...COMPARE, "--labels", "20", "--encodings", "paths"])).err).toContain('found "paths"');
    expect((await command([...COMPARE, "--labels", "20", "--metric", "nothing"])).err).toContain(
      'The column "nothing" is not in',
    );
  });
});

describe("archscape predict", () => {
  it("writes what it expects of every architecture, and how sure it is, as a label table", async () => {
    const partial = fresh("partial.csv");
    const rows = readFileSync(TABLE, "utf8").split("\n").slice(0, 101);
    writeFileSync(partial, `${rows.join("\n")}\n`);
    const out = fresh("predicted.csv");
    const asked = ["--table", partial, "--metric", "valid_accuracy", "--predictors", "gp", "--encodings", "structure"];
    const ran = await command(["predict", "nasbench201", ...asked, "--out", out, "--json"]);
    expect(ran.result()).toMatchObject({ type: "result", architectures: 15_625, labels: 100, predictor: "gp" });
    const space = nasbench201();
    const table = readLabelTable(space, readFileSync(out, "utf8"), { source: "predicted.csv" });
    expect(table.warnings).toEqual([]);
    const [predicted, uncertainty] = table.metrics;
    expect(predicted).toMatchObject({ name: "predicted_valid_accuracy", unit: "%", goal: "max", present: space.size });
    expect(uncertainty).toMatchObject({ name: "uncertainty", goal: "min", present: space.size });
    const [known] = readLabelTable(space, readFileSync(partial, "utf8"), { source: "partial.csv", partial: true }).metrics;
    const labelled = Array.from(known?.values ?? []).flatMap((value, index) =>
      Number.isFinite(value) ? [{ value, index }] : [],
    );
    const best = labelled.reduce((a, b) => (a.value > b.value ? a : b));
    const worst = labelled.reduce((a, b) => (a.value < b.value ? a : b));
    expect(predicted?.values[best.index]).toBeGreaterThan(predicted?.values[worst.index] as number);
  });

  it("asks for a file to write to, and for one predictor", async () => {
    const { err } = await command(["predict", "nasbench201", "--table", TABLE, "--metric", "valid_accuracy"]);
    expect(err).toContain("Expected --out FILE.csv for the predictions, or --labels COUNTS to compare predictors.");
    const two = ["--out", fresh("two.csv"), "--predictors", "gp,ridge"];
    expect((await command(["predict", "nasbench201", "--table", TABLE, "--metric", "valid_accuracy", ...two])).err).toContain(
      "Expected one predictor and one encoding",
    );
  });
});
