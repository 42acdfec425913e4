/** One search, many seeds: in this thread, or spread over several. */
import { Worker } from "node:worker_threads";
import { type Remote, transfer, wrap } from "comlink";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";
import type { SearchApi, SearchEvent, SearchJob } from "../../workers/search-protocol.ts";
import { searchService } from "../../workers/search-service.ts";
import { InputError } from "../errors.ts";
import type { Trace } from "../search/trace.ts";
import { isPrepared, requestOf, searchSpace, tablesOf } from "../spaces/index.ts";

export interface SeedsProgress {
  /** Queries made since the last call, in any run. */
  onQueries(count: number): void;
  /** Runs in the order in which they end. */
  onRun(trace: Trace): void;
}

interface Pool {
  readonly services: readonly (SearchApi | Remote<SearchApi>)[];
  close(): Promise<void>;
}

function openPool(threads: number): Pool {
  if (threads === 1) return { services: [searchService()], close: async () => undefined };
  const workers = Array.from({ length: threads }, () => new Worker(new URL("./seeds.worker.ts", import.meta.url)));
  return {
    services: workers.map((worker) => wrap<SearchApi>(nodeEndpoint(worker))),
    close: async () => void (await Promise.all(workers.map((worker) => worker.terminate()))),
  };
}

/**
 * Runs the job's seeds on so many threads. A seed's run does not depend on the number of threads.
 * @returns the traces in the order of the seeds; after the signal those so far, the cut ones ending "cancelled"
 * @throws InputError for what a search refuses
 */
export async function runSeeds(job: SearchJob, threads: number, signal: AbortSignal, progress: SeedsProgress): Promise<Trace[]> {
  const waiting = [...job.seeds];
  const traces: Trace[] = [];
  const { services, close } = openPool(Math.min(threads, waiting.length));
  const request = requestOf(searchSpace(job.space ?? job.table.space));
  const cancel = (): void => {
    for (const service of services) void service.cancel();
  };
  signal.addEventListener("abort", cancel);
  const work = async (service: Pool["services"][number]): Promise<void> => {
    // Copied where the space is prepared here; a thread that asks nothing of it is not waited for.
    if (services.length > 1 && request.name !== "nasbench201" && isPrepared(request)) void service.adopt(tablesOf(request));
    for (;;) {
      const seed = signal.aborted ? undefined : waiting.shift();
      if (seed === undefined) return;
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }: MessageEvent<SearchEvent>) => {
        if (data.type === "queries") progress.onQueries(data.queries.length);
      };
      const outcome = await service.run({ ...job, seeds: [seed] }, transfer(port2, [port2]));
      port1.close();
      if (!outcome.ok) {
        waiting.length = 0;
        throw outcome.error.kind === "input" ? new InputError(outcome.error.message) : new Error(outcome.error.message);
      }
      for (const trace of outcome.value) {
        traces.push(trace);
        progress.onRun(trace);
      }
    }
  };
  try {
    await Promise.all(services.map(work));
  } finally {
    signal.removeEventListener("abort", cancel);
    await close();
  }
  const order = new Map(job.seeds.map((seed, position) => [seed, position]));
  return traces.sort((a, b) => (order.get(a.seed) ?? 0) - (order.get(b.seed) ?? 0));
}
