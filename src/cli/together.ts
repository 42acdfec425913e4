/** Many seeds of Bayesian optimisation side by side on the GPU. */
import type { SearchJob } from "../../workers/search-protocol.ts";
import { InputError } from "../errors.ts";
import { type Gpu, openDevice } from "../gpu/device.ts";
import { DeviceLost } from "../gpu/loss.ts";
import { labelTableObjective } from "../objectives/label-table.ts";
import { pointsOf } from "../search/points.ts";
import { type OpenSurrogates, runsTogether, searchTogether } from "../search/run-together.ts";
import type { Trace } from "../search/trace.ts";
import { searchSpace } from "../spaces/index.ts";
import { surrogatesOn, webgpuSurrogates } from "../surrogates/webgpu/surrogates.ts";
import { dawnNote } from "./dawn.ts";
import { openGpu } from "./model.ts";
import type { Output } from "./output.ts";
import { Failure } from "./terminal.ts";

/** Observations of a run that there is room for at first where the budget is in seconds. */
const OBSERVATIONS = 256;

/** Where proposals are worked out: in JavaScript on every processor core, or on the GPU for all seeds together. */
export const SEARCH_BACKENDS = ["js", "webgpu"] as const;
export type SearchBackend = (typeof SEARCH_BACKENDS)[number];

export interface TogetherProgress {
  onQuery(): void;
  /** Runs in the order in which they end, each with its share of the wall time of those beside it. */
  onRun(trace: Trace, seconds: number): void;
}

/** A GPU that searches run on together. */
export interface SearchGpu {
  /** As traces and the runs of a study name it. */
  readonly backend: string;
  /** Seeds that run together where runs should end while others are still to begin; the GPU is as busy as with more. */
  readonly some: number;
  /**
   * Runs the job's seeds together, `atOnce` at a time. A seed's run does not depend on the seeds beside it, but on the adapter.
   * @param atOnce by default as many as there is room for
   * @returns the traces in the order of the seeds; after the signal those that had begun, the cut ones ending "cancelled"
   * @throws InputError for what a search or the GPU's surrogates refuse; DeviceLost as soon as the device is gone
   */
  run(job: SearchJob, signal: AbortSignal, progress: TogetherProgress, atOnce?: number): Promise<Trace[]>;
  close(): void;
}

/** @throws Failure without an adapter */
export async function openSearchGpu(to: Output): Promise<SearchGpu> {
  const opened = await openDevice(await openGpu());
  if (!opened.ok) throw new Failure(opened.message);
  const { gpu } = opened;
  to.note(`${opened.message} ${dawnNote()}.`);
  return {
    backend: surrogatesOn(gpu),
    some: gpu.status === "software-adapter" ? 8 : 128,
    run: (job, signal, progress, atOnce) => run(gpu, job, signal, progress, atOnce),
    close: () => gpu.device.destroy(),
  };
}

/** What a command says where the GPU goes away. @param advice what to do then */
export function lostDuring(error: unknown, work: string, advice: string): unknown {
  return error instanceof DeviceLost ? new Failure(`The GPU was lost during the ${work} (${error.reason}): ${advice}.`) : error;
}

/** @throws InputError where the strategy cannot */
export function checkTogether(strategy: SearchJob["strategy"]): void {
  if (!runsTogether(strategy)) {
    throw new InputError(
      `The search backend webgpu runs the strategy bo, found ${strategy}; the backend js runs all strategies.`,
    );
  }
}

function run(
  gpu: Gpu,
  job: SearchJob,
  signal: AbortSignal,
  progress: TogetherProgress,
  atOnce = Number.POSITIVE_INFINITY,
): Promise<Trace[]> {
  const { budget } = job;
  const observations = "queries" in budget ? budget.queries : OBSERVATIONS;
  let begun = 0;
  let beside = 1;
  const open: OpenSurrogates = async ({ embedding, candidates }, options, searches) => {
    const room = { embedding, candidates, options, searches: Math.min(atOnce, searches), observations };
    const surrogates = await webgpuSurrogates(gpu, room);
    return {
      ...surrogates,
      begin(seeds) {
        begun = performance.now();
        beside = seeds.length;
        surrogates.begin(seeds);
      },
    };
  };
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
      onQuery: () => progress.onQuery(),
      onRun: (trace) => progress.onRun(trace, (performance.now() - begun) / 1000 / beside),
    },
    open,
  );
}
