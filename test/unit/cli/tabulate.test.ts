import { appendFileSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readLabelTable } from "../../../src/formats/read-label-table.ts";
import { nasbench201 } from "../../../src/spaces/index.ts";
import { command, fresh, TABLE } from "./command.ts";

const SMALL = ["--channels", "4", "--stages", "1", "--batch", "16", "--jobs", "1"] as const;
const scores = (out: string, ...more: string[]) =>
  command(["tabulate", "nasbench201", "--objectives", "params,naswot", "--out", out, ...SMALL, "--json", ...more]);
/** Rows of the table without the wall time. */
const rows = (path: string): string[] =>
  readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => line.slice(0, line.lastIndexOf(",")));

describe("archscape tabulate", () => {
  it("makes a table that the product reads, and goes on where it was stopped to the same rows", async () => {
    const [whole, parts] = [fresh("whole.csv"), fresh("parts.csv")];
    const ran = await scores(whole, "--architectures", "5");
    expect(ran.code, ran.err + ran.out).toBe(0);
    expect(ran.result()).toMatchObject({ type: "result", rows: 5, total: 5 });
    await scores(parts, "--architectures", "3");
    // Torn off in the middle of a row.
    appendFileSync(parts, "12,|nor_");
    await scores(parts, "--architectures", "5");
    expect(rows(parts)).toEqual(rows(whole));
    const table = readLabelTable(nasbench201(), readFileSync(whole, "utf8"), { source: "whole.csv" });
    expect(table.metrics.map(({ name, quantity, goal }) => ({ name, quantity, goal }))).toEqual([
      { name: "params", quantity: "parameters", goal: "min" },
      { name: "naswot", quantity: "number", goal: "max" },
      { name: "seconds", quantity: "time", goal: "min" },
    ]);
    expect(JSON.parse(readFileSync(whole.replace(".csv", ".json"), "utf8"))).toMatchObject({
      objectives: ["params", "naswot"],
      seed: 1,
    });
  });

  it("trains, and says accuracies as fractions", async () => {
    const out = fresh("trained.csv");
    const images = ["--train", "200", "--validation", "100", "--test", "100", "--epochs", "2"];
    const ran = await command([
      "tabulate",
      "nasbench201",
      "--objectives",
      "accuracy",
      "--out",
      out,
      ...SMALL,
      ...images,
      "--architectures",
      "1",
    ]);
    expect(ran.code, ran.err).toBe(0);
    const [header, row] = readFileSync(out, "utf8").trimEnd().split("\n");
    expect(header).toBe("idx,arch,valid_accuracy,test_accuracy,train_loss,seconds");
    const [valid = -1, test = -1, loss = -1] = (row ?? "").split(",").slice(2).map(Number);
    for (const accuracy of [valid, test]) expect(accuracy >= 0 && accuracy <= 1).toBe(true);
    expect(loss).toBeGreaterThan(0);
  });

  it("says how its columns rank architectures beside another table's", async () => {
    const ran = await scores(fresh("compared.csv"), "--architectures", "40", "--compare", TABLE, "--metric", "valid_accuracy");
    const compared = ran.result()["compared"] as { objective: string; architectures: number; tau: number }[];
    expect(compared.map(({ objective }) => objective)).toEqual(["params", "naswot"]);
    for (const { architectures, tau } of compared) {
      expect(architectures).toBeGreaterThan(5);
      expect(Math.abs(tau)).toBeLessThanOrEqual(1);
    }
  });

  it("ends at Ctrl-C with the rows so far", async () => {
    const out = fresh("cancelled.csv");
    const ran = await command(
      ["tabulate", "nasbench201", "--objectives", "params", "--out", out, ...SMALL, "--architectures", "3"],
      AbortSignal.abort(),
    );
    expect(ran.code).toBe(130);
    expect(rows(out)).toEqual(["idx,arch,params"]);
  });

  it.each([
    [
      ["--objectives", "luck"],
      '--objectives: expected params, macs, naswot, synflow, gradient-norm, jacobian-covariance, accuracy, found "luck".',
    ],
    [["--stages", "4"], "the image must be a multiple of 8 pixels wide, found 14"],
    [["--train", "9000"], "expected at most 8000 images together"],
    [["--architectures", "7000"], "--architectures: expected at most 6466"],
    [["--compare", TABLE], "--compare and --metric belong together"],
  ])("refuses %s in one sentence", async (more, sentence) => {
    const out = fresh("refused.csv");
    const asked = ["tabulate", "nasbench201", "--objectives", "params", "--out", out, "--jobs", "1", ...more];
    const ran = await command(asked);
    expect(ran.code).toBe(2);
    expect(ran.err).toContain(sentence);
  });

  it("does not append to a table that was made in another way", async () => {
    const out = fresh("other.csv");
    await scores(out, "--architectures", "1");
    const before = readFileSync(out, "utf8");
    const ran = await scores(out, "--architectures", "1", "--seed", "2");
    expect(ran.code).toBe(2);
    expect(ran.out).toContain("was made in another way");
    expect(readFileSync(out, "utf8")).toBe(before);
  });
});
