import { transfer } from "comlink";
import type { LabelTable } from "../../src/formats/label-table.ts";
import type { LabelChoice } from "../../src/objectives/label-table.ts";
import type { MetricInfo } from "../../src/objectives/objective.ts";
import type { PointSource } from "../../src/search/points.ts";
import type { StrategyOptions } from "../../src/search/strategies.ts";
import type { Points } from "../../src/search/strategy.ts";
import type { Budget, Query, Trace } from "../../src/search/trace.ts";
import type { SpaceRequest } from "../../src/spaces/request.ts";
import type { Failure } from "../../workers/protocol.ts";
import type { SearchApi, SearchEvent, SearchJob } from "../../workers/search-protocol.ts";
import { createStore, type Store } from "./store.ts";
import type { Client } from "./workers.ts";

/** One run, under way or ended. */
export interface RunView {
  readonly seed: number;
  readonly queries: readonly Query[];
  /** Present once it ended. */
  readonly trace: Trace | undefined;
}

/** What was asked for, for captions and files. */
export interface SearchPlan {
  readonly strategy: SearchJob["strategy"];
  readonly protocol: SearchJob["protocol"];
  readonly budget: Budget;
  readonly seeds: readonly number[];
  readonly source: string;
  /** Whose embedding was searched, or what instead of one. */
  readonly embedding: string;
  readonly points: Points;
  readonly metric: MetricInfo;
  readonly report: MetricInfo | undefined;
  readonly cost: MetricInfo | undefined;
}

export interface SearchView {
  readonly job: "idle" | "running" | "cancelling" | "finished" | "cancelled" | "failed";
  readonly plan: SearchPlan | undefined;
  readonly runs: readonly RunView[];
  /** Queries of all runs so far. */
  readonly queries: number;
  readonly startedAt: number;
  /** Seed of the run whose path is on the map; undefined follows the run under way, then the best one. */
  readonly followed: number | undefined;
}

export interface SearchRequest {
  readonly space: SpaceRequest;
  readonly points: PointSource;
  /** What was searched, in words. */
  readonly pointsName: string;
  readonly table: LabelTable;
  readonly labels: LabelChoice;
  readonly strategy: SearchJob["strategy"];
  readonly options: StrategyOptions;
  readonly protocol: SearchJob["protocol"];
  readonly budget: Budget;
  readonly seeds: readonly number[];
}

/** Architectures that a run asked for, in order, and those that were the best when they were asked. */
export interface Walk {
  readonly queries: readonly number[];
  readonly incumbents: readonly number[];
}

export interface SearchingStore {
  readonly store: Store<SearchView>;
  start(request: SearchRequest): Promise<void>;
  cancel(): void;
  clear(): void;
  follow(seed: number | undefined): void;
  /** The run on the map. */
  run(): RunView | undefined;
  /** @param most queries, from the first; all where it is left out */
  walk(most?: number): Walk | undefined;
}

export interface SearchEffects {
  onFailure(failure: Failure): void;
  onEnd(state: "finished" | "cancelled", best: RunView | undefined): void;
}

const INITIAL: SearchView = {
  job: "idle",
  plan: undefined,
  runs: [],
  queries: 0,
  startedAt: 0,
  followed: undefined,
};

/** The query that found the incumbent of a run. */
export function resultOf(run: Pick<RunView, "queries">): Query | undefined {
  const incumbent = run.queries.at(-1)?.incumbent;
  return run.queries.find(({ index }) => index === incumbent);
}

/** The run with the best searched value; the earlier one of equals. */
export function bestRun(runs: readonly RunView[], goal: "max" | "min"): RunView | undefined {
  let best: { readonly run: RunView; readonly value: number } | undefined;
  for (const run of runs) {
    const result = resultOf(run);
    if (!result) continue;
    const value = goal === "max" ? result.value : -result.value;
    if (!best || value > best.value) best = { run, value };
  }
  return best?.run;
}

export function createSearching(client: () => Client<SearchApi>, effects: SearchEffects): SearchingStore {
  const store = createStore<SearchView>(INITIAL);
  let job = 0;

  const change = (seed: number, update: (run: RunView) => RunView): void => {
    const { runs } = store.value;
    const known = runs.some((run) => run.seed === seed);
    const all = known ? runs : [...runs, { seed, queries: [], trace: undefined }];
    const next = all.map((run) => (run.seed === seed ? update(run) : run));
    store.set({ runs: next, queries: next.reduce((sum, run) => sum + run.queries.length, 0) });
  };

  const receive = (event: SearchEvent): void => {
    if (event.type === "queries") change(event.seed, (run) => ({ ...run, queries: [...run.queries, ...event.queries] }));
    else change(event.trace.seed, (run) => ({ ...run, queries: event.trace.queries, trace: event.trace }));
  };

  const followedRun = (): RunView | undefined => {
    const { runs, followed, plan, job: state } = store.value;
    if (followed !== undefined) return runs.find((run) => run.seed === followed);
    if (state === "running" || state === "cancelling") return runs.at(-1);
    return plan && bestRun(runs, plan.metric.goal);
  };

  return {
    store,
    async start({ space, points, pointsName, table, labels, strategy, options, protocol, budget, seeds }) {
      const { job: state } = store.value;
      if (state === "running" || state === "cancelling") return;
      const mine = ++job;
      const column = (name: string | undefined): MetricInfo | undefined => table.metrics.find((metric) => metric.name === name);
      const metric = column(labels.metric);
      if (!metric) {
        effects.onFailure({
          kind: "input",
          message: `The column "${labels.metric}" is not in ${table.source}; choose another to search.`,
        });
        return;
      }
      const plan: SearchPlan = {
        strategy,
        protocol,
        budget,
        seeds,
        source: table.source,
        embedding: pointsName,
        points: points === undefined ? "none" : typeof points === "string" ? points : "embedding",
        metric,
        report: column(labels.report),
        cost: column(labels.cost),
      };
      store.set({ ...INITIAL, job: "running", plan, startedAt: performance.now() });
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }: MessageEvent<SearchEvent>) => {
        if (mine === job) receive(data);
      };
      const order: SearchJob = {
        space,
        embedding: points,
        table,
        labels,
        strategy,
        options,
        protocol,
        budget,
        seeds,
      };
      const ended = await client().ask((api) => api.run(order, transfer(port2, [port2])));
      port1.close();
      if (mine !== job) return;
      if (!ended.ok && ended.error.kind === "cancelled") {
        // While the space was prepared: there is no run yet.
        store.set({ job: "cancelled" });
        effects.onEnd("cancelled", undefined);
        return;
      }
      if (!ended.ok) {
        store.set({ job: "failed" });
        effects.onFailure(ended.error);
        return;
      }
      const runs = ended.value.map((trace) => ({ seed: trace.seed, queries: trace.queries, trace }));
      const finished = runs.length === seeds.length && runs.every((run) => run.trace.end !== "cancelled");
      store.set({
        job: finished ? "finished" : "cancelled",
        runs,
        queries: runs.reduce((sum, run) => sum + run.queries.length, 0),
      });
      effects.onEnd(finished ? "finished" : "cancelled", bestRun(runs, plan.metric.goal));
    },
    cancel() {
      if (store.value.job !== "running") return;
      store.set({ job: "cancelling" });
      void client().api.cancel();
    },
    clear() {
      if (store.value.job === "running") void client().api.cancel();
      job += 1;
      store.set(INITIAL);
    },
    follow: (followed) => store.set({ followed }),
    run: followedRun,
    walk(most) {
      const run = followedRun();
      if (!run || run.queries.length === 0) return undefined;
      const shown = run.queries.slice(0, most);
      const queries = shown.map(({ index }) => index);
      const incumbents = shown.map(({ incumbent }) => incumbent).filter((index, i, all) => index !== all[i - 1]);
      return { queries, incumbents };
    },
  };
}
