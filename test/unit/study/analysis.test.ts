import { describe, expect, it } from "vitest";
import type { LabelTable, Metric } from "../../../src/formats/label-table.ts";
import { analyse } from "../../../src/study/analysis.ts";
import { readStudy } from "../../../src/study/definition.ts";
import { studyLabels } from "../../../src/study/labels.ts";
import type { RunLine } from "../../../src/study/run-lines.ts";

/** Six labelled architectures. Architecture 4 has the best validation, 5 the best test. */
const VALID = [0.5, 0.6, 0.7, 0.8, 0.9, 0.85];
const TEST = [0.4, 0.65, 0.6, 0.75, 0.8, 0.95];
const SECONDS = [10, 20, 30, 40, 50, 60];

const metric = (name: string, values: readonly number[], rest: Partial<Metric> = {}): Metric => {
  const all = new Float64Array(15_625).fill(Number.NaN);
  all.set(values);
  return { name, quantity: "accuracy", unit: "%", goal: "max", scale: 100, values: all, present: values.length, ...rest };
};
const TABLE: LabelTable = {
  space: "nasbench201",
  source: "labels.csv",
  rows: 6,
  metrics: [
    metric("valid", VALID),
    metric("test", TEST),
    metric(
      "error",
      VALID.map((value) => 1 - value),
      { quantity: "error", goal: "min", unit: "", scale: 1 },
    ),
    metric("seconds", SECONDS, { quantity: "time", goal: "min", unit: "s", scale: 1 }),
  ],
  warnings: ['The column "error" is empty in 1 row (9).', "The table labels 6 of the 15,625 architectures of NAS-Bench-201."],
};
const STUDY = {
  archscape: "study 1",
  name: "by hand",
  space: "nasbench201",
  metric: "valid",
  report: "test",
  cost: { column: "seconds", times: 0.5 },
  budget: { queries: 3 },
  seeds: "1-4",
  strategies: [{ strategy: "random" }, { name: "other", strategy: "random" }],
};
const study = (changes: object = {}) => readStudy(JSON.stringify({ ...STUDY, ...changes }), "study.json");
const run = (name: string, seed: number, asked: number[]): RunLine => ({
  type: "run",
  name,
  seed,
  end: "budget",
  seconds: 1,
  asked,
});
const RUNS = [
  run("random", 1, [0, 1, 2]),
  run("random", 2, [1, 0, 3]),
  run("random", 3, [5, 2, 1]),
  run("other", 1, [0, 4, 5]),
  run("other", 2, [3, 0, 1]),
  run("other", 3, [5, 4, 4]),
];

function analysed(changes: object = {}, runs: readonly RunLine[] = RUNS) {
  const definition = study(changes);
  const analysis = analyse(definition, studyLabels(TABLE, definition), runs);
  const [searched, reported] = analysis.measures;
  if (!searched) throw new Error("no measure");
  return { analysis, searched, reported };
}

describe("the analysis of a study", () => {
  it("reports the architecture with the best searched value, never the best reported one", () => {
    const { searched, reported } = analysed();
    expect([...(searched.strategies[0]?.finals ?? [])]).toEqual([
      [1, 70],
      [2, 80],
      [3, 85],
    ]);
    // The run of seed 1 saw architecture 5 with 95 % test, but 4 has the better validation.
    expect([...(reported?.strategies[1]?.finals ?? [])]).toEqual([
      [1, 80],
      [2, 75],
      [3, 80],
    ]);
  });

  it("gives mean, median, regret and quartiles in the table's own unit", () => {
    const { searched } = analysed();
    const random = searched.strategies[0];
    expect(searched.optimum).toBe(90);
    expect(random?.mean).toBeCloseTo(235 / 3, 10);
    expect(random?.regret).toBeCloseTo(90 - 235 / 3, 10);
    expect(random?.median).toBe(80);
    expect(random?.quartiles.low).toBeCloseTo(75, 10);
    expect(random?.quartiles.high).toBeCloseTo(82.5, 10);
  });

  it("pairs runs by seed", () => {
    const { searched } = analysed();
    const [comparison] = searched.comparisons;
    // 90 - 70, 80 - 80, 90 - 85.
    expect(comparison).toMatchObject({ name: "other", baseline: "random", pairs: 3, better: 2, equal: 1, worse: 0 });
    expect(comparison?.difference).toBeCloseTo(25 / 3, 10);
    // Signs of 20 and 5: two of four are as far from 0.
    expect(comparison?.p).toBe(0.5);
    expect(comparison?.adjustedP).toBe(0.5);
  });

  it("counts queries to the best value, those that never came to it as infinite", () => {
    const { searched, reported } = analysed();
    expect(searched.strategies.map(({ toOptimum }) => toOptimum)).toEqual([
      { reached: 0, median: undefined },
      { reached: 2 / 3, median: 2 },
    ]);
    // In test: random's seed 3 and other's seed 3 begin with architecture 5.
    expect(reported?.strategies.map(({ toOptimum }) => toOptimum.reached)).toEqual([1 / 3, 1 / 3]);
  });

  it("compares after fewer queries, too, runs that ended before with their last value", () => {
    const { searched, reported } = analysed({ stages: [2, 1, 9] });
    expect(searched.stages.map(({ queries }) => queries)).toEqual([1, 2, 9]);
    const [first, second, last] = searched.stages;
    // First queries: 50, 60, 85 against 50, 80, 85.
    expect(first?.strategies.map(({ mean }) => Math.round(3 * mean))).toEqual([195, 215]);
    expect(first?.comparisons[0]).toMatchObject({ better: 1, equal: 2, worse: 0 });
    // After two: 60, 60, 85 against 90, 80, 90.
    expect(second?.strategies.map(({ mean }) => Math.round(3 * mean))).toEqual([205, 260]);
    expect(last?.comparisons).toEqual(searched.comparisons);
    // Test values of the architectures that were best by validation: 65, 65, 95 and 80, 75, 80.
    expect(reported?.stages[1]?.strategies.map(({ mean }) => Math.round(3 * mean))).toEqual([225, 235]);
  });

  it("draws the best so far by queries and by what they cost", () => {
    const { searched } = analysed();
    const other = searched.strategies[1];
    expect([...(other?.byQuery.at ?? [])]).toEqual([1, 2, 3]);
    const means = [...(other?.byQuery.mean ?? [])];
    for (const [i, sum] of [50 + 80 + 85, 90 + 80 + 90, 90 + 80 + 90].entries()) expect(means[i]).toBeCloseTo(sum / 3, 10);
    // Half of the column: firsts cost 5, 20 and 30; the last of seed 1 ends at 5 + 25 + 30, of seed 3 at 30 + 25 + 25.
    expect(other?.byCost?.at[0]).toBe(30);
    expect(other?.byCost?.at.at(-1)).toBe(80);
    // At 30 seconds, seed 1 has paid for 0 and 4, seed 2 for 3 and 0, seed 3 for 5.
    expect(other?.byCost?.mean[0]).toBeCloseTo((90 + 80 + 85) / 3, 10);
  });

  it("does not depend on the order in which runs arrived, and leaves out what is not of the study", () => {
    const strange = [run("gone", 1, [0]), run("random", 99, [0])];
    expect(analysed({}, [...strange, ...RUNS].reverse()).analysis).toEqual(analysed().analysis);
  });

  it("minimises where less is better", () => {
    const { searched } = analysed({ metric: "error", report: undefined });
    expect(searched.optimum).toBeCloseTo(0.1, 10);
    expect(searched.strategies[0]?.regret).toBeCloseTo((0.3 + 0.2 + 0.15) / 3 - 0.1, 10);
    expect(searched.comparisons[0]?.difference).toBeCloseTo(0.25 / 3, 10);
    expect(searched.comparisons[0]?.better).toBe(2);
  });

  it("knows how much is still to come, and says nothing about strategies without a run", () => {
    const { analysis, searched } = analysed({}, RUNS.slice(0, 3));
    expect([analysis.runs, analysis.total]).toEqual([3, 8]);
    expect(searched.strategies.map(({ name }) => name)).toEqual(["random"]);
    expect(searched.comparisons).toEqual([]);
  });
});

describe("the labels of a study", () => {
  it("refuses columns that the table lacks", () => {
    expect(() => studyLabels(TABLE, study({ report: ["test", "best"] }))).toThrow(
      'The reported column "best" is not in labels.csv',
    );
    expect(() => studyLabels(TABLE, study({ cost: "minutes" }))).toThrow('The cost column "minutes" is not in labels.csv');
    expect(() => studyLabels(TABLE, study({ budget: { queries: 7 } }))).toThrow("at most 6 queries");
  });

  it("repeats only warnings that matter to it", () => {
    expect(studyLabels(TABLE, study()).warnings).toEqual(["The table labels 6 of the 15,625 architectures of NAS-Bench-201."]);
    expect(studyLabels(TABLE, study({ report: "error" })).warnings).toHaveLength(2);
  });
});
