import { digestOf } from "../src/study/digest.ts";
import type { RunLine, StrategyLine, StudyLine } from "../src/study/run-lines.ts";

/**
 * Runs that are known, whichever study they were made for: a strategy with the same options on the same points and labels makes the same
 * run again, so no run is made twice. Those of this session are held here, and all that were made here are kept in the browser's storage.
 */

/** All methods reject where the storage refuses. */
export interface RunShelf {
  /** Runs that were put under this name. */
  read(shelf: string): Promise<readonly RunLine[]>;
  put(shelf: string, run: RunLine): Promise<void>;
  remove(shelf: string): Promise<void>;
}

export interface KnownRuns {
  /** Holds runs that were made elsewhere. */
  add(study: StudyLine, strategy: StrategyLine, runs: readonly RunLine[]): Promise<void>;
  /** Of one strategy, under its name in this study. */
  find(study: StudyLine, strategy: StrategyLine): Promise<RunLine[]>;
  /** Holds a run that was made here, and keeps it. Rejects where the storage refuses; the run is held even so. */
  keep(study: StudyLine, strategy: StrategyLine, run: RunLine): Promise<void>;
  forget(study: StudyLine, strategy: StrategyLine): Promise<void>;
}

/** @param store undefined where the browser has none */
export function knownRuns(store: RunShelf | undefined): KnownRuns {
  const held = new Map<string, Map<number, RunLine>>();
  const hold = (shelf: string, runs: readonly RunLine[]): void => {
    const before = held.get(shelf) ?? new Map<number, RunLine>();
    for (const run of runs) if (!before.has(run.seed)) before.set(run.seed, run);
    held.set(shelf, before);
  };
  return {
    async add(study, strategy, runs) {
      hold(await shelfOf(study, strategy), runs);
    },
    async find(study, strategy) {
      const shelf = await shelfOf(study, strategy);
      // A storage that refuses holds nothing.
      if (!held.has(shelf)) hold(shelf, await (store?.read(shelf) ?? Promise.resolve([])).catch(() => []));
      return [...(held.get(shelf)?.values() ?? [])].map((run) => ({ ...run, name: strategy.name }));
    },
    async keep(study, strategy, run) {
      const shelf = await shelfOf(study, strategy);
      hold(shelf, [run]);
      if (!store) throw new Error("this browser has no storage for pages.");
      await store.put(shelf, run);
    },
    async forget(study, strategy) {
      const shelf = await shelfOf(study, strategy);
      held.set(shelf, new Map());
      await store?.remove(shelf);
    },
  };
}

/** All that decides a strategy's runs but the seed, in one name. Another version may run otherwise. */
async function shelfOf(study: StudyLine, { name: _, options, ...strategy }: StrategyLine): Promise<string> {
  const sorted = Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1));
  const { space, metric, cost, table, embedding, version } = study;
  // Only what is searched counts: a strategy that reads no embedding runs alike beside any.
  const points = strategy.points === "embedding" ? embedding : null;
  const { strategy: by, protocol, budget, backend } = strategy;
  const all = [Object.entries(space).sort(), metric, cost, table, points, version, by, sorted, protocol, strategy.points, budget];
  if (backend !== undefined) all.push(backend);
  return digestOf(new TextEncoder().encode(JSON.stringify(all)));
}
