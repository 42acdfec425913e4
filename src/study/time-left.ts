/** How long the runs that are left will take: by what runs of the same strategy took so far. */

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

export function timeLeft(before: readonly Ended[], tasks: readonly Pick<Ended, "name">[], threads: number): TimeLeft {
  const waiting = new Map<string, number>();
  for (const { name } of tasks) waiting.set(name, (waiting.get(name) ?? 0) + 1);
  const took = new Map<string, { runs: number; seconds: number }>();
  const add = ({ name, seconds }: Ended): void => {
    const sum = took.get(name) ?? { runs: 0, seconds: 0 };
    took.set(name, { runs: sum.runs + 1, seconds: sum.seconds + seconds });
  };
  before.forEach(add);
  return {
    ended(run) {
      add(run);
      waiting.set(run.name, (waiting.get(run.name) ?? 1) - 1);
    },
    now() {
      const parts = [...waiting].map(([name, runs]) => {
        const sum = took.get(name);
        if (runs === 0) return 0;
        return sum ? (runs * sum.seconds) / sum.runs : Number.NaN;
      });
      const seconds = parts.reduce((sum, part) => sum + part, 0) / Math.max(1, threads);
      return Number.isFinite(seconds) ? seconds : undefined;
    },
  };
}
