import { transfer } from "comlink";
import { labelsTold } from "../../src/predictors/belief.ts";
import type { SearchSpace } from "../../src/spaces/space.ts";
import { LATENT } from "../../src/vgae/config.ts";
import type { SearchApi } from "../../workers/search-protocol.ts";
import { count, percent } from "../format.ts";
import { type Cartographer, when } from "../map/cartographer.ts";
import { type Insight, type InsightName, isInsight } from "../map/insight.ts";
import type { AtlasStore } from "./atlas.ts";
import type { ReplayingStore } from "./replaying.ts";
import type { RunView, SearchingStore, SearchPlan } from "./searching.ts";
import type { Settings } from "./settings.ts";
import { createStore, type Store, type Watchable } from "./store.ts";
import type { Client } from "./workers.ts";

export interface InsightsView {
  /** Of what colours the map now, where that is one of them. */
  readonly insight: Insight | undefined;
}

export interface InsightParts {
  readonly space: SearchSpace;
  readonly settings: Store<Settings>;
  readonly atlas: AtlasStore;
  readonly maps: Cartographer;
  readonly searching: SearchingStore;
  readonly replaying: ReplayingStore;
  readonly search: () => Client<SearchApi>;
  readonly isShown: () => boolean;
  readonly screen: Watchable;
  readonly complain: (error: unknown) => void;
}

export type InsightsStore = Store<InsightsView> & { stop(): void };

type Queries = RunView["queries"];

/** Follows the colour, the selection, and the search that ran last, as far as it is replayed. */
export function createInsights({ space, settings, atlas, maps, searching, replaying, ...parts }: InsightParts): InsightsStore {
  const store = createStore<InsightsView>({ insight: undefined });
  let seen: readonly unknown[] = [];
  let request = 0;

  /** What a question has come to; after the next question nobody hears. */
  const reporter = (name: InsightName) => {
    const mine = ++request;
    const isCurrent = (): boolean => mine === request;
    const lack = (why: string): void => {
      if (isCurrent()) store.set({ insight: { name, state: "absent", why } });
    };
    return {
      lack,
      know(known: Omit<Extract<Insight, { state: "known" }>, "name" | "state">): void {
        if (isCurrent()) store.set({ insight: { name, state: "known", ...known } });
      },
      fail(error: unknown): void {
        if (!isCurrent()) return;
        lack("It could not be computed.");
        parts.complain(error);
      },
      /** While the player runs, the values before stay until the next ones are there. */
      wait(text: string): void {
        const { insight } = store.value;
        if (insight?.name !== name || insight.state === "absent") lack(text);
      },
    };
  };
  type Reporter = ReturnType<typeof reporter>;

  const countEdits = (cell: number, { lack, know, fail }: Reporter): void => {
    if (cell < 0 || cell >= space.size) {
      lack("Select a cell: the colours then tell how many edits away the others are.");
      return;
    }
    const told = (share: number): void => lack(`Edits are being counted, ${percent(share, 0)}.`);
    const arrive = (values: Uint8Array): void =>
      know({ values, source: `to cell ${count(cell)}`, metric: undefined, goal: "none" });
    told(0);
    when(maps.edits(cell, told), arrive, fail);
  };

  const numberQueries = (queries: Queries, seed: number, { know }: Reporter): void => {
    const values = new Float64Array(space.size).fill(Number.NaN);
    for (const { query, index } of queries) values[index] = query;
    know({ values, source: `of the run with seed ${seed}`, metric: undefined, goal: "none" });
  };

  const believe = async (
    name: "predicted" | "uncertainty",
    rows: Float32Array,
    queries: Queries,
    seed: number,
    { metric }: SearchPlan,
    { wait, know, fail }: Reporter,
  ): Promise<void> => {
    wait("A Gaussian process is being fitted.");
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }: MessageEvent<number>) => wait(`A Gaussian process predicts all cells, ${percent(data, 0)}.`);
    const ask = {
      embedding: { data: rows, count: rows.length / LATENT, dimensions: LATENT },
      evaluated: {
        indices: Uint32Array.from(queries, ({ index }) => index),
        values: Float64Array.from(queries, ({ value }) => value),
      },
      wanted: name === "predicted" ? ("mean" as const) : ("deviation" as const),
    };
    const answer = await parts.search().ask((api) => api.believe(ask, transfer(port2, [port2])));
    port1.close();
    if (!answer.ok) return fail(new Error(answer.error.message));
    const told = labelsTold(queries.length);
    const which = told < queries.length ? `${count(told)} of the ${count(queries.length)} cells` : `the ${count(told)} cells`;
    know({
      values: answer.value,
      source: `Gaussian process on ${which} evaluated so far, seed ${seed}`,
      metric,
      goal: name === "predicted" ? metric.goal : "none",
    });
  };

  const lookAtSearch = (name: Exclude<InsightName, "edits">, rows: Float32Array | undefined, reports: Reporter): void => {
    const { job, plan } = searching.store.value;
    const run = searching.run();
    const queries = run?.queries.slice(0, replaying.limit()) ?? [];
    if (!plan || !run || queries.length === 0)
      reports.lack("It is of the search that ran last, and there was none yet (step 4).");
    else if (name === "order") numberQueries(queries, run.seed, reports);
    else if (!rows) reports.lack("A prediction needs the embedding of all cells on the map.");
    else if (job === "running" || job === "cancelling") reports.lack("The prediction follows when the search has ended.");
    else if (queries.length < 2) reports.lack("A prediction needs two evaluated cells.");
    else void believe(name, rows, queries, run.seed, plan, reports);
  };

  const follow = (): void => {
    if (!parts.isShown()) return;
    const { colour: name, cell } = settings.value;
    const { atlas: chart } = atlas.store.value;
    const rows = chart.status === "ready" && !chart.present ? chart.rows : undefined;
    const { job, plan } = searching.store.value;
    const run = searching.run();
    const of =
      name === "edits" ? [cell] : isInsight(name) ? [run?.seed, run?.queries.length, plan, replaying.limit(), rows, job] : [];
    const now = [name, ...of];
    if (now.length === seen.length && now.every((part, i) => part === seen[i])) return;
    seen = now;
    if (!isInsight(name)) {
      request++;
      store.set({ insight: undefined });
    } else if (name === "edits") countEdits(cell, reporter(name));
    else lookAtSearch(name, rows, reporter(name));
  };

  const watched = [settings, atlas.store, searching.store, replaying.store, parts.screen];
  const stops = watched.map((one) => one.subscribe(follow));
  follow();
  return Object.assign(store, {
    stop() {
      for (const stop of stops) stop();
    },
  });
}
