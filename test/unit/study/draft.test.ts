import { describe, expect, it } from "vitest";
import { readStudy } from "../../../src/study/definition.ts";
import { draftOfRuns, draftText } from "../../../src/study/draft.ts";
import type { KeptRuns, StrategyLine } from "../../../src/study/run-lines.ts";
import { seedList, seedsText } from "../../../src/study/seed-list.ts";

const random: StrategyLine = {
  type: "strategy",
  name: "random",
  strategy: "random",
  options: {},
  protocol: "released",
  points: "none",
  budget: { seconds: 500 },
};
const kept: KeptRuns = {
  study: {
    type: "study",
    archscape: "study runs 1",
    space: { name: "nasbench201" },
    metric: "c10_valid_12ep",
    cost: "0.06 x seconds x 2",
    table: "a".repeat(64),
    embedding: null,
    version: "0",
  },
  strategies: [
    random,
    { ...random, name: "by edits", strategy: "evolution", options: { population: 8 }, budget: { queries: 20 } },
  ],
  runs: [3, 1, 2, 7].map((seed) => ({ type: "run", name: "random", seed, end: "budget", seconds: 1, asked: [seed] })),
  bytes: 0,
};

describe("the study that a file of runs is of", () => {
  it("has their strategies with all that decided them, their seeds, and what they paid", () => {
    const study = readStudy(draftText(draftOfRuns(kept, { name: "runs", report: "c10_test" })), "runs");
    expect(study).toMatchObject({
      name: "runs",
      metric: "c10_valid_12ep",
      reports: ["c10_test"],
      cost: { column: "seconds x 2", times: 0.06 },
      seeds: [1, 2, 3, 7],
      baseline: "random",
    });
    expect(study.entries).toMatchObject([
      { name: "random", protocol: "released", points: "none", budget: { seconds: 500 } },
      { name: "by edits", strategy: "evolution", options: { population: 8 }, budget: { queries: 20 } },
    ]);
  });

  it("takes a column whose name looks like a factor for what it is", () => {
    const cost = (name: string) => draftOfRuns({ ...kept, study: { ...kept.study, cost: name } }, { name: "runs" }).cost;
    expect(cost("seconds")).toBe("seconds");
    expect(cost("gpu x hours")).toBe("gpu x hours");
  });
});

describe("seeds as text", () => {
  it("read as they were written", () => {
    for (const text of ["1-10, 12", "7", "3, 2, 1"]) expect(seedsText(seedList(text))).toBe(text);
    expect(seedsText([1, 2, 3, 5, 6])).toBe("1-3, 5-6");
  });
});
