import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/errors.ts";
import { readStudy } from "../../../src/study/definition.ts";

const STUDY = {
  archscape: "study 1",
  name: "Two strategies",
  space: "nasbench201",
  metric: "valid",
  budget: { queries: 20 },
  seeds: "1-3,7",
  strategies: [{ strategy: "random" }, { name: "BO", strategy: "bo", options: { batch: 5 }, points: "path" }],
};
const read = (changes: object = {}) => readStudy(JSON.stringify({ ...STUDY, ...changes }), "study.json");

function refusal(changes: object): string {
  try {
    read(changes);
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  throw new Error("the study was not refused");
}

describe("a study as JSON", () => {
  it("fills in what is left out", () => {
    expect(read()).toEqual({
      name: "Two strategies",
      space: { name: "nasbench201" },
      metric: "valid",
      reports: [],
      seeds: [1, 2, 3, 7],
      entries: [
        { name: "random", strategy: "random", options: {}, protocol: "corrected", points: "none", budget: { queries: 20 } },
        { name: "BO", strategy: "bo", options: { batch: 5 }, protocol: "corrected", points: "path", budget: { queries: 20 } },
      ],
      baseline: "random",
      references: [],
      stages: [],
    });
  });

  it("searches its embedding unless a strategy says otherwise, with a budget of its own where it has one", () => {
    const strategies = [
      { strategy: "bo", protocol: "released" },
      { strategy: "bo", name: "paths", points: "path", budget: { seconds: 50 } },
    ];
    const study = read({
      pretrained: "released",
      cost: { column: "time", times: 0.06 },
      report: "test",
      strategies,
      baseline: "paths",
    });
    expect(study.source).toEqual({ kind: "pretrained", protocol: "released" });
    expect(study.cost).toEqual({ column: "time", times: 0.06 });
    expect(study.reports).toEqual(["test"]);
    expect(study.entries.map(({ points, protocol, budget }) => [points, protocol, budget])).toEqual([
      ["embedding", "released", { queries: 20 }],
      ["path", "corrected", { seconds: 50 }],
    ]);
    expect(study.baseline).toBe("paths");
  });

  it("carries what others found, as mean and perhaps standard deviation", () => {
    const found = { name: "BO", from: "a paper", values: { valid: 91.4, test: [94.2, 0.2] } };
    expect(read({ report: "test", references: [found] }).references).toEqual([
      { name: "BO", from: "a paper", values: { valid: [91.4], test: [94.2, 0.2] } },
    ]);
    expect(refusal({ references: [found] })).toContain('references: "BO" has a value of test, expected valid');
  });

  it.each([
    ["an unknown field", { metrics: "valid" }, "study.json: metrics: this field is not known; known are archscape, name, space,"],
    [
      "an unknown field of a strategy",
      { strategies: [{ strategy: "random", seed: 1 }] },
      "study.json: strategies[0].seed: this field is not known; known are name, strategy, options",
    ],
    ["a missing metric", { metric: undefined }, "study.json: metric: expected"],
    ["an unknown space", { space: "nasbench999" }, 'study.json: space: The search space "nasbench999" is not known'],
    [
      "an unknown strategy",
      { strategies: [{ strategy: "magic" }] },
      "study.json: strategies[0]: Strategy: expected one of random",
    ],
    [
      "an unknown option",
      { strategies: [{ strategy: "random", options: { batch: 1 } }] },
      'study.json: strategies[0]: Strategy random has no option "batch"',
    ],
    ["bad seeds", { seeds: "5-1" }, "study.json: seeds: Expected a range that goes up"],
    ["no strategy", { strategies: [] }, "study.json: strategies: expected at least one strategy, found none."],
    [
      "two budgets",
      { budget: { queries: 1, seconds: 1 } },
      'study.json: budget: expected either {"queries": number} or {"seconds": number}',
    ],
    [
      "seconds without a cost",
      { budget: { seconds: 9 } },
      "study.json: strategies[0]: a budget in seconds is paid from a cost column",
    ],
    [
      "two embeddings",
      { model: "a", embedding: "b" },
      "study.json: embedding: expected at most one of model, embedding and pretrained, found model and embedding.",
    ],
    [
      "a name twice",
      { strategies: [{ strategy: "random" }, { strategy: "random" }] },
      'study.json: strategies: expected a name each, found "random" twice',
    ],
    ["an unknown baseline", { baseline: "RL" }, 'study.json: baseline: expected one of random, BO, found "RL".'],
    [
      "points that are not there",
      { strategies: [{ strategy: "random", points: "embedding" }] },
      "study.json: strategies[0]: points embedding: expected a model",
    ],
    [
      "a strategy without its points",
      { strategies: [{ strategy: "bo" }] },
      "study.json: strategies[0]: the strategy bo learns from points",
    ],
    [
      "decisions where a sample is listed",
      { space: "darts", strategies: [{ strategy: "reinforce-categorical" }] },
      "study.json: strategies[0]: Strategy reinforce-categorical decides on every operation and edge by itself: expected NAS-Bench-101",
    ],
    ["another format", { archscape: "study 2" }, 'study.json: archscape: expected "study 1", found "study 2".'],
  ])("refuses %s", (_, changes, sentence) => {
    expect(refusal(changes)).toContain(sentence);
  });

  it("tells every mistake with a sentence of its own", () => {
    const told = refusal({ seeds: "x", space: "mars", strategies: [{ strategy: "magic" }] });
    expect(told.match(/study\.json: /g)).toHaveLength(3);
  });

  it("refuses what is no JSON", () => {
    expect(() => readStudy("name: x", "study.json")).toThrow("study.json: expected a study as JSON");
  });
});
