import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/errors.ts";
import { type SearchRequest, search, searchSeeds } from "../../../src/search/run.ts";
import { averageCurve, bestSoFar, summarise } from "../../../src/search/summary.ts";
import { best, type Query } from "../../../src/search/trace.ts";
import { ACCURACY, arrayObjective, cloud, hill } from "./helpers.ts";

const embedding = cloud(50, 3);
const values = hill(embedding);
const request = (given: Partial<SearchRequest> = {}): SearchRequest => ({
  embedding,
  objective: arrayObjective(values),
  strategy: "random",
  budget: { queries: 10 },
  seed: 1,
  ...given,
});

describe("a run", () => {
  it("spends a budget of queries exactly, and says what it was", async () => {
    const trace = await search(
      request({ space: "nasbench201", strategy: "bo", options: { hidden: 8, epochs: 5 }, budget: { queries: 20 } }),
    );
    expect(trace.end).toBe("budget");
    expect(trace.queries.map(({ query }) => query)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(trace).toMatchObject({
      strategy: "bo",
      protocol: "corrected",
      seed: 1,
      space: "nasbench201",
      budget: { queries: 20 },
      metric: ACCURACY,
    });
    expect(trace.options).toMatchObject({ hidden: 8, epochs: 5, batch: 1, initial: 16 });
  });

  it("is plain data: it survives JSON and a structured clone", async () => {
    const trace = await search(request({ objective: arrayObjective(values, { reports: values, costs: values }) }));
    expect(JSON.parse(JSON.stringify(trace))).toEqual(trace);
    expect(structuredClone(trace)).toEqual(trace);
  });

  it("starts an evaluation as long as simulated time is left, and pays the last one in full", async () => {
    const objective = arrayObjective(values, { costs: values.map(() => 3) });
    const trace = await search(request({ objective, budget: { seconds: 10 } }));
    expect(trace.queries.map(({ cumulativeCost }) => cumulativeCost)).toEqual([3, 6, 9, 12]);
    expect(trace.end).toBe("budget");
    const exact = await search(request({ objective, budget: { seconds: 9 } }));
    expect(exact.queries).toHaveLength(3);
  });

  it("pays for an architecture that the released protocol asks again", async () => {
    const peak = {
      data: Float32Array.from({ length: 40 }, (_, index) => (index === 7 ? 3 : index / 400)),
      count: 40,
      dimensions: 1,
    };
    const objective = arrayObjective(
      values.slice(0, 40).map((_, index) => (index === 7 ? 0.94 : 0.1)),
      { costs: new Array(40).fill(1) },
    );
    const options = { initial: 20, batch: 1, hidden: 32 };
    const trace = await search(
      request({ embedding: peak, objective, strategy: "bo", protocol: "released", options, budget: { seconds: 40 } }),
    );
    const distinct = new Set(trace.queries.map(({ index }) => index)).size;
    expect(distinct).toBeLessThan(40);
    expect(trace.queries).toHaveLength(40);
    expect(trace.queries.at(-1)?.cumulativeCost).toBe(40);
  });

  it("reports the architecture with the best searched value, never the best reported value seen", async () => {
    // The better the searched value, the worse the reported one.
    const objective = arrayObjective(values, { reports: values.map((value) => 1 - value) });
    const trace = await search(request({ objective, budget: { queries: 50 } }));
    const top = values.indexOf(Math.max(...values));
    expect(trace.queries.at(-1)?.incumbent).toBe(top);
    expect(best(trace)).toMatchObject({ index: top, value: values[top], report: 1 - (values[top] as number) });
    expect(summarise([trace], "report")).toEqual({ runs: 1, mean: 1 - (values[top] as number) });
  });

  it("keeps the earlier of two equal incumbents", async () => {
    const trace = await search(request({ objective: arrayObjective(values.map(() => 0.5)) }));
    expect(new Set(trace.queries.map(({ incumbent }) => incumbent))).toEqual(new Set([trace.queries[0]?.index]));
  });

  it("minimises where the goal is min, and shows values as they are", async () => {
    const metric = { name: "latency", quantity: "time", unit: "ms", goal: "min", scale: 1 } as const;
    const latency = values.map((value) => 10 - 5 * value);
    // An objective hands out values to maximise.
    const trace = await search(
      request({
        objective: arrayObjective(
          latency.map((value) => -value),
          { metric },
        ),
        budget: { queries: 50 },
      }),
    );
    expect(best(trace)?.value).toBe(Math.min(...latency));
    const curve = bestSoFar(trace, "metric");
    expect([...curve]).toEqual([...curve].sort((a, b) => b - a));
  });

  it("evaluates only architectures that have a label, and ends when they are used up", async () => {
    const objective = arrayObjective(values.map((value, index) => (index % 5 === 0 ? value : undefined)));
    const trace = await search(request({ objective, strategy: "reinforce", options: { hidden: 8 } }));
    expect(trace.queries.every(({ index }) => index % 5 === 0)).toBe(true);
    // The start is visited, not evaluated: nine of ten are left.
    expect(trace.queries).toHaveLength(9);
    expect(trace.end).toBe("exhausted");
  });

  it("goes on from an earlier run without evaluating again, to the same end", async () => {
    const options = { hidden: 8, epochs: 5, initial: 8, batch: 3 };
    const whole = await search(request({ strategy: "bo", options, budget: { queries: 25 } }));
    const objective = arrayObjective(values);
    const resumed = await search(
      request({ strategy: "bo", options, objective, budget: { queries: 25 }, resume: whole.queries.slice(0, 13) }),
    );
    expect(resumed).toEqual(whole);
    expect(objective.evaluated).toEqual(whole.queries.slice(13).map(({ index }) => index));
    await expect(search(request({ seed: 2, resume: whole.queries.slice(0, 13) }))).rejects.toThrow(
      /^The run to resume does not fit/,
    );
  });

  it.each([
    ["evolution", { initial: 4, population: 5, sample: 3, reach: 5 }],
    ["local-search", { initial: 3, reach: 5 }],
    ["bananas", { initial: 6, batch: 4, candidates: 12, layers: 2, width: 6, epochs: 5, neighbours: "nearest", reach: 5 }],
  ] as const)("goes on from an earlier run of %s, cut in the middle of a batch, to the same end", async (strategy, options) => {
    const whole = await search(request({ strategy, options, budget: { queries: 25 } }));
    const resume = whole.queries.slice(0, 14);
    expect(await search(request({ strategy, options, budget: { queries: 25 }, resume }))).toEqual(whole);
  });

  it("ends when cancelled and keeps what it has", async () => {
    const controller = new AbortController();
    const seen: Query[] = [];
    const trace = await search(
      request({
        signal: controller.signal,
        onQuery(query) {
          seen.push(query);
          if (query.query === 4) controller.abort();
        },
      }),
    );
    expect(trace.end).toBe("cancelled");
    expect(trace.queries).toHaveLength(4);
    expect(seen).toEqual(trace.queries);
  });

  it("leaves the event loop room to cancel it between evaluations", async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 20);
    const big = cloud(20_000, 16);
    const trace = await search(
      request({
        embedding: big,
        objective: arrayObjective(hill(big)),
        strategy: "reinforce",
        budget: { queries: 20_000 },
        signal: controller.signal,
      }),
    );
    expect(trace.end).toBe("cancelled");
  });
});

describe("what a run refuses, before it evaluates anything", () => {
  const refusal = async (given: Partial<SearchRequest>): Promise<string> => {
    const objective = given.objective ?? arrayObjective(values);
    const error: unknown = await search(request({ objective, ...given })).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(InputError);
    expect((objective as ReturnType<typeof arrayObjective>).evaluated).toEqual([]);
    return (error as InputError).message;
  };

  it("a budget of nothing, of less, or of more than there is", async () => {
    expect(await refusal({ budget: { queries: 0 } })).toBe("Budget: expected a whole number of queries of at least 1, found 0.");
    expect(await refusal({ budget: { queries: 2.5 } })).toContain("found 2.5");
    expect(await refusal({ budget: { queries: -3 } })).toContain("found -3");
    expect(await refusal({ budget: { queries: 51 } })).toContain("expected at most 50 queries");
    expect(await refusal({ budget: { seconds: 0 } })).toContain("above 0, found 0");
    expect(await refusal({ budget: { seconds: Number.NaN } })).toContain("found NaN");
    expect(await refusal({ budget: { seconds: 5 } })).toContain("cost column");
  });

  it("a seed that is none", async () => {
    expect(await refusal({ seed: -1 })).toContain("found -1");
    await expect(searchSeeds({ ...request(), seeds: [] })).rejects.toThrow("at least one");
  });

  it("an embedding of another space or with holes", async () => {
    expect(await refusal({ embedding: cloud(49, 3) })).toContain("49 architectures");
    expect(await refusal({ embedding: { ...embedding, dimensions: 4 } })).toContain("50 x 4");
    const broken = embedding.data.slice();
    broken[3 * 7 + 1] = Number.NaN;
    expect(await refusal({ embedding: { ...embedding, data: broken } })).toBe(
      "The embedding of architecture 7 should be finite numbers, found NaN.",
    );
  });
});

describe("several seeds", () => {
  it("run one after another, each as it would alone", async () => {
    const order: number[] = [];
    const traces = await searchSeeds({ ...request(), seeds: [3, 1], onQuery: (_, seed) => order.push(seed) });
    expect(traces.map(({ seed }) => seed)).toEqual([3, 1]);
    expect(traces[1]).toEqual(await search(request({ seed: 1 })));
    expect(order).toEqual([...new Array(10).fill(3), ...new Array(10).fill(1)]);
  });

  it("stop at the run that was cancelled", async () => {
    const controller = new AbortController();
    const traces = await searchSeeds({
      ...request(),
      seeds: [1, 2, 3],
      signal: controller.signal,
      onQuery: (_, seed) => seed === 2 && controller.abort(),
    });
    expect(traces.map(({ end }) => end)).toEqual(["budget", "cancelled"]);
  });

  const trace = (...rows: [value: number, incumbent: number, report?: number][]) => ({
    queries: rows.map(
      ([value, incumbent, report], i): Query => ({
        query: i + 1,
        index: i,
        value,
        incumbent,
        cost: 0,
        cumulativeCost: 0,
        ...(report !== undefined && { report }),
      }),
    ),
  });

  it("average into a curve with the standard error of the mean; a shorter run counts on with its last value", () => {
    const { mean, standardError } = averageCurve([trace([0.2, 0], [0.6, 1], [0.5, 1]), trace([0.4, 0])], "metric");
    expect([...mean]).toEqual([0.30000000000000004, 0.5, 0.5]);
    expect(standardError[1]).toBeCloseTo(0.1, 12);
    expect(averageCurve([trace([0.2, 0])], "metric").standardError[0]).toBe(0);
    expect(averageCurve([], "metric").mean).toHaveLength(0);
  });

  it("leave a missing report out instead of taking another architecture's", () => {
    const curve = bestSoFar(trace([0.2, 0, 0.1], [0.6, 1], [0.5, 1, 0.9]), "report");
    expect([...curve]).toEqual([0.1, Number.NaN, Number.NaN]);
  });

  it("summarise to mean and sample standard deviation", async () => {
    const traces = await searchSeeds({ ...request(), seeds: [1, 2, 3, 4] });
    const results = traces.map((t) => best(t)?.value as number);
    const mean = results.reduce((a, b) => a + b) / 4;
    const summary = summarise(traces, "metric");
    expect(summary?.mean).toBeCloseTo(mean, 12);
    expect(summary?.deviation).toBeCloseTo(Math.sqrt(results.reduce((s, r) => s + (r - mean) ** 2, 0) / 3), 12);
    expect(summarise(traces, "report")).toBeUndefined();
  });
});
