/** Where a command writes, and how it hears of Ctrl-C: given from outside, so that tests run commands in their own process. */
export interface Terminal {
  /** Results: standard output. */
  readonly out: (text: string) => void;
  /** Progress, warnings and errors: standard error. */
  readonly err: (text: string) => void;
  /** Where a progress bar can be drawn; absent where nobody watches. */
  readonly screen?: NodeJS.WriteStream;
  /** Standard input; absent where it is a keyboard. */
  readonly input?: NodeJS.ReadableStream;
  /** Aborted by the first Ctrl-C. */
  readonly interrupted: AbortSignal;
}

/** What an exit code says. */
export const EXIT = { ok: 0, failed: 1, usage: 2, cancelled: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_HELP = `
Exit codes:
  0    done
  1    a check or a run failed
  2    the command line or a file is not as it should be
  130  cancelled by Ctrl-C (a second Ctrl-C ends at once)`;

/** A run that cannot go on for a reason that lies neither in the command line nor in our code, e.g. no graphics adapter. */
export class Failure extends Error {}

/** Thrown to leave a command that has nothing to tidy up. */
export class Interrupted extends Error {}

/** Work that nobody waits for after Ctrl-C. */
export function unlessInterrupted<T>(work: Promise<T>, { interrupted }: Terminal): Promise<T> {
  if (interrupted.aborted) return Promise.reject(new Interrupted());
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(new Interrupted());
    interrupted.addEventListener("abort", leave, { once: true });
    work.then(resolve, reject).finally(() => interrupted.removeEventListener("abort", leave));
  });
}
