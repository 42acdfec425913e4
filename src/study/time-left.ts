/**
 * How long the runs that are left will take: by what runs of the same strategy took since this was begun, and before the first of them by what
 * those kept from before took, which may have been on a busier machine.
 */

interface Ended {
  readonly name: string;
  /** Wall time. */
  readonly seconds: number;
}

export interface TimeLeft {
  ended(run: Ended): void;
  /** Seconds; undefined while nothing is known of some strategy. */
  now(): number | undefined;
}

interface Sum {
  readonly runs: number;
  readonly seconds: number;
}

function add(sums: Map<string, Sum>, { name, seconds }: Ended): void {
  const before = sums.get(name) ?? { runs: 0, seconds: 0 };
  sums.set(name, { runs: before.runs + 1, seconds: before.seconds + seconds });
}

export function timeLeft(before: readonly Ended[], tasks: readonly Pick<Ended, "name">[], threads: number): TimeLeft {
  const waiting = new Map<string, number>();
  for (const { name } of tasks) waiting.set(name, (waiting.get(name) ?? 0) + 1);
  const kept = new Map<string, Sum>();
  const took = new Map<string, Sum>();
  for (const run of before) add(kept, run);
  return {
    ended(run) {
      add(took, run);
      waiting.set(run.name, (waiting.get(run.name) ?? 1) - 1);
    },
    now() {
      const parts = [...waiting].map(([name, runs]) => {
        const sum = took.get(name) ?? kept.get(name);
        if (runs === 0) return 0;
        return sum ? (runs * sum.seconds) / sum.runs : Number.NaN;
      });
      const seconds = parts.reduce((sum, part) => sum + part, 0) / Math.max(1, threads);
      return Number.isFinite(seconds) ? seconds : undefined;
    },
  };
}
