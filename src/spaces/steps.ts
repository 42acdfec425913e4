/**
 * Long work on the CPU written as a generator: it yields the finished share (0..1) every few milliseconds and returns its
 * result. The same work then runs at once, or in slices that leave room for messages, progress and cancelling.
 */
export type Steps<Result> = Generator<number, Result, void>;

export interface Watch {
  /** Called a few times a second with the finished share, 0..1. */
  readonly onProgress?: (share: number) => void;
  /** Stops the work; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

const SLICE_MS = 40;

export function atOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

export async function inSlices<Result>(steps: Steps<Result>, { onProgress, signal }: Watch = {}): Promise<Result> {
  for (;;) {
    signal?.throwIfAborted();
    const until = performance.now() + SLICE_MS;
    let step = steps.next();
    while (!step.done && performance.now() < until) step = steps.next();
    if (step.done) {
      onProgress?.(1);
      return step.value;
    }
    onProgress?.(step.value);
    await new Promise<void>((resolve) => setTimeout(resolve));
  }
}

/** Steps of a part of the work as a part of all of it. */
export function* share<Result>(steps: Steps<Result>, from: number, to: number): Steps<Result> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    yield from + (to - from) * step.value;
  }
}
