import { describe, expect, it } from "vitest";
import type { LabelTable, Metric } from "../../../src/formats/label-table.ts";
import { labelTableObjective } from "../../../src/objectives/label-table.ts";

const column = (name: string, values: number[], more: Partial<Metric> = {}): Metric => ({
  name,
  quantity: "accuracy",
  unit: "%",
  goal: "max",
  scale: 100,
  values: Float64Array.from(values),
  present: values.filter((value) => !Number.isNaN(value)).length,
  ...more,
});
const time = { quantity: "time", unit: "s", goal: "min", scale: 1 } as const;
const NONE = Number.NaN;

const table: LabelTable = {
  space: "nasbench201",
  source: "labels.csv",
  rows: 4,
  warnings: [],
  metrics: [
    column("valid", [0.1, NONE, 0.3, 0.4]),
    column("test", [0.2, 0.2, NONE, 0.5]),
    column("seconds", [10, 20, 30, NONE], time),
    column("ms", [1000, 2000, 3000, 4000], { ...time, unit: "ms" }),
    column("refund", [1, -2, 3, 4], time),
    column("empty", [NONE, NONE, NONE, NONE]),
  ],
};
const there = (choice: Parameters<typeof labelTableObjective>[1]): boolean[] => {
  const objective = labelTableObjective(table, choice);
  return [0, 1, 2, 3].map(objective.has);
};

describe("a label table as an objective", () => {
  it("has the architectures with a searched value and, where it is paid with, a cost", () => {
    expect(there({ metric: "valid", report: "test" })).toEqual([true, false, true, true]);
    expect(there({ metric: "valid", cost: "seconds" })).toEqual([true, false, true, false]);
  });

  it("gives the value as a fraction, the report beside it, and nothing for a report that is missing", async () => {
    const objective = labelTableObjective(table, { metric: "valid", report: "test", cost: "seconds" });
    expect(await objective.evaluate(0)).toEqual({ value: 0.1, report: 0.2, cost: 10 });
    expect(await objective.evaluate(2)).toEqual({ value: 0.3, cost: 30 });
    await expect(objective.evaluate(1)).rejects.toThrow("no label");
  });

  it("pays in seconds, also from a column of milliseconds, and nothing without a column", async () => {
    expect((await labelTableObjective(table, { metric: "valid", cost: "ms" }).evaluate(2)).cost).toBe(3);
    expect((await labelTableObjective(table, { metric: "valid" }).evaluate(2)).cost).toBe(0);
  });

  it("turns a metric to be minimised around", async () => {
    expect((await labelTableObjective(table, { metric: "ms" }).evaluate(1)).value).toBe(-2000);
  });

  it("refuses columns that are not there, empty ones, and costs that are none", () => {
    expect(() => labelTableObjective(table, { metric: "vaild" })).toThrow(
      /searched column "vaild" is not in labels.csv, which has valid, test/,
    );
    expect(() => labelTableObjective(table, { metric: "valid", report: "x" })).toThrow(/reported column "x"/);
    expect(() => labelTableObjective(table, { metric: "empty" })).toThrow("No architecture of labels.csv has a value in empty.");
    expect(() => labelTableObjective(table, { metric: "valid", cost: "test" })).toThrow(
      "expected seconds, found test (accuracy)",
    );
    expect(() => labelTableObjective(table, { metric: "valid", cost: "refund" })).toThrow("found -2 for architecture 1");
  });
});
