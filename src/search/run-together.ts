import { generator } from "../random/generator.ts";
import type { SurrogatesTogether } from "./dngo/together.ts";
import { type OpenRun, openRun, type SeedsRequest, type Settled, settle } from "./run.ts";
import { drawer } from "./sampling.ts";
import type { DngoOptions } from "./strategies/dngo.ts";
import type { StrategyName } from "./strategies.ts";
import type { Trace } from "./trace.ts";

/** Where surrogates come from, told what they are for. */
export type OpenSurrogates = (settled: Settled, options: DngoOptions, searches: number) => Promise<SurrogatesTogether>;

/** Whether searches by a strategy can run together. */
export const runsTogether = (strategy: StrategyName): boolean => strategy === "bo";

/** A run under way at its place, and what it evaluated last. */
interface Running {
  readonly place: number;
  readonly seed: number;
  readonly run: OpenRun;
  positions: readonly number[];
  values: readonly number[];
}

/**
 * Bayesian optimisation once a seed, all seeds side by side: a round evaluates what every run proposed, then fits the surrogates of all
 * of them together. Runs start from the same random architectures as those of `searchSeeds`; later ones differ, because surrogates
 * are rounded otherwise. A seed's run does not depend on the seeds beside it.
 * @returns the traces in the order of the seeds; after a cancellation of those that had begun, the cut ones ending "cancelled"
 */
export async function searchTogether(request: SeedsRequest, open: OpenSurrogates): Promise<Trace[]> {
  const { seeds, signal, onQuery, onRun } = request;
  const settled = settle(request);
  if (!runsTogether(settled.chosen.name)) throw new Error(`Only searches by bo run together, not by ${settled.chosen.name}.`);
  const options = settled.chosen.options as unknown as DngoOptions;
  const surrogates = await open(settled, options, seeds.length);
  const traces: Trace[] = [];
  try {
    for (let first = 0; first < seeds.length && !signal?.aborted; first += surrogates.places) {
      const some = seeds.slice(first, first + surrogates.places);
      const running = some.map((seed, place): Running => {
        const run = openRun(settled, { seed, onQuery: (query) => onQuery?.(query, seed) }, surrogates.backend);
        return { place, seed, run, positions: [], values: [] };
      });
      traces.push(...(await runSome(running, settled, options, surrogates, onRun)));
    }
  } finally {
    surrogates.close();
  }
  const order = new Map(seeds.map((seed, position) => [seed, position]));
  return traces.sort((a, b) => (order.get(a.seed) ?? 0) - (order.get(b.seed) ?? 0));
}

async function runSome(
  all: readonly Running[],
  { candidates, signal }: Settled,
  options: DngoOptions,
  surrogates: SurrogatesTogether,
  onRun: SeedsRequest["onRun"],
): Promise<Trace[]> {
  const traces: Trace[] = [];
  const end = ({ run }: Running, reason: Trace["end"]): void => {
    const trace = run.trace(reason);
    traces.push(trace);
    onRun?.(trace);
  };
  /** Evaluates what a run is to look at next; whether it goes on. */
  const evaluate = async (running: Running, positions: readonly number[]): Promise<boolean> => {
    const told = positions.length > 0 ? await running.run.evaluate(positions.map((at) => candidates[at] as number)) : "exhausted";
    if (typeof told === "string") {
      end(running, told);
      return false;
    }
    running.positions = positions;
    running.values = told.map(({ value }) => value);
    return true;
  };

  surrogates.begin(all.map(({ seed }) => seed));
  let running: Running[] = [];
  for (const one of all) {
    if (await evaluate(one, initialPositions(candidates.length, options.initial, one.seed))) running.push(one);
  }
  while (running.length > 0) {
    const told = running.map(({ place, positions, values }) => ({ place, positions, values }));
    const proposals = await surrogates.propose(told, signal);
    if (!proposals) {
      for (const one of running) end(one, "cancelled");
      break;
    }
    const left: Running[] = [];
    for (const [i, one] of running.entries()) {
      if (await evaluate(one, proposals[i] ?? [])) left.push(one);
    }
    running = left;
  }
  return traces;
}

/** The random architectures that the strategy `bo` starts with. */
function initialPositions(candidates: number, count: number, seed: number): number[] {
  const draw = drawer(
    Uint32Array.from({ length: candidates }, (_, i) => i),
    generator(seed, "search"),
  );
  return Array.from({ length: Math.min(count, candidates) }, () => draw() as number);
}
