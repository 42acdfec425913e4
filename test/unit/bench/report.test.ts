import { describe, expect, it } from "vitest";
import { stepChart, ticksBetween } from "../../../bench/chart.ts";
import { lossDifference } from "../../../bench/compare.ts";
import { benchmarksDocument, number } from "../../../bench/report.ts";
import type { BenchmarkResult, EngineResult } from "../../../bench/result.ts";

const spread = (median: number) => ({ median, lower: 0.9 * median, upper: 1.1 * median, count: 7 });

const engine = (name: EngineResult["name"], title: string, ms: number): EngineResult => ({
  name,
  title,
  detail: `${title} 1.0`,
  ms: spread(ms),
  stepsPerBlock: 10,
  firstStepMs: 1234,
  losses: [2, 1],
  lossDifference: 1e-5,
});

const result: BenchmarkResult = {
  format: 1,
  date: "2026-01-31",
  environment: { runtime: "Node 20", adapter: "soft <adapter>", features: [], processors: 2, archscape: "0.1.0" },
  workload: {
    space: "NAS-Bench-201",
    nodes: 8,
    operations: 7,
    batchSize: 32,
    hidden: 128,
    latent: 16,
    layers: 4,
    protocol: "corrected",
  },
  rounds: 7,
  engines: [
    {
      ...engine("archscape", "Archscape", 20),
      calls: { dispatches: 18, submits: 0.5, buffers: 0, bindGroups: 0, pipelines: 0, writes: 0 },
      scriptMs: spread(0.04),
      hostMs: spread(0.3),
    },
    engine("tfjs-wasm", "TensorFlow.js, WASM", 50),
  ],
  absent: [{ title: "jax-js", reason: "no adapter" }],
  tasks: [{ name: "decode", title: "Decode points", items: 10_000, ms: spread(100) }],
  ceilings: [{ name: "copy", title: "Copy", unit: "GB/s", value: spread(8) }],
};

describe("the document", () => {
  const text = benchmarksDocument([{ name: "node", result }]);

  it("has a row an engine, with medians, quartiles and the ratio to the first", () => {
    expect(text).toContain("| Archscape | 20.0 (18.0 to 22.0) | 50.0 | 1 |");
    expect(text).toContain("| TensorFlow.js, WASM | 50.0 (45.0 to 55.0) | 20.0 | 2.50 |");
  });

  it("has calls a step of those engines only whose calls were counted", () => {
    expect(text).toContain("| Archscape | 18 | 0.5 | 0 | 0 |");
    expect(text.match(/^\| TensorFlow\.js, WASM/gm)).toHaveLength(1);
  });

  it("names what was not measured, and why", () => {
    expect(text).toContain("- jax-js: not measured. no adapter");
  });

  it("shows tasks and ceilings, where there are any", () => {
    expect(text).toContain("| Decode points | 10,000 | 100 (90.0 to 110) | 100,000 |");
    expect(text).toContain("| Copy | 8.00 (7.20 to 8.80) GB/s |");
    const bare = benchmarksDocument([{ name: "node", result: { ...result, tasks: [], ceilings: [] } }]);
    expect(bare).not.toMatch(/[|] task|ceiling/);
  });

  it("points to the picture that goes with the run", () => {
    expect(text).toContain("](benchmarks/node.svg)");
  });
});

describe("numbers", () => {
  it("have three significant digits and no exponent", () => {
    expect([0.01234, 1.5, 12.34, 123.4, 12345, 0].map(number)).toEqual(["0.0123", "1.50", "12.3", "123", "12,345", "0"]);
  });

  it("that are none are shown as a question mark", () => {
    expect(number(Number.NaN)).toBe("?");
  });
});

describe("the chart", () => {
  it("is one picture with a dot and a label an engine, and escapes what it is given", () => {
    const svg = stepChart(result);
    expect(svg.match(/<circle/g)).toHaveLength(2);
    expect(svg).toContain(">50.0</text>");
    expect(svg).toContain("soft &#60;adapter&#62;");
    expect(svg).not.toContain("NaN");
  });

  it("puts slower engines to the right", () => {
    const [first, second] = [...stepChart(result).matchAll(/<circle cx="([\d.]+)"/g)].map(([, x]) => Number(x));
    expect(second).toBeGreaterThan(first as number);
  });

  it("can be drawn of no engine at all", () => {
    expect(stepChart({ ...result, engines: [] })).not.toContain("NaN");
  });

  it("has an axis that frames the values", () => {
    expect(ticksBetween(18, 55)).toEqual([10, 20, 50, 100]);
    expect(ticksBetween(0.3, 40_000)).toEqual([0.1, 1, 10, 100, 1000, 10_000, 100_000]);
  });
});

describe("losses of two engines", () => {
  it("differ by the largest relative difference of any step", () => {
    expect(lossDifference([2, 1, 4], [2, 1.1, 4])).toBeCloseTo(0.1);
  });

  it("do not compare where one is missing or none", () => {
    expect(lossDifference([2, 1], [2])).toBeNaN();
    expect(lossDifference([2, 1], [2, Number.NaN])).toBeNaN();
  });
});
