import { readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { writeEmbedding } from "../../../src/formats/embedding.ts";
import { isTestMetric } from "../../../src/formats/metric-units.ts";
import { STRATEGIES, STRATEGY_OPTIONS } from "../../../src/search/strategies.ts";
import { nasbench201 } from "../../../src/spaces/index.ts";
import { cloud } from "../search/helpers.ts";
import { command, fresh, TABLE } from "./command.ts";

const embedding = fresh("embedding.safetensors");
const SEARCH = ["search", "nasbench201", "--embedding", embedding, "--labels", TABLE, "--jobs", "1"] as const;
const VALID = ["--metric", "valid_accuracy", "--report", "test_accuracy"] as const;

interface Run {
  readonly seed: number;
  readonly metric: number;
  readonly report: number;
  readonly architecture: string;
  readonly queries: number;
  readonly seconds: number;
}

/** A label as it stands in the table. */
function label(architecture: string, column: number): number {
  const row = readFileSync(TABLE, "utf8")
    .split("\n")
    .map((line) => line.split(","))
    .find(([, arch]) => arch === architecture);
  return Number(row?.[column]);
}

beforeAll(() => {
  const space = nasbench201();
  writeFileSync(embedding, writeEmbedding("safetensors", space, cloud(space.size, 4)));
});

describe("archscape search", () => {
  it("ends with mean, spread and runs in the table's own unit", async () => {
    const ran = await command([...SEARCH, ...VALID, "--strategy", "random", "--queries", "30", "--seeds", "1-3,9", "--json"]);
    expect(ran.code).toBe(0);
    const result = ran.result();
    expect(result).toMatchObject({
      type: "result",
      strategy: "random",
      searchProtocol: "corrected",
      budget: { queries: 30 },
      metric: { name: "valid_accuracy", unit: "%", goal: "max" },
      report: { name: "test_accuracy", unit: "%", goal: "max" },
      searchesTestMetric: false,
    });
    const runs = result["runs"] as Run[];
    expect(runs.map(({ seed }) => seed)).toEqual([1, 2, 3, 9]);
    for (const { architecture, metric, report, queries } of runs) {
      expect(metric).toBe(label(architecture, 2));
      expect(report).toBe(label(architecture, 3));
      expect(queries).toBe(30);
    }
    const mean = runs.reduce((sum, { report }) => sum + report, 0) / 4;
    const deviation = Math.sqrt(runs.reduce((sum, { report }) => sum + (report - mean) ** 2, 0) / 3);
    expect((result["mean"] as Run).report).toBeCloseTo(mean, 8);
    expect((result["std"] as Run).report).toBeCloseTo(deviation, 8);
    expect(ran.lines().filter(({ type }) => type === "run")).toHaveLength(4);
    const queries = ran.lines().filter(({ type, seed }) => type === "query" && seed === 2);
    expect(queries.map(({ query }) => query)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
    expect(Math.max(...queries.map(({ metric }) => metric as number))).toBe(runs[1]?.metric);
  });

  it("gives a seed the same run alone and among others, and writes its trace", async () => {
    const traces = fresh("traces.jsonl");
    const several = await command([
      ...SEARCH,
      ...VALID,
      "--strategy",
      "reinforce",
      "--queries",
      "20",
      "--seeds",
      "4,5",
      "--json",
    ]);
    const alone = ["--strategy", "reinforce", "--queries", "20", "--seeds", "5", "--out", traces];
    const one = await command([...SEARCH, ...VALID, ...alone, "--json"]);
    expect((one.result()["runs"] as Run[])[0]).toEqual((several.result()["runs"] as Run[])[1]);
    expect(one.result()["std"]).toEqual({ metric: null, report: null });
    const [line, rest] = readFileSync(traces, "utf8").split("\n");
    expect(rest).toBe("");
    expect(JSON.parse(line as string)).toMatchObject({ strategy: "reinforce", seed: 5, end: "budget" });
    expect(JSON.parse(line as string).queries).toHaveLength(20);
  });

  it("pays with a column where the budget is in seconds", async () => {
    const paid = ["--cost", "seconds", "--seconds", "30", "--strategy", "random", "--seeds", "2"];
    const { result } = await command([...SEARCH, ...VALID, ...paid, "--json"]);
    const [run] = result()["runs"] as [Run];
    expect(run.seconds).toBeGreaterThanOrEqual(30);
    expect(run.queries).toBeLessThan(40);
    expect(result()["budget"]).toEqual({ seconds: 30 });
  });

  it("passes options to the strategy", async () => {
    const set = ["--strategy", "bo", "--queries", "6", "--set", "initial=4", "--set", "pool=all", "--set", "epochs=5"];
    const { result } = await command([...SEARCH, ...VALID, ...set, "--json"]);
    expect(result()["options"]).toMatchObject({ initial: 4, pool: "all", epochs: 5, hidden: 128 });
  });

  it("needs no model on an encoding, and says which it was", async () => {
    const [, , , , ...rest] = SEARCH;
    const found = ["search", "nasbench201", ...rest, ...VALID, "--queries", "25", "--json"];
    const quick = [
      "--strategy",
      "bananas",
      "--encoding",
      "path",
      "--set",
      "epochs=5",
      "--set",
      "layers=2",
      "--set",
      "ensemble=2",
    ];
    const { code, result } = await command([...found, ...quick]);
    expect(code).toBe(0);
    expect(result()).toMatchObject({ encoding: "path", options: { neighbours: "edits", inputs: "raw" } });
    expect(result()).not.toHaveProperty("embedding");
  });

  it("needs nothing but the space for strategies that go by edits", async () => {
    const [, , , , labels, table] = SEARCH;
    const traces = fresh("traces.jsonl");
    const options = ["--strategy", "evolution", "--set", "population=12", "--queries", "40", "--seeds", "1,2", "--json"];
    const one = ["search", "nasbench201", labels, table, ...VALID, ...options, "--jobs", "1", "--out", traces];
    const ran = await command(one);
    expect(ran.code).toBe(0);
    expect(ran.result()).toMatchObject({ strategy: "evolution", options: { population: 12, neighbours: "edits" } });
    expect(JSON.parse(readFileSync(traces, "utf8").split("\n")[0] as string)).toMatchObject({ points: "none" });
  });

  it("asks for a model, an embedding or an encoding where the strategy learns from points, before it reads anything", async () => {
    const bare = ["search", "nasbench201", "--labels", "nowhere.csv", ...VALID];
    const { code, err } = await command([...bare, "--strategy", "bo"]);
    expect(code).toBe(2);
    expect(err).toContain(
      "Expected --model FILE, --embedding FILE or --encoding NAME, found none: the strategy bo learns from points.",
    );
    const latent = await command([...bare, "--strategy", "evolution", "--set", "neighbours=nearest"]);
    expect(latent.err).toContain("found none: the strategy evolution learns from points.");
    const wrong = await command([...bare, "--strategy", "evolution", "--set", "population=0"]);
    const sampled = await command([
      "search",
      "darts",
      "--labels",
      "nowhere.csv",
      ...VALID,
      "--strategy",
      "reinforce-categorical",
    ]);
    expect(sampled.err).toContain("expected NAS-Bench-101 or NAS-Bench-201, of which all cells are listed, found a sample.");
    expect(wrong.err).toContain("Option population of strategy evolution: expected a whole number from 1 to 100000, found 0.");
  });

  it("lists the options of every strategy, with ranges and sources, in its help", async () => {
    const { out } = await command(["search", "--help"]);
    for (const name of STRATEGIES) {
      for (const { name: option, words } of STRATEGY_OPTIONS[name]) {
        expect(out).toContain(`    ${option} (`);
        expect(words.length).toBeGreaterThan(20);
      }
    }
    expect(out).toContain(
      "population (a whole number from 1 to 100000): architectures alive; of more the oldest dies (code of BANANAS: 30",
    );
  });

  it("refuses to run on the GPU together what only runs alone, before it looks for one", async () => {
    const { code, err } = await command([...SEARCH, ...VALID, "--strategy", "random", "--search-backend", "webgpu"]);
    expect(code).toBe(2);
    expect(err).toContain("The search backend webgpu runs the strategy bo, found random; the backend js runs all strategies.");
  });

  it("says so when the searched metric is a test metric", async () => {
    const { err, result } = await command([
      ...SEARCH,
      "--metric",
      "test_accuracy",
      "--strategy",
      "random",
      "--queries",
      "3",
      "--json",
    ]);
    expect(err).toContain("archscape: warning: test_accuracy is a test metric");
    expect(result()).toMatchObject({ searchesTestMetric: true, report: null, mean: { report: null } });
    expect(["c10_test", "Test accuracy", "test"].every(isTestMetric)).toBe(true);
    expect(["c10_valid", "latest", "val_accuracy"].some(isTestMetric)).toBe(false);
  });

  it("tells people each run and the mean", async () => {
    const { out } = await command([...SEARCH, ...VALID, "--strategy", "random", "--queries", "5", "--seeds", "1-2"]);
    expect(out).toMatch(/^seed 1: valid_accuracy \d+\.\d\d %, test_accuracy \d+\.\d\d % {2}\|.*\| {2}\(5 queries\)\n/);
    expect(out).toMatch(/\nmean of 2: valid_accuracy \d+\.\d\d % ± \d+\.\d\d, test_accuracy \d+\.\d\d % ± \d+\.\d\d\n$/);
  });

  it("ends with the runs so far when it is cancelled, and exits with 130", async () => {
    const interruption = new AbortController();
    setTimeout(() => interruption.abort(), 700);
    const cut = await command([...SEARCH, ...VALID, "--queries", "2000", "--seeds", "1-5", "--json"], interruption.signal);
    expect(cut.code).toBe(130);
    expect(cut.result()).toMatchObject({ type: "result", runs: [{ seed: 1, end: "cancelled" }] });
  });
});
