import { describe, expect, it } from "vitest";
import { closingLine, countPlaywright, countVitest, settle, sum } from "../../../scripts/results.mjs";

const counts = (passed: number, failed: number, skipped = 0) => ({ passed, failed, skipped });

describe("counting the tests that vitest reports", () => {
  const report = (
    numbers: Partial<Record<"passed" | "failed" | "pending" | "todo", number>>,
    files: [string, string[]][] = [],
  ) => ({
    numPassedTests: numbers.passed ?? 0,
    numFailedTests: numbers.failed ?? 0,
    numPendingTests: numbers.pending ?? 0,
    numTodoTests: numbers.todo ?? 0,
    testResults: files.map(([status, tests]) => ({ status, assertionResults: tests.map((test) => ({ status: test })) })),
  });

  it("counts pending and todo tests as skipped", () => {
    expect(countVitest(report({ passed: 3, failed: 1, pending: 2, todo: 1 }))).toEqual(counts(3, 1, 3));
  });

  it("counts a file that does not load as one failure", () => {
    expect(
      countVitest(
        report({ passed: 1 }, [
          ["passed", ["passed"]],
          ["failed", []],
        ]),
      ),
    ).toEqual(counts(1, 1));
  });

  it("does not count a file twice whose tests failed", () => {
    expect(countVitest(report({ passed: 1, failed: 1 }, [["failed", ["passed", "failed"]]]))).toEqual(counts(1, 1));
  });
});

describe("counting the tests that Playwright reports", () => {
  it("counts a flaky test as a failure", () => {
    expect(countPlaywright({ stats: { expected: 4, unexpected: 1, flaky: 1, skipped: 2 }, errors: [] })).toEqual(counts(4, 2, 2));
  });

  it("counts an error outside the tests as a failure", () => {
    expect(countPlaywright({ stats: { expected: 0, unexpected: 0, flaky: 0, skipped: 0 }, errors: [{}] })).toEqual(counts(0, 1));
  });
});

describe("settling a suite", () => {
  it("takes the counts of a runner that succeeded", () => {
    expect(settle(0, counts(2, 0, 1))).toEqual(counts(2, 0, 1));
  });

  it("does not believe a runner that failed without a failing test", () => {
    expect(settle(1, counts(2, 0))).toEqual(counts(2, 1));
  });

  it("does not believe a suite that ran no test", () => {
    expect(settle(0, counts(0, 0, 3))).toEqual(counts(0, 1, 3));
  });

  it("counts a missing report as a failure", () => {
    expect(settle(0, undefined)).toEqual(counts(0, 1));
  });
});

describe("the closing line", () => {
  it("adds the suites up", () => {
    expect(closingLine(sum([counts(2, 0), counts(3, 1)]))).toBe("5 passed, 1 failed");
  });

  it("mentions skipped tests only where there are some", () => {
    expect(closingLine(counts(2, 0, 1))).toBe("2 passed, 0 failed, 1 skipped");
  });
});
