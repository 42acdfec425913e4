import { describe, expect, it } from "vitest";
import {
  lineText,
  type RunLine,
  readRuns,
  type StrategyLine,
  type StudyLine,
  whatChanged,
  withBackendsOf,
} from "../../../src/study/run-lines.ts";

const STUDY: StudyLine = {
  type: "study",
  archscape: "study runs 1",
  space: { name: "nasbench201" },
  metric: "valid",
  cost: null,
  table: "a".repeat(64),
  embedding: null,
  version: "1",
};
const BO: StrategyLine = {
  type: "strategy",
  name: "BO",
  strategy: "bo",
  options: { batch: 5 },
  protocol: "corrected",
  points: "path",
  budget: { queries: 3 },
};
const run = (seed: number, asked = [4, 2, 9]): RunLine => ({ type: "run", name: "BO", seed, end: "budget", seconds: 0.5, asked });
const FILE = [STUDY, BO, run(1), run(2)].map(lineText).join("");

describe("the file of a study's runs", () => {
  it("reads what was written", () => {
    expect(readRuns(FILE, "runs")).toEqual({
      study: STUDY,
      strategies: [BO],
      runs: [run(1), run(2)],
      bytes: FILE.length,
    });
  });

  it("drops a last line that was torn off, wherever it was", () => {
    for (const cut of [1, 20, lineText(run(2)).length - 1]) {
      const kept = readRuns(FILE.slice(0, -cut), "runs");
      expect(kept?.runs).toEqual([run(1)]);
      expect(kept?.bytes).toBe(FILE.length - lineText(run(2)).length);
    }
    expect(readRuns(lineText(STUDY).slice(0, -1), "runs")).toBeUndefined();
    expect(readRuns("", "runs")).toBeUndefined();
  });

  it("takes the first of a seed that stands there twice", () => {
    expect(readRuns(FILE + lineText(run(2, [7])), "runs")?.runs).toEqual([run(1), run(2)]);
  });

  it("counts bytes, not letters", () => {
    const text = [STUDY, { ...BO, name: "größer" }].map(lineText).join("");
    expect(readRuns(text, "runs")?.bytes).toBe(text.length + 2);
  });

  it("refuses a whole line of something else, and names it", () => {
    expect(() => readRuns(`${FILE}nonsense\n${lineText(run(3))}`, "runs")).toThrow("line 5 is no line of a study's runs");
    expect(() => readRuns(lineText(BO), "runs")).toThrow("line 1 is no line");
  });
});

describe("going on with runs", () => {
  const kept = { study: STUDY, strategies: [BO] };

  it("asks for the same table, metric, embedding and options, and says what changed", () => {
    const changed = (study: Partial<StudyLine>, strategy: Partial<StrategyLine> = {}) =>
      whatChanged(kept, { study: { ...STUDY, ...study }, strategies: [{ ...BO, ...strategy }] }, "runs", "go back.");
    expect(changed({})).toBeUndefined();
    expect(changed({ table: "b".repeat(64) })).toContain("another label table (aaaaaaaaaaaa, now bbbbbbbbbbbb)");
    expect(changed({ metric: "test" })).toContain("another metric (valid, now test)");
    expect(changed({ embedding: "c".repeat(64) })).toContain("another embedding (none, now cccccccccccc)");
    expect(changed({ cost: "time" })).toContain("another cost (none, now time)");
    expect(changed({}, { options: { batch: 6 } })).toContain("another option batch of BO (5, now 6)");
    expect(changed({}, { budget: { queries: 4 } })).toContain('another budget of BO ({"queries":3}, now {"queries":4})');
  });

  it("asks for the same search backend, device included, and shows runs as they were worked out", () => {
    const onGpu = { study: STUDY, strategies: [{ ...BO, backend: "webgpu: one" }] };
    const changed = (backend: string | undefined) =>
      whatChanged(onGpu, { study: STUDY, strategies: [{ ...BO, ...(backend ? { backend } : {}) }] }, "runs", "go back.");
    expect(changed("webgpu: one")).toBeUndefined();
    expect(changed("webgpu: other")).toContain("another search backend of BO (webgpu: one, now webgpu: other)");
    expect(changed(undefined)).toContain("another search backend of BO (webgpu: one, now js)");
    const other = { ...BO, name: "other" };
    expect(withBackendsOf(onGpu, [BO, other])).toEqual([...onGpu.strategies, other]);
    expect(readRuns([STUDY, ...onGpu.strategies].map(lineText).join(""), "runs")?.strategies).toEqual(onGpu.strategies);
  });

  it("lets strategies come and go, and takes no notice of the order of options", () => {
    expect(
      whatChanged(kept, { study: STUDY, strategies: [{ ...BO, name: "other", options: {} }] }, "runs", "go back."),
    ).toBeUndefined();
    const two = { ...BO, options: { a: 1, b: 2 } };
    const turned = { ...BO, options: { b: 2, a: 1 } };
    expect(
      whatChanged({ study: STUDY, strategies: [two] }, { study: STUDY, strategies: [turned] }, "runs", "go back."),
    ).toBeUndefined();
  });
});
