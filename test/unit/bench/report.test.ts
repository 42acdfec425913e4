import { describe, expect, it } from "vitest";
import { chartFiles, domainOf, ticksBetween } from "../../../bench/chart.ts";
import { benchmarksDocument } from "../../../bench/document.ts";
import { number } from "../../../bench/report.ts";
import type { BenchmarkResult, EngineResult } from "../../../bench/result.ts";

const spread = (median: number) => ({ median, lower: 0.9 * median, upper: 1.1 * median, coverage: 0.98, count: 7 });

const engine = (name: EngineResult["name"], title: string, ms: number): EngineResult => ({
  name,
  title,
  version: "1.2.3",
  detail: "somehow",
  ms: spread(ms),
  stepsPerSecond: spread(1000 / ms),
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
      ownMs: spread(0.02),
      hostMs: spread(0.3),
    },
    engine("tfjs-wasm", "TensorFlow.js, WASM", 50),
  ],
  absent: [{ title: "jax-js", reason: "no adapter" }],
  tasks: [
    { name: "decode", title: "Decode points", engine: "Archscape", items: 10_000, whole: 10_000, ms: spread(100) },
    { name: "decode", title: "Decode points", engine: "TensorFlow.js", items: 500, whole: 10_000, ms: spread(20) },
  ],
  ceilings: [
    { name: "product", title: "Product", unit: "GFLOP/s", value: spread(40) },
    { name: "cached-copy", title: "Copy", unit: "GB/s", value: spread(8) },
    { name: "dispatch", title: "Dispatch", unit: "µs", value: spread(10) },
  ],
  profile: {
    clock: "timestamps",
    variant: "f32",
    stepMs: spread(4),
    dispatches: [
      { kernel: "encode", title: "forward", flops: 40e6, bytes: 4096, ms: spread(2) },
      { kernel: "encode", title: "forward", flops: 40e6, bytes: 4096, ms: spread(2) },
      { kernel: "adam", title: "Adam", flops: 0, bytes: 8192, ms: spread(0.02) },
    ],
  },
};

describe("the document", () => {
  const text = benchmarksDocument([{ name: "node", result }]);

  it("has a row an engine, with medians, intervals and the ratio to the first", () => {
    expect(text).toContain("| Archscape | 20.0 (18.0 to 22.0) | 50.0 | 1 |");
    expect(text).toContain("| TensorFlow.js, WASM | 50.0 (45.0 to 55.0) | 20.0 | 2.50 |");
  });

  it("has calls a step of those engines only whose calls were counted", () => {
    expect(text).toContain("| Archscape | 18 | 0.5 | 0 | 0 | 0.0400 (");
    expect(text).toMatch(/\| Archscape \| 18 .*\| 0\.0200 \(.*\| 0\.300 \(/);
    expect(text.match(/^\| TensorFlow\.js, WASM/gm)).toHaveLength(1);
  });

  it("names versions, and what was not measured and why", () => {
    expect(text).toContain("- Archscape, version 1.2.3: somehow; 10 steps a block.");
    expect(text).toContain("- jax-js: not measured. no adapter");
  });

  it("compares tasks by item, and says where only a part was done", () => {
    expect(text).toContain("| Decode points | Archscape | 10,000, all | 100 (90.0 to 110) | 100,000 | 1 |");
    expect(text).toContain("|  | TensorFlow.js | 500 | 20.0 (18.0 to 22.0) | 25,000 | 4.00 |");
  });

  it("has a row for each kind of dispatch: its share of a step, what bounds it, and how much of that it reaches", () => {
    expect(text).toContain("| forward | 2 | 2.00 | 1.00 | 40.0 | 4.00 | 20.0 | 1.00 | arithmetic | 0.500 |");
    expect(text).toContain("| Adam | 1 | 0.0200 | 0.00500 |  | 8.00 |  | 0.0100 | the dispatch | 0.500 |");
  });

  it("states the fraction of the product's speed and of the bound that a whole step reaches, and how kernels were timed", () => {
    expect(text).toContain("80.0 million floating-point operations: 2.00 ms at the ceiling's speed, 0.500 of the step");
    expect(text).toContain("the step reaches 0.503 of its bound");
    expect(text).toContain("timestamps that the adapter writes");
    const alone = { ...result, profile: { ...result.profile, clock: "host" as const } };
    expect(benchmarksDocument([{ name: "node", result: alone }])).toContain("each dispatch alone and many times");
  });

  it("leaves out what a profile does not measure", () => {
    const profile = benchmarksDocument([{ name: "node", result: { ...result, engines: [], absent: [], tasks: [] } }]);
    expect(profile).toContain("| forward | 2 |");
    expect(profile).not.toMatch(/node-steps|[|] task|[|] engine/);
  });

  it("points to the pictures that go with the run", () => {
    expect(text).toContain("](benchmarks/node-steps.svg)");
    expect(text).toContain("](benchmarks/node-roofline.svg)");
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

describe("the pictures", () => {
  const files = chartFiles(result);
  const steps = files.get("steps") ?? "";

  it("have a dot and a label an engine", () => {
    expect(steps.match(/<circle/g)).toHaveLength(2);
    expect(steps).toContain(">TensorFlow.js, WASM</text>");
    expect(steps).toContain(">50.0</text>");
  });

  it("put slower engines to the right", () => {
    const [first, second] = [...steps.matchAll(/<circle cx="([\d.]+)"/g)].map(([, x]) => Number(x));
    expect(second).toBeGreaterThan(first as number);
  });

  it("have a roof and a dot for each kernel that computes", () => {
    const roofline = files.get("roofline") ?? "";
    expect(roofline.match(/<circle/g)).toHaveLength(1);
    expect(roofline).toContain(">forward</text>");
  });

  it("are well-formed files: escaped, without a number that is none", () => {
    const named = { ...result, engines: [engine("archscape", 'soft "<adapter>" & co', 20)] };
    const text = chartFiles(named).get("steps") ?? "";
    expect(text).toContain(">soft &quot;&lt;adapter&gt;&quot; &amp; co</text>");
    for (const svg of [text, ...files.values()]) {
      expect(svg).not.toMatch(/NaN|undefined/);
      expect(svg.startsWith('<svg xmlns="http://www.w3.org/2000/svg"')).toBe(true);
      expect(svg.match(/<[a-z]+[ >]/g)?.length).toBe(svg.match(/<\/[a-z]+>/g)?.length);
    }
  });

  it("are not drawn of what was not measured", () => {
    expect([...chartFiles({ ...result, engines: [], ceilings: [] }).keys()]).toEqual([]);
  });

  it("have axes that frame the values", () => {
    expect(domainOf([18, 45])).toEqual([10, 50]);
    expect(domainOf([0.3, 40_000])).toEqual([0.2, 50_000]);
    expect(ticksBetween(10, 50)).toEqual([10, 20, 50]);
    expect(ticksBetween(0.2, 50_000)).toEqual([1, 10, 100, 1000, 10_000]);
  });
});
