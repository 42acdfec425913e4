import { InputError } from "../errors.ts";
import { type Evaluation, type Objective, oriented } from "../objectives/objective.ts";
import type { SpaceName } from "../spaces/space.ts";
import { inSlices, type Steps } from "../spaces/steps.ts";
import { type ChosenStrategy, missingKnowledge, type StrategyName, type StrategyOptions, strategy } from "./strategies.ts";
import { type Embedding, pointsIn, type SearchProtocol, type SearchSetting, type SpaceKnowledge, type Told } from "./strategy.ts";
import type { Budget, Query, Trace } from "./trace.ts";

export interface SearchRequest extends SpaceKnowledge {
  /** Decides defaults such as the baseline of rewards; absent for an embedding of something else. */
  readonly space?: SpaceName | undefined;
  /** What is searched: a learnt embedding, a discrete encoding (`encodeSpace`), or no points (see `pointsOf`). */
  readonly embedding: Embedding;
  readonly objective: Objective;
  readonly strategy: StrategyName;
  /** Overrides of the strategy's defaults. */
  readonly options?: StrategyOptions | undefined;
  /** Default `corrected`. */
  readonly protocol?: SearchProtocol | undefined;
  readonly budget: Budget;
  /** 0..2^32-1. */
  readonly seed: number;
  /** Ends the run after the evaluation under way. */
  readonly signal?: AbortSignal | undefined;
  readonly onQuery?: ((query: Query) => void) | undefined;
  /** An earlier, unfinished run of the same request: its queries are taken as told instead of evaluated again. */
  readonly resume?: readonly Query[] | undefined;
}

/** A run gives the event loop a turn at least this often, in milliseconds, so that it can be cancelled. */
const TURN = 50;

/**
 * Runs one strategy against one objective until the budget is spent, the strategy has nothing left to ask, or the signal
 * cancels; in each case the trace so far is the result.
 *
 * Accounting is the released code's: each evaluation is one query and is paid in full, also of an architecture evaluated
 * before (the released BO asks such); a budget in seconds starts an evaluation as long as time is left, so the last one may
 * run past the end. The incumbent is the best by the searched metric alone.
 *
 * Throws InputError for a budget, seed, embedding or option that cannot be, before anything is evaluated.
 */
export async function search(request: SearchRequest): Promise<Trace> {
  const settled = settle(request);
  const run = openRun(settled, request);
  const { embedding, edits, identity, graphs, decisions, candidates, chosen } = settled;
  const asking = chosen.create({ embedding, edits, identity, graphs, decisions, candidates, seed: request.seed });
  for (;;) {
    if (asking.prepare && !(await unlessAborted(asking.prepare(), request.signal))) return run.trace("cancelled");
    const batch = asking.ask();
    if (batch.length === 0) return run.trace("exhausted");
    const told = await run.evaluate(batch);
    if (typeof told === "string") return run.trace(told);
    asking.tell(told);
  }
}

/** Whether the steps came to their end, and were not stopped. */
async function unlessAborted(steps: Steps<void>, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await inSlices(steps, signal ? { signal } : {});
    return true;
  } catch (error) {
    if (signal?.aborted) return false;
    throw error;
  }
}

/** A request that was found fit to be run, with what all its seeds share. */
export interface Settled extends Omit<SearchRequest, "seed" | "onQuery" | "resume"> {
  readonly protocol: SearchProtocol;
  /** Indices that may be proposed, ascending. */
  readonly candidates: Uint32Array;
  readonly chosen: ChosenStrategy;
}

/** Throws InputError for a budget, embedding or option that cannot be. */
export function settle(request: Omit<SearchRequest, "seed" | "onQuery" | "resume">): Settled {
  const { embedding, objective, budget, protocol = "corrected" } = request;
  const candidates = Uint32Array.from({ length: objective.size }, (_, index) => index).filter((index) => objective.has(index));
  checkEmbedding(embedding, objective);
  checkBudget(budget, objective, candidates.length);
  const chosen = strategy(request.strategy, settingOf({ ...request, points: pointsIn(embedding) }), request.options);
  if (chosen.needs.points && embedding.dimensions === 0) {
    throw new InputError(
      `Strategy ${chosen.name} learns from points: expected an embedding, or an encoding such as "path", found neither.`,
    );
  }
  const missing = missingKnowledge(chosen, request);
  if (missing !== undefined) throw new InputError(missing);
  return { ...request, protocol, candidates, chosen };
}

/** What the defaults of a strategy depend on in a request. */
export const settingOf = ({
  space,
  objective,
  protocol = "corrected",
  points,
}: Pick<SearchRequest, "space" | "objective" | "protocol"> & Pick<SearchSetting, "points">): SearchSetting => ({
  protocol,
  space,
  accuracy: objective.metric.quantity === "accuracy",
  points,
});

/** The books of one run: what it evaluated and paid, and when it has to end. */
export interface OpenRun {
  /** Evaluates a batch, one after the other; the reason if the run ends with or before the last of it. */
  evaluate(batch: readonly number[]): Promise<Told[] | "budget" | "cancelled">;
  trace(end: Trace["end"]): Trace;
}

/** @param backend what worked out the proposals, where it was not JavaScript */
export function openRun(
  { embedding, objective, budget, signal, space, protocol, chosen }: Settled,
  { seed, onQuery, resume = [] }: Pick<SearchRequest, "seed" | "onQuery" | "resume">,
  backend?: string,
): OpenRun {
  checkSeed(seed);
  const points = pointsIn(embedding);
  const queries: Query[] = [];
  let incumbent: { index: number; value: number } | undefined;
  let spent = 0;
  let turn = performance.now();
  const isSpent = (): boolean => ("queries" in budget ? queries.length >= budget.queries : spent >= budget.seconds);

  const record = (index: number, { value, report, cost }: Evaluation): void => {
    if (!incumbent || value > incumbent.value) incumbent = { index, value };
    spent += cost;
    const query: Query = {
      query: queries.length + 1,
      index,
      value: oriented(value, objective.metric),
      ...(report !== undefined && { report }),
      cost,
      cumulativeCost: spent,
      incumbent: incumbent.index,
    };
    queries.push(query);
    onQuery?.(query);
  };

  const evaluateOne = async (index: number): Promise<Evaluation> => {
    const known = resume[queries.length];
    if (!known) return objective.evaluate(index, signal);
    if (known.index === index) return { ...known, value: oriented(known.value, objective.metric) };
    throw new InputError(
      `The run to resume does not fit this seed, embedding and strategy: query ${known.query} should be architecture ${index}, found ${known.index}.`,
    );
  };

  return {
    async evaluate(batch) {
      const results: Told[] = [];
      for (const index of batch) {
        if (performance.now() - turn > TURN) {
          await nextTurn();
          turn = performance.now();
        }
        if (signal?.aborted) return "cancelled";
        const evaluation = await evaluateOne(index);
        if (!Number.isFinite(evaluation.value))
          throw new Error(`${objective.name} gave no finite value for architecture ${index}`);
        record(index, evaluation);
        results.push({ index, value: evaluation.value });
        if (isSpent()) return "budget";
      }
      return results;
    },
    trace: (end) => ({
      strategy: chosen.name,
      options: chosen.options,
      protocol,
      seed,
      ...(backend !== undefined && { backend }),
      budget,
      ...(space && { space }),
      ...(points !== "embedding" && { points }),
      objective: objective.name,
      metric: objective.metric,
      ...(objective.report && { report: objective.report }),
      ...(objective.cost && { cost: objective.cost }),
      queries,
      end,
    }),
  };
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

export interface SeedsRequest extends Omit<SearchRequest, "seed" | "onQuery" | "resume"> {
  readonly seeds: readonly number[];
  readonly onQuery?: ((query: Query, seed: number) => void) | undefined;
  readonly onRun?: ((trace: Trace) => void) | undefined;
}

/** The same search once a seed, in order; after a cancellation the runs so far, the cancelled one last. */
export async function searchSeeds({ seeds, onQuery, onRun, ...request }: SeedsRequest): Promise<Trace[]> {
  if (seeds.length === 0) throw new InputError("Seeds: expected at least one, found none.");
  seeds.forEach(checkSeed);
  const traces: Trace[] = [];
  for (const seed of seeds) {
    const trace = await search({ ...request, seed, onQuery: (query) => onQuery?.(query, seed) });
    traces.push(trace);
    onRun?.(trace);
    if (trace.end === "cancelled") break;
  }
  return traces;
}

function checkSeed(seed: number): void {
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
    throw new InputError(`Seed: expected a whole number from 0 to 4294967295, found ${seed}.`);
  }
}

function checkEmbedding({ data, count, dimensions }: Embedding, objective: Objective): void {
  if (count !== objective.size) {
    throw new InputError(
      `The embedding has ${count} architectures, but ${objective.name} is about a space of ${objective.size}.`,
    );
  }
  if (data.length !== count * dimensions) {
    throw new InputError(`The embedding should hold ${count} x ${dimensions} numbers, found ${data.length}.`);
  }
  const index = data.findIndex((value) => !Number.isFinite(value));
  if (index >= 0) {
    throw new InputError(
      `The embedding of architecture ${Math.floor(index / dimensions)} should be finite numbers, found ${data[index]}.`,
    );
  }
}

/** Throws InputError for a budget that cannot be spent on so many candidates. */
export function checkBudget(budget: Budget, objective: Objective, candidates: number): void {
  const { name } = objective.metric;
  if (candidates === 0) throw new InputError(`${objective.name} has no architecture with a value in ${name}.`);
  if ("queries" in budget) {
    if (!Number.isInteger(budget.queries) || budget.queries < 1) {
      throw new InputError(`Budget: expected a whole number of queries of at least 1, found ${budget.queries}.`);
    }
    if (budget.queries > candidates) {
      throw new InputError(
        `Budget: expected at most ${candidates} queries, one for each architecture with a value in ${name}, found ${budget.queries}.`,
      );
    }
    return;
  }
  if (!Number.isFinite(budget.seconds) || budget.seconds <= 0) {
    throw new InputError(`Budget: expected simulated seconds above 0, found ${budget.seconds}.`);
  }
  if (!objective.cost)
    throw new InputError(
      "Budget: seconds can only be paid where a cost column is chosen; choose one, or give the budget in queries.",
    );
}
