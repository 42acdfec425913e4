import { readFileSync, writeFileSync } from "node:fs";
import { afterEach, describe, expect, it, vi } from "vitest";
import { readEmbedding } from "../../../src/formats/embedding.ts";
import { readLabelTable } from "../../../src/formats/read-label-table.ts";
import { nasbench201 } from "../../../src/spaces/index.ts";
import { digestOf } from "../../../src/study/digest.ts";
import { readRuns } from "../../../src/study/run-lines.ts";
import { indexedDbShelf } from "../../../workers/indexed-db.ts";
import type { Outcome } from "../../../workers/protocol.ts";
import { searcherHere } from "../../../workers/searcher.ts";
import type { StudyApi, StudyEvent } from "../../../workers/study-protocol.ts";
import { studyService } from "../../../workers/study-service.ts";
import { command, fresh, TABLE } from "../cli/command.ts";
import { fakeIndexedDb, fakeKeyRange } from "./fake-storage.ts";

const STUDY = {
  archscape: "study 1",
  name: "Random and evolution",
  space: "nasbench201",
  table: "fashion201.csv",
  metric: "valid_accuracy",
  report: "test_accuracy",
  budget: { queries: 12 },
  seeds: "1-3",
  strategies: [
    { strategy: "random", points: "none" },
    { strategy: "evolution", points: "none", options: { population: 8 } },
  ],
};
const GIVEN = { table: "fashion201.csv" };
const space = nasbench201();
const text = readFileSync(TABLE, "utf8");
const table = readLabelTable(space, text, { source: "fashion201.csv" });
const tableDigest = await digestOf(new TextEncoder().encode(text));
const shipped = new URL("../../../data/nasbench201-released.embedding.safetensors", import.meta.url);
const embedding = readEmbedding(space, new Uint8Array(readFileSync(shipped)), "released.safetensors");

const studies = (open = searcherHere) => studyService({ openSearcher: open, shelf: indexedDbShelf() });

function told<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(outcome.error.message);
  return outcome.value;
}

async function opened(service: StudyApi, study: object = STUDY, runs?: string) {
  told(await service.take({ space: "nasbench201", table, tableDigest, embedding }));
  const files = runs === undefined ? {} : { runs: { text: runs, source: "study.runs.jsonl" } };
  return service.open({ study: { text: JSON.stringify(study), source: "study.json" }, ...files, given: GIVEN });
}

/** Runs what is left. @returns what it told */
async function run(service: StudyApi, onEvent: (event: StudyEvent) => void = () => undefined): Promise<StudyEvent[]> {
  const { port1, port2 } = new MessageChannel();
  const events: StudyEvent[] = [];
  port1.onmessage = ({ data }: MessageEvent<StudyEvent>) => {
    events.push(data);
    onEvent(data);
  };
  const closed = new Promise((resolve) => port1.addEventListener("close", resolve));
  told(await service.run(2, port2));
  await closed;
  return events;
}

const namesIn = (lines: string): string[] => (readRuns(lines, "runs")?.runs ?? []).map(({ name, seed }) => `${name} ${seed}`);
/** Without what differs from run to run: how long it took. */
const timeless = (html: string): string => html.replace(/<(span|p) class="(soft )?wall">.*?<\/\1>/g, "");

describe("the study worker", () => {
  afterEach(() => vi.unstubAllGlobals());
  const withStorage = (): void => {
    vi.stubGlobal("indexedDB", fakeIndexedDb());
    vi.stubGlobal("IDBKeyRange", fakeKeyRange);
  };

  it("runs a study, tells how far it is, and draws and counts what came of it", async () => {
    const service = studies();
    expect(told(await opened(service))).toMatchObject({ runs: 0, total: 6, searchesTestMetric: false });
    const events = await run(service);
    expect(events.filter(({ type }) => type === "progress").at(-1)).toMatchObject({ runs: 6, total: 6, secondsLeft: 0 });
    const view = told(await service.look({ x: "queries", band: "mean" }));
    expect(view).toMatchObject({ runs: 6, total: 6, names: ["random", "evolution"], metric: { name: "test_accuracy" } });
    expect(view?.measures.map(({ info, role }) => [info.name, role])).toEqual([
      ["test_accuracy", "reported"],
      ["valid_accuracy", "searched"],
    ]);
    expect(view?.measures[0]?.comparisons[0]).toMatchObject({ name: "evolution", baseline: "random", pairs: 3 });
    for (const picture of [view?.curves?.wide, view?.curves?.narrow, view?.distribution?.wide]) {
      expect(picture).toMatch(/^<svg .*<\/svg>$/s);
      expect(picture).not.toContain("style=");
    }
    const csv = told(await service.file("curves"))
      .trim()
      .split("\n");
    expect(csv).toHaveLength(1 + 2 * 2 * 12);
    expect(told(await service.file("curves-picture"))).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    expect(told(await service.file("curves-picture"))).not.toContain("var(--");
  });

  it("writes runs that the command goes on with, to the command's own report", async () => {
    const service = studies();
    told(await opened(service, { ...STUDY, seeds: "1-2" }));
    await run(service);
    const path = fresh("study.json");
    writeFileSync(path, JSON.stringify(STUDY));
    writeFileSync(path.replace(".json", ".runs.jsonl"), told(await service.file("runs")));
    const gone = await command(["study", path, "--table", TABLE, "--jobs", "1", "--json"]);
    expect(gone.code).toBe(0);
    expect(gone.lines().flatMap(({ type, seed }) => (type === "run" ? [seed] : []))).toEqual([3, 3]);

    // And the other way round: the page shows what the command made, and has nothing left to run.
    const other = studies(() => {
      throw new Error("nothing is to be run");
    });
    const runs = readFileSync(path.replace(".json", ".runs.jsonl"), "utf8");
    expect(told(await opened(other, STUDY, runs))).toMatchObject({ runs: 6, total: 6 });
    await run(other);
    expect(timeless(told(await other.file("report")))).toBe(timeless(readFileSync(path.replace(".json", ".html"), "utf8")));
  });

  it("goes on with the command's runs of the shipped embedding", async () => {
    const study = { ...STUDY, pretrained: "released", seeds: "1", strategies: [{ strategy: "latent-bo" }] };
    const path = fresh("study.json");
    writeFileSync(path, JSON.stringify(study));
    expect((await command(["study", path, "--table", TABLE, "--jobs", "1"])).code).toBe(0);
    const service = studies();
    const runs = readFileSync(path.replace(".json", ".runs.jsonl"), "utf8");
    expect(told(await opened(service, { ...study, seeds: "1-2" }, runs))).toMatchObject({ runs: 1, total: 2 });
    await run(service);
    const all = told(await service.file("runs"));
    expect(namesIn(all)).toEqual(["latent-bo 1", "latent-bo 2"]);
    expect(all.startsWith(runs)).toBe(true);
  });

  it("makes a study of a file of runs alone", async () => {
    const service = studies();
    told(await opened(service));
    await run(service);
    const runs = { text: told(await service.file("runs")), source: "rivals.runs.jsonl" };
    const other = studies();
    told(await other.take({ space: "nasbench201", table, tableDigest }));
    const made = told(await other.open({ runs, given: GIVEN }));
    expect(made).toMatchObject({
      runs: 6,
      total: 6,
      draft: { name: "rivals", metric: "valid_accuracy", report: "test_accuracy", seeds: "1-3", budget: { queries: 12 } },
    });
    expect(made.draft.strategies.map(({ strategy }) => strategy)).toEqual(["random", "evolution"]);
  });

  it("refuses with one sentence what does not belong together, and keeps what was open", async () => {
    const service = studies();
    told(await opened(service));
    await run(service);
    const runs = told(await service.file("runs"));
    const refusal = async (study: object, lines?: string) => {
      const outcome = await opened(service, study, lines);
      return outcome.ok ? undefined : outcome.error;
    };
    expect(await refusal(STUDY, runs.replace(/"table":"\w{12}/, '"table":"000000000000'))).toMatchObject({
      kind: "input",
      message: expect.stringMatching(/begun with another label table .* open the files that belong together\.$/),
    });
    const turned = { ...STUDY, strategies: [{ ...STUDY.strategies[1], options: { population: 9 } }] };
    expect((await refusal(turned, runs))?.message).toContain("another option population of evolution (8, now 9)");
    expect((await refusal({ ...STUDY, metric: "nothing" }))?.message).toContain('"nothing" is not in fashion201.csv');
    expect((await refusal({ ...STUDY, space: "nasbench101" }))?.message).toContain("open that space in step 1 first");
    expect((await refusal(STUDY, "torn"))?.message).toContain("expected the runs of a study");
    expect(told(await service.look({ x: "queries", band: "mean" }))?.runs).toBe(6);
  });

  it("shows runs of another embedding than the map's, and does not go on with them", async () => {
    const study = {
      ...STUDY,
      pretrained: "released",
      budget: { queries: 9 },
      seeds: "1",
      strategies: [{ strategy: "latent-bo" }],
    };
    const service = studies();
    told(await opened(service, study));
    await run(service);
    const runs = told(await service.file("runs"));
    const other = studies();
    const turned = { ...embedding, data: embedding.data.map((value) => -value) };
    told(await other.take({ space: "nasbench201", table, tableDigest, embedding: turned }));
    const more = { study: { text: JSON.stringify({ ...study, seeds: "1-2" }), source: "study.json" }, given: GIVEN };
    expect(told(await other.open({ ...more, runs: { text: runs, source: "runs" } })).runs).toBe(1);
    // Also after something else of the study was changed.
    expect(told(await other.open(more)).runs).toBe(1);
    const { port2 } = new MessageChannel();
    expect(await other.run(1, port2)).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining("another embedding") },
    });
  });

  it("shows runs that the command made on a GPU, and does not go on with them", async () => {
    const service = studies();
    told(await opened(service, { ...STUDY, seeds: "1" }));
    await run(service);
    const runs = told(await service.file("runs")).replace('"name":"random",', '"name":"random","backend":"webgpu: a GPU",');
    const other = studies();
    expect(told(await opened(other, STUDY, runs))).toMatchObject({ runs: 2, total: 6 });
    expect(told(await other.file("report"))).toContain("search backend webgpu: a GPU");
    const { port2 } = new MessageChannel();
    expect(await other.run(1, port2)).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining("The runs of random were worked out by webgpu: a GPU") },
    });
  });

  it("keeps finished runs when it is cancelled, and runs the rest when asked again", async () => {
    let begun = 0;
    const service = studies(() => {
      const own = searcherHere();
      // The third run never ends.
      return { ...own, run: (job) => (++begun === 3 ? new Promise(() => undefined) : own.run(job)) };
    });
    told(await opened(service));
    await run(service, (event) => {
      if (event.type === "progress" && event.runs === 5) void service.cancel();
    });
    expect(namesIn(told(await service.file("runs")))).toHaveLength(5);
    await run(service);
    expect(namesIn(told(await service.file("runs"))).sort()).toEqual(
      ["evolution", "random"].flatMap((name) => [1, 2, 3].map((seed) => `${name} ${seed}`)),
    );
    expect(begun).toBe(7);
  });

  it("finds its runs again at the next visit, also those of a strategy in another study, until they are forgotten", async () => {
    withStorage();
    const first = studies();
    told(await opened(first));
    await run(first);
    const second = studies();
    expect(told(await opened(second)).runs).toBe(6);
    const [random] = STUDY.strategies;
    const other = { ...STUDY, name: "another", seeds: "2-4", strategies: [{ ...random, name: "by chance" }] };
    expect(told(await opened(second, other))).toMatchObject({ runs: 2, total: 3 });
    expect(told(await opened(second, { ...STUDY, budget: { queries: 13 } })).runs).toBe(0);
    told(await opened(second));
    told(await second.forget());
    expect(told(await opened(second)).runs).toBe(0);
    expect(told(await opened(studies())).runs).toBe(0);
  });

  it("says once where the browser keeps nothing, and runs even so", async () => {
    const service = studyService({ openSearcher: searcherHere, shelf: undefined });
    told(await opened(service));
    const events = await run(service);
    expect(events.filter(({ type }) => type === "not-kept")).toHaveLength(1);
    expect(told(await service.look({ x: "queries", band: "median" }))?.runs).toBe(6);
  });

  it("names runs that came to nothing", async () => {
    const service = studies(() => {
      const own = searcherHere();
      const broken = { ok: false, error: { kind: "defect", message: "no finite value" } } as const;
      return { ...own, run: async (job) => (job.strategy === "random" && job.seeds[0] === 2 ? broken : own.run(job)) };
    });
    told(await opened(service));
    const events = await run(service);
    expect(events.filter(({ type }) => type === "failed")).toEqual([
      { type: "failed", name: "random", seed: 2, reason: "no finite value" },
    ]);
    expect(namesIn(told(await service.file("runs")))).toHaveLength(5);
  });
});
