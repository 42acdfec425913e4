import { transfer } from "comlink";
import { labelTableObjective } from "../src/objectives/label-table.ts";
import type { Objective } from "../src/objectives/objective.ts";
import { beliefSteps } from "../src/predictors/belief.ts";
import { type PointSource, pointsOf, withoutPoints } from "../src/search/points.ts";
import { searchSeeds, settingOf } from "../src/search/run.ts";
import { strategy } from "../src/search/strategies.ts";
import { type Embedding, knowledgeOf, needsSpace, pointsIn, type SpaceKnowledge } from "../src/search/strategy.ts";
import type { Query } from "../src/search/trace.ts";
import type { SearchSpace } from "../src/spaces/space.ts";
import { inSlices } from "../src/spaces/steps.ts";
import { outcome } from "./outcome.ts";
import type { SearchApi, SearchEvent, SearchJob } from "./search-protocol.ts";
import { adopt, preparedSpace } from "./spaces.ts";

/** At most one message of queries in this time, in milliseconds: a fast strategy makes thousands a second. */
const INTERVAL = 50;

/** What the search worker exposes. Apart from it, so that it also runs without a worker. */
export function searchService(): SearchApi {
  let running: AbortController | undefined;
  let believing: AbortController | undefined;
  const over = searchedPoints();
  return {
    adopt,
    async run(job, events) {
      if (running)
        return { ok: false, error: { kind: "input", message: "A search is still running; cancel it or wait for its end." } };
      const controller = new AbortController();
      running = controller;
      const batches = batching(events);
      const result = await outcome(async () => {
        const objective = labelTableObjective(job.table, job.labels);
        const points = await over(job, objective, controller.signal);
        return searchSeeds({
          ...points,
          space: job.table.space,
          objective,
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
        });
      });
      running = undefined;
      events.close();
      return result;
    },
    async believe({ embedding, evaluated, wanted }, progress) {
      believing?.abort();
      const controller = new AbortController();
      believing = controller;
      const { signal } = controller;
      const onProgress = (share: number): void => progress.postMessage(share);
      const result = await outcome(() => inSlices(beliefSteps(embedding, evaluated, wanted), { signal, onProgress }));
      progress.close();
      return result.ok ? transfer(result, [result.value.buffer as ArrayBuffer]) : result;
    },
    async cancel() {
      running?.abort();
    },
  };
}

/**
 * What a job searches, the space being asked only where it must be. The encoding of the last job is kept: jobs of one seed each follow one
 * another.
 */
function searchedPoints() {
  let kept: { readonly space: SearchSpace; readonly embedding: Embedding } | undefined;
  const pointsIfNew = (space: SearchSpace, source: PointSource): Embedding => {
    if (typeof source !== "string") return pointsOf(space, source);
    if (kept?.space !== space || kept.embedding.encoding !== source) kept = { space, embedding: pointsOf(space, source) };
    return kept.embedding;
  };
  return async (
    { embedding: source, table, space: choice = table.space, protocol, ...job }: SearchJob,
    objective: Objective,
    signal: AbortSignal,
  ): Promise<SpaceKnowledge & { readonly embedding: Embedding }> => {
    const points = typeof source === "string" ? source : pointsIn(source ?? withoutPoints(objective.size));
    const { needs } = strategy(job.strategy, settingOf({ space: table.space, objective, protocol, points }), job.options);
    if (typeof source !== "string" && !needsSpace(needs)) {
      return { embedding: source ?? withoutPoints(objective.size) };
    }
    const space = await preparedSpace(choice, signal);
    return { ...knowledgeOf(space), embedding: pointsIfNew(space, source) };
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
