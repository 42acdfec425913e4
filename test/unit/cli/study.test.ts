import { appendFileSync, copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { runProgram } from "../../../src/cli/program.ts";
import { readRuns } from "../../../src/study/run-lines.ts";
import { command, fresh, TABLE } from "./command.ts";

const STUDY = {
  archscape: "study 1",
  name: "Random & <evolution>",
  space: "nasbench201",
  metric: "valid_accuracy",
  report: "test_accuracy",
  cost: "seconds",
  budget: { queries: 25 },
  seeds: "1-3",
  strategies: [{ strategy: "random" }, { strategy: "evolution", options: { initial: 8, population: 8, sample: 3 } }],
};

/** Writes a study into a folder of its own. */
function study(changes: object = {}): string {
  const path = fresh("study.json");
  writeFileSync(path, JSON.stringify({ ...STUDY, ...changes }));
  return path;
}
const runsOf = (path: string): string => path.replace(/\.json$/, ".runs.jsonl");
const reportOf = (path: string): string => readFileSync(path.replace(/\.json$/, ".html"), "utf8");
/** Without what differs from run to run: how long it took. */
const timeless = (html: string): string => html.replace(/<(span|p) class="(soft )?wall">.*?<\/\1>/g, "");
const run = (path: string, ...args: string[]) => command(["study", path, "--table", TABLE, "--jobs", "1", ...args]);

/** Presses Ctrl-C when so many runs have ended. */
async function interruptedAfter(runs: number, path: string): Promise<number> {
  const interruption = new AbortController();
  let ended = 0;
  return runProgram(["study", path, "--table", TABLE, "--jobs", "1", "--json"], {
    out(text) {
      if (text.startsWith('{"type":"run"') && ++ended === runs) interruption.abort();
    },
    err: () => undefined,
    interrupted: interruption.signal,
  });
}

describe("archscape study", () => {
  it("gives the same report interrupted, torn off and gone on with as straight through", async () => {
    const straight = study();
    expect((await run(straight)).code).toBe(0);

    const broken = study();
    expect(await interruptedAfter(2, broken)).toBe(130);
    expect(reportOf(broken)).toContain("Unfinished: 2 of 6 runs");
    const before = readFileSync(runsOf(broken), "utf8");
    appendFileSync(runsOf(broken), '{"type":"run","name":"random","seed":3,"en');
    const again = await run(broken, "--json");
    expect(again.code).toBe(0);
    expect(again.lines().filter(({ type }) => type === "run")).toHaveLength(4);
    expect(readFileSync(runsOf(broken), "utf8").startsWith(before)).toBe(true);
    expect(timeless(reportOf(broken))).toBe(timeless(reportOf(straight)));

    // Done: nothing is run again.
    const once = await run(broken, "--json");
    expect(once.lines().filter(({ type }) => type === "run")).toHaveLength(0);
    expect(once.result()).toMatchObject({ type: "result", complete: true, runs: 6, total: 6, searchesTestMetric: false });
  });

  it("keeps which architectures were asked for, and no label", async () => {
    const path = study();
    await run(path);
    const text = readFileSync(runsOf(path), "utf8");
    const kept = readRuns(text, "runs");
    expect(kept?.runs.map(({ name, seed }) => `${name} ${seed}`).sort()).toEqual(
      [1, 2, 3].flatMap((seed) => [`evolution ${seed}`, `random ${seed}`]).sort(),
    );
    for (const { asked } of kept?.runs ?? []) expect(asked).toHaveLength(25);
    expect(Object.keys(kept?.runs[0] ?? {})).toEqual(["type", "name", "seed", "end", "seconds", "asked"]);
  });

  it("agrees with archscape search", async () => {
    const path = study();
    const [searched] = (await run(path, "--json")).result()["measures"] as { strategies: { name: string; mean: number }[] }[];
    const labels = ["--labels", TABLE, "--metric", "valid_accuracy"];
    const ran = await command([
      ...[
        "search",
        "nasbench201",
        ...labels,
        "--strategy",
        "random",
        "--queries",
        "25",
        "--seeds",
        "1-3",
        "--jobs",
        "1",
        "--json",
      ],
    ]);
    expect(searched?.strategies[0]?.mean).toBeCloseTo((ran.result()["mean"] as { metric: number }).metric, 8);
  });

  it("goes on with more seeds and strategies, and leaves the runs there are", async () => {
    const path = study({ seeds: "1-2", strategies: STUDY.strategies.slice(0, 1) });
    await run(path);
    writeFileSync(path, JSON.stringify(STUDY));
    const more = await run(path, "--json");
    expect(more.lines().filter(({ type }) => type === "run")).toHaveLength(4);
    expect(more.result()).toMatchObject({ complete: true, runs: 6 });
  });

  it("refuses runs that were begun with other settings or another table, and begins anew with --force", async () => {
    const path = study({ seeds: "1" });
    await run(path);
    const [first, second] = STUDY.strategies;
    writeFileSync(path, JSON.stringify({ ...STUDY, strategies: [first, { ...second, options: { population: 9 } }] }));
    const refused = await run(path);
    expect(refused.code).toBe(2);
    expect(refused.err).toContain("another option initial of evolution (8, now");
    expect((await run(path, "--report-only")).code).toBe(2);

    writeFileSync(path, JSON.stringify({ ...STUDY, seeds: "1" }));
    const table = join(dirname(path), "table.csv");
    copyFileSync(TABLE, table);
    appendFileSync(table, "\n");
    const other = await command(["study", path, "--table", table, "--jobs", "1"]);
    expect(other.code).toBe(2);
    expect(other.err).toContain("another label table");
    expect((await command(["study", path, "--table", table, "--jobs", "1", "--force"])).code).toBe(0);
    expect(existsSync(`${runsOf(path)}.old`)).toBe(true);
  });

  it("asks the GPU for nothing where no strategy runs on it", async () => {
    const refused = await run(study(), "--search-backend", "webgpu");
    expect(refused.code).toBe(2);
    expect(refused.err).toContain("The search backend webgpu runs the strategy bo, which study.json does not have");
  });

  it("writes one page that loads nothing, with the name escaped, every figure and every setting", async () => {
    const path = study();
    await run(path);
    const html = reportOf(path);
    expect(html).toContain("<h1>Random &amp; &lt;evolution&gt;</h1>");
    expect(html).not.toMatch(/<script|<link|<img|href=|url\(|@import/);
    expect(html).not.toContain("NaN");
    // Two measures, five figures, each wide and narrow.
    expect(html.match(/<svg class="plot/g)).toHaveLength(20);
    expect(html).toContain("initial 8, population 8, sample 3");
    expect(html).not.toContain("searched on test labels");
  });

  it("says on every figure that test labels were searched", async () => {
    const path = study({ metric: "test_accuracy", report: undefined });
    const ran = await run(path);
    expect(ran.err).toContain("test_accuracy is a test metric");
    const figures = reportOf(path).match(/<svg class="plot.*?<\/svg>/gs) ?? [];
    expect(figures).toHaveLength(10);
    for (const figure of figures) expect(figure).toContain("searched on test labels (test_accuracy)");
  });

  it("asks for a table where the study names none, and for runs where there are none to report on", async () => {
    const path = study();
    expect((await command(["study", path])).err).toContain("study.json names no label table: give --table FILE.");
    expect((await run(path, "--report-only")).err).toContain("There are no runs in");
  });
});
