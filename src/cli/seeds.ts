/** One search, many seeds: in this thread, spread over several, or together on the GPU. */
import type { SearchJob } from "../../workers/search-protocol.ts";
import type { Trace } from "../search/trace.ts";
import type { Output } from "./output.ts";
import { runTasks } from "./tasks.ts";
import { checkTogether, lostDuring, openSearchGpu } from "./together.ts";

export interface SeedsProgress {
  /** Queries made since the last call, in any run. */
  onQueries(count: number): void;
  /** Runs in the order in which they end. */
  onRun(trace: Trace): void;
}

/**
 * Runs the job's seeds on so many threads. A seed's run does not depend on the number of threads.
 * @returns the traces in the order of the seeds; after the signal those so far, the cut ones ending "cancelled"
 * @throws InputError for what a search refuses
 */
export async function runSeeds(job: SearchJob, threads: number, signal: AbortSignal, progress: SeedsProgress): Promise<Trace[]> {
  const traces: Trace[] = [];
  const tasks = job.seeds.map((seed) => ({ job, seed }));
  await runTasks(tasks, threads, signal, {
    onQueries: progress.onQueries,
    onRun(trace) {
      traces.push(trace);
      progress.onRun(trace);
    },
  });
  const order = new Map(job.seeds.map((seed, position) => [seed, position]));
  return traces.sort((a, b) => (order.get(a.seed) ?? 0) - (order.get(b.seed) ?? 0));
}

/**
 * Runs the job's seeds together on the GPU.
 * @returns the traces in the order of the seeds; after the signal those that had begun, the cut ones ending "cancelled"
 * @throws InputError for what a search or the GPU's surrogates refuse; Failure without an adapter, and where the device is lost
 */
export async function runSeedsTogether(
  job: SearchJob,
  signal: AbortSignal,
  { onQueries, onRun }: SeedsProgress,
  to: Output,
): Promise<Trace[]> {
  checkTogether(job.strategy);
  const gpu = await openSearchGpu(to);
  try {
    return await gpu.run(job, signal, { onQuery: () => onQueries(1), onRun });
  } catch (error) {
    throw lostDuring(error, "search", "run it again, or with --search-backend js");
  } finally {
    gpu.close();
  }
}
