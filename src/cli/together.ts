/** Many seeds of Bayesian optimisation side by side on the GPU. */
import type { SearchJob } from "../../workers/search-protocol.ts";
import { InputError } from "../errors.ts";
import { type Gpu, openDevice } from "../gpu/device.ts";
import { DeviceLost } from "../gpu/loss.ts";
import { labelTableObjective } from "../objectives/label-table.ts";
import { pointsOf } from "../search/points.ts";
import { type OpenSurrogates, searchTogether } from "../search/run-together.ts";
import type { Trace } from "../search/trace.ts";
import { searchSpace } from "../spaces/index.ts";
import { webgpuSurrogates } from "../surrogates/webgpu/surrogates.ts";
import { dawnNote } from "./dawn.ts";
import { openGpu } from "./model.ts";
import type { Output } from "./output.ts";
import type { SeedsProgress } from "./seeds.ts";
import { Failure } from "./terminal.ts";

/** Observations of a run that there is room for at first where the budget is in seconds. */
const OBSERVATIONS = 256;

/** Where proposals are worked out: in JavaScript on every processor core, or on the GPU for all seeds together. */
export const SEARCH_BACKENDS = ["js", "webgpu"] as const;
export type SearchBackend = (typeof SEARCH_BACKENDS)[number];

/**
 * Runs the job's seeds together. A seed's run does not depend on the seeds beside it, but on the adapter.
 * @returns the traces in the order of the seeds; after the signal those that had begun, the cut ones ending "cancelled"
 * @throws InputError for what a search or the GPU's surrogates refuse; Failure without an adapter, and where the device is lost
 */
export async function runSeedsTogether(
  job: SearchJob,
  signal: AbortSignal,
  progress: SeedsProgress,
  to: Output,
): Promise<Trace[]> {
  if (job.strategy !== "bo") {
    throw new InputError(
      `The search backend webgpu runs the strategy bo, found ${job.strategy}; the backend js runs all strategies.`,
    );
  }
  const opened = await openDevice(await openGpu());
  if (!opened.ok) throw new Failure(opened.message);
  const { gpu } = opened;
  to.note(`${opened.message} ${dawnNote()}.`);
  try {
    return await run(gpu, job, signal, progress);
  } catch (error) {
    if (!(error instanceof DeviceLost)) throw error;
    throw new Failure(`The GPU was lost during the search (${error.reason}): run it again, or with --search-backend js.`);
  } finally {
    gpu.device.destroy();
  }
}

function run(gpu: Gpu, job: SearchJob, signal: AbortSignal, progress: SeedsProgress): Promise<Trace[]> {
  const { budget } = job;
  const observations = "queries" in budget ? budget.queries : OBSERVATIONS;
  const open: OpenSurrogates = ({ embedding, candidates }, options, searches) =>
    webgpuSurrogates(gpu, { embedding, candidates, options, searches, observations });
  return searchTogether(
    {
      space: job.table.space,
      embedding: pointsOf(searchSpace(job.space ?? job.table.space), job.embedding),
      objective: labelTableObjective(job.table, job.labels),
      strategy: job.strategy,
      options: job.options,
      protocol: job.protocol,
      budget,
      seeds: job.seeds,
      signal,
      onQuery: () => progress.onQueries(1),
      onRun: progress.onRun,
    },
    open,
  );
}
