import { describe, expect, it, vi } from "vitest";
import type { StudyDraft } from "../../../src/study/draft.ts";
import type { Atlas } from "../../../web/state/atlas.ts";
import { createNotices } from "../../../web/state/notices.ts";
import { createStudying, type StudySources } from "../../../web/state/studying.ts";
import type { Client } from "../../../web/state/workers.ts";
import type { Outcome } from "../../../workers/protocol.ts";
import type { OpenedStudy, OpenStudy, StudyApi, StudyEvent, StudyView } from "../../../workers/study-protocol.ts";

const ok = <T>(value: T): Outcome<T> => ({ ok: true, value });
const atlas: Atlas = {
  status: "ready",
  source: { kind: "shipped", protocol: "released" },
  rows: new Float32Array(16),
  present: undefined,
  plane: new Float32Array(0),
  explained: 1,
  points: new Float32Array(0),
  umapSeed: undefined,
};
const table = { space: "nasbench201", source: "labels.csv", rows: 1, metrics: [], warnings: [] } as const;

/** A page with a worker that knows so many runs of any study, and runs the rest when it is told to end. */
function page(given: Partial<StudySources> = {}, runs = 0) {
  const asked: string[] = [];
  const texts: OpenStudy[] = [];
  let known = runs;
  let refusal: string | undefined;
  let end: ((how: "finished" | "cancelled") => void) | undefined;
  let events: MessagePort | undefined;
  const api = {
    async take() {
      asked.push("take");
      return ok(undefined);
    },
    async open(request: OpenStudy): Promise<Outcome<OpenedStudy>> {
      asked.push(request.runs ? "open runs" : "open");
      texts.push(request);
      if (refusal !== undefined) return { ok: false, error: { kind: "input", message: refusal } };
      const draft = JSON.parse(request.study?.text ?? '{"name":"of runs","strategies":[]}') as StudyDraft;
      return ok({ draft, runs: known, total: 30, warnings: [], searchesTestMetric: false, searchesEmbedding: true });
    },
    async run(_: number, port: MessagePort) {
      asked.push("run");
      events = port;
      const how = await new Promise<"finished" | "cancelled">((resolve) => {
        end = resolve;
      });
      known = how === "finished" ? 30 : known;
      return ok(how);
    },
    cancel: async () => end?.("cancelled"),
    look: async () => ok(known > 0 ? ({ runs: known } as StudyView) : undefined),
    file: async () => ok("text"),
  };
  const client = {
    api,
    ended: 0,
    ask: <T>(call: (api: never) => Promise<Outcome<T>>) => call(api as never),
    close: () => undefined,
  };
  const sources: StudySources = {
    space: { name: "nasbench201" },
    title: "NAS-Bench-201",
    table: "labels.csv",
    atlas,
    settings: { metric: "valid", report: "test", cost: "" },
    labels: { table, digest: "d" },
    embedding: { data: atlas.status === "ready" ? atlas.rows : new Float32Array(0), count: 1, dimensions: 16 },
    ...given,
  };
  const now = { ...sources };
  const notices = createNotices();
  const save = vi.fn();
  const showShipped = vi.fn(async () => undefined);
  const keeping = new Map<string, string>();
  const kept = { read: async () => keeping.get("draft"), write: async (text: string) => void keeping.set("draft", text) };
  const make = () =>
    createStudying(() => client as unknown as Client<StudyApi>, {
      sources: () => now,
      showShipped,
      notices,
      save,
      kept,
      workers: 2,
    });
  return {
    studying: make(),
    again: make,
    asked,
    texts,
    now,
    notices,
    save,
    showShipped,
    refuse: (sentence: string | undefined) => {
      refusal = sentence;
    },
    end: (how: "finished" | "cancelled") => end?.(how),
    tell: (event: StudyEvent) => events?.postMessage(event),
  };
}

const soon = (until: () => unknown): Promise<void> =>
  vi.waitFor(() => {
    if (!until()) throw new Error("not yet");
  });
const file = (text: string, source: string) => ({ text, source });

describe("a comparison on the page", () => {
  it("waits for labels, and then is ready to run what anybody would compare first", async () => {
    const { studying, now } = page({ labels: undefined });
    studying.show();
    expect(studying.store.value.draft).toBeUndefined();
    Object.assign(now, { labels: { table, digest: "d" } });
    studying.refresh();
    await soon(() => studying.store.value.opened);
    expect(studying.store.value.draft?.strategies.map(({ strategy }) => strategy)).toEqual(["random", "evolution", "latent-bo"]);
    expect(studying.store.value).toMatchObject({ problem: undefined, job: "idle" });
  });

  it("hands labels and embedding to the worker once, and again when they changed", async () => {
    const { studying, asked, now } = page();
    studying.show();
    await soon(() => asked.includes("open"));
    studying.edit((draft) => ({ ...draft, seeds: "1-3" }));
    await soon(() => asked.filter((call) => call === "open").length === 2);
    expect(asked.filter((call) => call === "take")).toHaveLength(1);
    Object.assign(now, { labels: { table: { ...table }, digest: "e" } });
    studying.refresh();
    await soon(() => asked.filter((call) => call === "take").length === 2);
  });

  it("runs, tells how far it is, and ends with what all runs came to", async () => {
    const { studying, asked, end, tell } = page();
    studying.show();
    await soon(() => studying.store.value.opened);
    const running = studying.run();
    await soon(() => asked.includes("run"));
    tell({ type: "progress", runs: 12, total: 30, rate: 3, secondsLeft: 6 });
    tell({ type: "failed", name: "random", seed: 2, reason: "the browser ended it" });
    await soon(() => studying.store.value.failed.length === 1);
    expect(studying.store.value).toMatchObject({ job: "running", progress: { runs: 12 } });
    // Meanwhile nothing of it changes.
    studying.edit((draft) => ({ ...draft, seeds: "1" }));
    expect(studying.store.value.draft?.seeds).toBe("1-10");
    end("finished");
    await running;
    expect(studying.store.value).toMatchObject({ job: "idle", opened: { runs: 30 }, view: { runs: 30 } });
  });

  it("can be cancelled, and asked for again", async () => {
    const { studying, asked } = page();
    studying.show();
    await soon(() => studying.store.value.opened);
    const running = studying.run();
    await soon(() => asked.includes("run"));
    studying.cancel();
    await running;
    expect(studying.store.value.job).toBe("idle");
    void studying.run();
    await soon(() => asked.filter((call) => call === "run").length === 2);
  });

  it("says why it cannot run, in the worker's words or its own", async () => {
    const { studying, refuse, now, notices, asked } = page();
    refuse("The study: seeds: expected seeds such as 3.");
    studying.show();
    await soon(() => studying.store.value.problem);
    expect(studying.store.value).toMatchObject({ problem: "The study: seeds: expected seeds such as 3.", opened: undefined });
    refuse(undefined);
    Object.assign(now, { atlas: { ...atlas, source: { kind: "file", name: "mine.safetensors" } } });
    studying.refresh();
    await soon(() => studying.store.value.problem?.includes("the map shows mine.safetensors"));
    await studying.run();
    expect(notices.store.value.notices.at(-1)?.text).toContain("the map shows mine.safetensors");
    expect(asked).not.toContain("run");
    studying.takeMap();
    await soon(() => studying.store.value.problem === undefined && studying.store.value.opened);
    expect(studying.store.value.draft).toMatchObject({ embedding: "nasbench201.embedding.safetensors" });
  });

  it("opens files, and puts the shipped model on the map that they name", async () => {
    const { studying, showShipped, texts } = page({}, 7);
    const study = file('{"name":"theirs","pretrained":"corrected","strategies":[]}', "theirs.json");
    await studying.open({ study, runs: file("lines", "theirs.runs.jsonl") });
    expect(texts[0]).toMatchObject({ study, runs: { source: "theirs.runs.jsonl" } });
    expect(studying.store.value).toMatchObject({ isShown: true, draft: { name: "theirs" }, view: { runs: 7 } });
    expect(showShipped).toHaveBeenCalledWith("corrected");
  });

  it("opens files after the labels that they came with, even where these arrive in the middle", async () => {
    const { studying, texts, now } = page({ labels: undefined });
    const study = file('{"name":"theirs","pretrained":"released","strategies":[]}', "theirs.json");
    await studying.open({ study });
    expect(texts).toEqual([]);
    Object.assign(now, { labels: { table, digest: "d" } });
    studying.refresh();
    await soon(() => studying.store.value.draft?.name === "theirs");
    const opening = studying.open({ study: { ...study, text: study.text.replace("theirs", "others") } });
    studying.refresh();
    await opening;
    await soon(() => studying.store.value.view === undefined);
    expect(studying.store.value.draft?.name).toBe("others");
  });

  it("keeps what is there where a file is refused", async () => {
    const { studying, refuse, notices } = page({}, 3);
    studying.show();
    await soon(() => studying.store.value.view);
    refuse("The runs in x were begun with another label table.");
    const opening = studying.open({ runs: file("lines", "x") });
    await vi.waitFor(() => expect(notices.store.value.notices).toHaveLength(1));
    refuse(undefined);
    await opening;
    expect(studying.store.value.draft?.name).toBe("Strategies on NAS-Bench-201");
  });

  it("begins the next visit with the study of the last one", async () => {
    const { studying, again } = page();
    studying.show();
    await soon(() => studying.store.value.opened);
    studying.edit((draft) => ({ ...draft, name: "mine" }));
    await soon(() => studying.store.value.opened?.draft.name === "mine");
    const next = again();
    next.show();
    await soon(() => next.store.value.opened);
    expect(next.store.value.draft?.name).toBe("mine");
  });

  it("saves a study and its runs under one name", async () => {
    const { studying, save } = page({}, 1);
    studying.show();
    await soon(() => studying.store.value.opened);
    await studying.save("study");
    await studying.save("runs");
    expect(save.mock.calls.map(([name]) => name)).toEqual([
      "strategies-on-nas-bench-201.json",
      "strategies-on-nas-bench-201.runs.jsonl",
    ]);
  });

  it("needs a page that the browser holds for secure", async () => {
    const { studying } = page({ labels: { table, digest: undefined } });
    studying.show();
    await soon(() => studying.store.value.problem);
    expect(studying.store.value.problem).toContain("over HTTPS only");
  });
});
