/**
 * What is kept of a study's runs: JSON lines that are only ever appended to, so that a run once finished is never lost. The first line says
 * what was searched, a line follows for every strategy before its first run, and one for every finished run. Values are not written: they
 * belong to the label table and are looked up in it again.
 */
import * as v from "valibot";
import { InputError } from "../errors.ts";

/** What all runs share, and what has to be the same when they go on. */
export interface StudyLine {
  readonly type: "study";
  readonly archscape: "study runs 1";
  readonly space: Readonly<Record<string, string | number>>;
  readonly metric: string;
  /** The column, with its factor where that is not 1; null where evaluations are free. */
  readonly cost: string | null;
  /** SHA-256 of the label table's text. */
  readonly table: string;
  /** SHA-256 of the embedding's numbers; null where nothing learnt is searched. */
  readonly embedding: string | null;
  readonly version: string;
}

/** A strategy as it ran: all options, defaults filled in. */
export interface StrategyLine {
  readonly type: "strategy";
  /** Of the entry in the study. */
  readonly name: string;
  readonly strategy: string;
  readonly options: Readonly<Record<string, string | number>>;
  readonly protocol: string;
  readonly points: string;
  readonly budget: { readonly queries: number } | { readonly seconds: number };
  /** What worked out its proposals, device included; absent for JavaScript. Another one proposes other architectures. */
  readonly backend?: string | undefined;
}

export interface RunLine {
  readonly type: "run";
  /** Name of the entry in the study. */
  readonly name: string;
  readonly seed: number;
  readonly end: "budget" | "exhausted";
  /** Wall time, in seconds. */
  readonly seconds: number;
  /** Architectures in the order in which they were asked for. */
  readonly asked: readonly number[];
}

/** A file of runs as far as it is whole. */
export interface KeptRuns {
  readonly study: StudyLine;
  readonly strategies: readonly StrategyLine[];
  /** The first of each name and seed. */
  readonly runs: readonly RunLine[];
  /** Bytes up to the end of the last whole line: what follows was torn off while it was written. */
  readonly bytes: number;
}

const settings = v.record(v.string(), v.union([v.string(), v.number()]));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const line = v.variant("type", [
  v.object({
    type: v.literal("study"),
    archscape: v.literal("study runs 1"),
    space: settings,
    metric: v.string(),
    cost: v.nullable(v.string()),
    table: v.string(),
    embedding: v.nullable(v.string()),
    version: v.string(),
  }),
  v.object({
    type: v.literal("strategy"),
    name: v.string(),
    strategy: v.string(),
    options: settings,
    protocol: v.string(),
    points: v.string(),
    budget: v.union([v.object({ queries: v.number() }), v.object({ seconds: v.number() })]),
    backend: v.optional(v.string()),
  }),
  v.object({
    type: v.literal("run"),
    name: v.string(),
    seed: count,
    end: v.picklist(["budget", "exhausted"]),
    seconds: v.number(),
    asked: v.pipe(v.array(count), v.minLength(1)),
  }),
]);

export const lineText = (of: StudyLine | StrategyLine | RunLine): string => `${JSON.stringify(of)}\n`;

/**
 * Reads a file of runs; undefined where not even its first line is whole.
 * @param source name of the file, for messages
 * @param advice the end of the refusal: what can be done about it
 * @throws InputError for a whole line that is none of ours
 */
export function readRuns(text: string, source: string, advice?: string): KeptRuns | undefined {
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  let study: StudyLine | undefined;
  const strategies: StrategyLine[] = [];
  const runs = new Map<string, RunLine>();
  for (const [i, read] of whole.split("\n").slice(0, -1).entries()) {
    const parsed = v.safeParse(line, parse(read));
    if (!parsed.success || (i === 0) !== (parsed.output.type === "study")) {
      throw new InputError(
        `Cannot read ${source}: line ${i + 1} is no line of a study's runs${advice === undefined ? "" : `; ${advice}`}.`,
      );
    }
    const found = parsed.output;
    if (found.type === "study") study = found;
    else if (found.type === "strategy") strategies.push(found);
    else {
      const key = JSON.stringify([found.name, found.seed]);
      if (!runs.has(key)) runs.set(key, found);
    }
  }
  return study && { study, strategies, runs: [...runs.values()], bytes: new TextEncoder().encode(whole).length };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Says in one sentence what keeps runs from going on, undefined where nothing does. Strategies and seeds that came or went do not.
 * @param source name of the file of runs
 * @param advice the end of the sentence: what can be done about it
 */
export function whatChanged(
  kept: Pick<KeptRuns, "study" | "strategies">,
  now: Pick<KeptRuns, "study" | "strategies">,
  source: string,
  advice: string,
): string | undefined {
  const begun = `The runs in ${source} were begun with`;
  const differing = (["space", "metric", "cost", "table", "embedding"] as const).find(
    (key) => !same(kept.study[key], now.study[key]),
  );
  if (differing !== undefined) {
    const [before, after] = [kept.study[differing], now.study[differing]].map(told);
    return `${begun} another ${WORDS[differing]} (${before}, now ${after}): ${advice}`;
  }
  for (const strategy of now.strategies) {
    const before = kept.strategies.find(({ name }) => name === strategy.name);
    if (!before) continue;
    const key = (["strategy", "protocol", "points", "budget"] as const).find((field) => !same(before[field], strategy[field]));
    if (key !== undefined) {
      return `${begun} another ${key} of ${strategy.name} (${told(before[key])}, now ${told(strategy[key])}): ${advice}`;
    }
    if (before.backend !== strategy.backend) {
      const [was, is] = [before.backend ?? "js", strategy.backend ?? "js"];
      return `${begun} another search backend of ${strategy.name} (${was}, now ${is}): ${advice}`;
    }
    const names = [...new Set([...Object.keys(before.options), ...Object.keys(strategy.options)])];
    const option = names.find((name) => before.options[name] !== strategy.options[name]);
    if (option !== undefined) {
      const [was, is] = [before.options[option] ?? "none", strategy.options[option] ?? "none"];
      return `${begun} another option ${option} of ${strategy.name} (${was}, now ${is}): ${advice}`;
    }
  }
  return undefined;
}

/** Strategies as the kept runs of their names were worked out: for whoever shows runs and makes none. */
export const withBackendsOf = (
  { strategies: kept }: Pick<KeptRuns, "strategies">,
  strategies: readonly StrategyLine[],
): StrategyLine[] =>
  strategies.map((strategy) => {
    const backend = kept.find(({ name }) => name === strategy.name)?.backend;
    return { ...strategy, ...(backend === undefined ? {} : { backend }) };
  });

const WORDS = { space: "space", metric: "metric", cost: "cost", table: "label table", embedding: "embedding" } as const;

/** Plain data without order of fields. */
const same = (a: unknown, b: unknown): boolean => ordered(a) === ordered(b);
const ordered = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );

function told(value: unknown): string {
  if (value === null) return "none";
  if (typeof value !== "string") return JSON.stringify(value);
  return /^[0-9a-f]{64}$/.test(value) ? value.slice(0, 12) : value;
}
