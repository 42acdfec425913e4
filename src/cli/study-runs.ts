/** The runs of a study that are still to be made: spread over threads, or together on a GPU where that is wanted. */
import { runsTogether } from "../search/run-together.ts";
import type { Trace } from "../search/trace.ts";
import { runLine, type StudyTask } from "../study/plan.ts";
import type { RunLine } from "../study/run-lines.ts";
import { timeLeft } from "../study/time-left.ts";
import { duration, type Output } from "./output.ts";
import { runTasks } from "./tasks.ts";
import type { Terminal } from "./terminal.ts";
import { lostDuring, type SearchGpu } from "./together.ts";

export interface StudyRuns {
  readonly kept: readonly RunLine[];
  append(run: RunLine): Promise<void>;
  /** Threads that runs are spread over. */
  readonly jobs: number;
  /** Where searches that can run together do. */
  readonly gpu?: SearchGpu | undefined;
}

/** Runs what is still to run. @returns the runs that ended */
export async function makeRuns(
  tasks: readonly StudyTask[],
  { kept, append, jobs, gpu }: StudyRuns,
  to: Output,
  terminal: Terminal,
): Promise<RunLine[]> {
  const progress = to.progress("runs");
  const isTogether = ({ job }: StudyTask): boolean => gpu !== undefined && runsTogether(job.strategy);
  const [spread, together] = [tasks.filter((task) => !isTogether(task)), tasks.filter(isTogether)];
  const left = [timeLeft(kept, spread, Math.min(jobs, spread.length)), timeLeft(kept, together, 1)];
  const ended: RunLine[] = [];
  const total = kept.length + tasks.length;
  const tell = (): void => {
    const parts = left.map((part) => part.now() ?? Number.NaN);
    const seconds = Math.max(...parts);
    const isKnown = Number.isFinite(seconds);
    const text = isKnown ? `${duration(seconds)} left` : "";
    progress.update(kept.length + ended.length, total, text, {
      unit: "runs",
      secondsLeft: isKnown ? Math.round(seconds) : null,
    });
  };
  let written: Promise<unknown> = Promise.resolve();
  const onRun = (trace: Trace, task: string, took: number): void => {
    const { end } = trace;
    if (end === "cancelled") return;
    const line = runLine(task, { ...trace, end }, took);
    ended.push(line);
    for (const part of left) part.ended(line);
    written = Promise.all([written, append(line)]);
    // Told below; without a listener Node would end at once.
    written.catch(() => undefined);
    const { name, seed, asked, seconds } = line;
    to.line({ type: "run", strategy: name, seed, queries: asked.length, seconds, end });
    tell();
  };

  if (kept.length > 0 && tasks.length > 0) to.note(`${kept.length} runs were kept; ${tasks.length} are left.`);
  if (tasks.length > 0) tell();
  // Where one kind fails, the other has to end as well.
  const failed = new AbortController();
  const signal = AbortSignal.any([terminal.interrupted, failed.signal]);
  const orStop = (error: unknown): never => {
    failed.abort();
    throw error;
  };
  const work = [
    runTasks(spread, jobs, signal, {
      onQueries: () => undefined,
      onRun: (trace, task, seconds) => onRun(trace, (task as StudyTask).name, seconds),
    }).catch(orStop),
    ...(gpu ? [runOnGpu(together, gpu, signal, onRun).catch(orStop)] : []),
  ];
  try {
    await Promise.allSettled(work);
    await Promise.all(work);
  } finally {
    progress.clear();
    await written;
  }
  return ended;
}

/** A strategy after the other, some seeds at a time: what has ended is kept, whatever happens to those that follow. */
async function runOnGpu(
  tasks: readonly StudyTask[],
  gpu: SearchGpu,
  signal: AbortSignal,
  onRun: (trace: Trace, name: string, seconds: number) => void,
): Promise<void> {
  for (const name of new Set(tasks.map((task) => task.name))) {
    const own = tasks.filter((task) => task.name === name);
    const [first] = own;
    if (!first || signal.aborted) return;
    const job = { ...first.job, seeds: own.map(({ seed }) => seed) };
    const progress = { onQuery: () => undefined, onRun: (trace: Trace, seconds: number) => onRun(trace, name, seconds) };
    await gpu.run(job, signal, progress, gpu.some).catch((error: unknown) => {
      throw lostDuring(error, "study", "runs that ended are kept, run it again to go on");
    });
  }
}
