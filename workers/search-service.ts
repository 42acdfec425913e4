import { labelTableObjective } from "../src/objectives/label-table.ts";
import { searchSeeds } from "../src/search/run.ts";
import type { Query } from "../src/search/trace.ts";
import { outcome } from "./outcome.ts";
import type { SearchApi, SearchEvent } from "./search-protocol.ts";

/** At most one message of queries in this time, in milliseconds: a fast strategy makes thousands a second. */
const INTERVAL = 50;

/** What the search worker exposes. Apart from it, so that it also runs without a worker. */
export function searchService(): SearchApi {
  let running: AbortController | undefined;
  return {
    async run(job, events) {
      if (running)
        return { ok: false, error: { kind: "input", message: "A search is still running; cancel it or wait for its end." } };
      const controller = new AbortController();
      running = controller;
      const batches = batching(events);
      const result = await outcome(() =>
        searchSeeds({
          space: job.table.space,
          embedding: job.embedding,
          objective: labelTableObjective(job.table, job.labels),
          strategy: job.strategy,
          options: job.options,
          protocol: job.protocol,
          budget: job.budget,
          seeds: job.seeds,
          signal: controller.signal,
          onQuery: batches.add,
          onRun(trace) {
            batches.flush();
            batches.send({ type: "run", trace });
          },
        }),
      );
      running = undefined;
      events.close();
      return result;
    },
    async cancel() {
      running?.abort();
    },
  };
}

function batching(events: MessagePort) {
  let waiting: { readonly seed: number; readonly queries: Query[] } | undefined;
  let sent = 0;
  const send = (event: SearchEvent): void => events.postMessage(event);
  const flush = (): void => {
    if (waiting) send({ type: "queries", ...waiting });
    waiting = undefined;
    sent = performance.now();
  };
  return {
    send,
    flush,
    add(query: Query, seed: number): void {
      if (waiting && waiting.seed !== seed) flush();
      waiting ??= { seed, queries: [] };
      waiting.queries.push(query);
      if (performance.now() - sent >= INTERVAL) flush();
    },
  };
}
