/** Many searches, one seed each, spread over search workers that may die. */
import { InputError } from "../src/errors.ts";
import type { Trace } from "../src/search/trace.ts";
import type { Outcome } from "./protocol.ts";
import type { SearchJob } from "./search-protocol.ts";

export interface PoolTask {
  readonly job: Omit<SearchJob, "seeds">;
  readonly seed: number;
}

/** A search worker as the pool sees it. */
export interface Searcher {
  run(job: SearchJob): Promise<Outcome<readonly Trace[]>>;
  /** Resolves with the reason once the worker cannot work any more. */
  readonly ended: Promise<string>;
  close(): void;
}

export interface Pool {
  /** Workers at most. */
  readonly size: number;
  open(): Searcher;
  /** Ends everything at once; runs under way are lost. */
  readonly signal: AbortSignal;
}

export interface PoolHooks<Task> {
  /** @param seconds wall time */
  onRun(task: Task, trace: Trace, seconds: number): void;
  /** A run that came to nothing: its search broke, or its worker died twice. */
  onFailed(task: Task, reason: string): void;
}

/** So many workers that die one after the other, without a run between, are no accident. */
const MOST_DEATHS = 6;

type Answer = { readonly outcome: Outcome<readonly Trace[]> } | { readonly gone: string } | undefined;

/**
 * Runs tasks in their order. A worker that dies costs the run it had, which is tried once more in another one.
 * @throws InputError for what a search refuses, because it would refuse the rest as well; Error where workers keep dying
 */
export async function runInPool<Task extends PoolTask>(
  tasks: readonly Task[],
  { size, open, signal }: Pool,
  { onRun, onFailed }: PoolHooks<Task>,
): Promise<void> {
  const waiting = tasks.map((task) => ({ task, isSecond: false }));
  const stop = new AbortController();
  const stopped = new Promise<undefined>((resolve) => stop.signal.addEventListener("abort", () => resolve(undefined)));
  const pass = (): void => stop.abort();
  signal.addEventListener("abort", pass);
  if (signal.aborted) pass();
  let failure: Error | undefined;
  let deaths = 0;
  const fail = (error: Error): void => {
    failure ??= error;
    stop.abort();
  };

  const work = async (): Promise<void> => {
    let searcher: Searcher | undefined;
    for (;;) {
      const next = stop.signal.aborted ? undefined : waiting.shift();
      if (next === undefined) break;
      const { task, isSecond } = next;
      try {
        searcher ??= open();
      } catch (error) {
        fail(error instanceof Error ? error : new Error(String(error)));
        break;
      }
      const begun = performance.now();
      const answer: Answer = await Promise.race([
        searcher.run({ ...task.job, seeds: [task.seed] }).then(
          (outcome) => ({ outcome }),
          (error: unknown) => ({ gone: error instanceof Error ? error.message : String(error) }),
        ),
        searcher.ended.then((gone) => ({ gone })),
        stopped,
      ]);
      if (answer === undefined) break;
      if ("gone" in answer) {
        searcher.close();
        searcher = undefined;
        if (++deaths >= MOST_DEATHS) fail(new Error(`The search workers keep ending: ${answer.gone.replace(/\.$/, "")}.`));
        else if (isSecond) onFailed(task, answer.gone);
        else waiting.unshift({ task, isSecond: true });
        continue;
      }
      deaths = 0;
      const { outcome } = answer;
      if (outcome.ok) for (const trace of outcome.value) onRun(task, trace, (performance.now() - begun) / 1000);
      else if (outcome.error.kind === "input") fail(new InputError(outcome.error.message));
      else onFailed(task, outcome.error.message);
    }
    searcher?.close();
  };
  await Promise.all(Array.from({ length: Math.min(size, tasks.length) }, work));
  signal.removeEventListener("abort", pass);
  if (failure) throw failure;
}
