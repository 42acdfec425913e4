/** Many searches, one seed each: in this thread, or spread over several. */
import { Worker } from "node:worker_threads";
import { transfer } from "comlink";
import type { SearchApi, SearchEvent, SearchJob } from "../../workers/search-protocol.ts";
import { searchService } from "../../workers/search-service.ts";
import { InputError } from "../errors.ts";
import type { Trace } from "../search/trace.ts";
import { isPrepared, requestOf, searchSpace, tablesOf } from "../spaces/index.ts";
import { openPool, type PooledService } from "./pool.ts";

/** A job with one of its seeds. */
export interface Task {
  readonly job: Omit<SearchJob, "seeds">;
  readonly seed: number;
}

export interface TasksProgress {
  /** Queries made since the last call, in any run. */
  onQueries(count: number): void;
  /** Runs in the order in which they end, with the wall time they took. */
  onRun(trace: Trace, task: Task, seconds: number): void;
}

/**
 * Runs tasks on one space, in their order, on so many threads. What a task comes to does not depend on their number. After the signal the runs
 * under way end "cancelled", and no other begins.
 * @throws InputError for what a search refuses
 */
export async function runTasks(
  tasks: readonly Task[],
  threads: number,
  signal: AbortSignal,
  progress: TasksProgress,
): Promise<void> {
  const waiting = [...tasks];
  const [first] = tasks;
  if (!first) return;
  const { services, close } = openPool<SearchApi>(
    Math.min(threads, waiting.length),
    searchService,
    () => new Worker(new URL("./seeds.worker.ts", import.meta.url)),
  );
  const request = requestOf(searchSpace(first.job.space ?? first.job.table.space));
  const cancel = (): void => {
    for (const service of services) void service.cancel();
  };
  signal.addEventListener("abort", cancel);
  const work = async (service: PooledService<SearchApi>): Promise<void> => {
    // Copied where the space is prepared here; a thread that asks nothing of it is not waited for.
    if (services.length > 1 && request.name !== "nasbench201" && isPrepared(request)) void service.adopt(tablesOf(request));
    for (;;) {
      const task = signal.aborted ? undefined : waiting.shift();
      if (task === undefined) return;
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }: MessageEvent<SearchEvent>) => {
        if (data.type === "queries") progress.onQueries(data.queries.length);
      };
      const begin = performance.now();
      const outcome = await service.run({ ...task.job, seeds: [task.seed] }, transfer(port2, [port2]));
      port1.close();
      if (!outcome.ok) {
        waiting.length = 0;
        throw outcome.error.kind === "input" ? new InputError(outcome.error.message) : new Error(outcome.error.message);
      }
      for (const trace of outcome.value) progress.onRun(trace, task, (performance.now() - begin) / 1000);
    }
  };
  try {
    await Promise.all(services.map(work));
  } finally {
    signal.removeEventListener("abort", cancel);
    await close();
  }
}
