/** A study as a file: which strategies search which labels, with which seeds and budget. */
import * as v from "valibot";
import { InputError } from "../errors.ts";
import { missingKnowledge, STRATEGIES, type StrategyName, type StrategyOptions, strategy } from "../search/strategies.ts";
import { knowledgeOf, type Points, SEARCH_PROTOCOLS, type SearchProtocol } from "../search/strategy.ts";
import type { Budget } from "../search/trace.ts";
import { DISCRETE_ENCODINGS } from "../spaces/discrete/encode.ts";
import { requestOf, type SpaceRequest, searchSpace } from "../spaces/registry.ts";
import type { SpaceName } from "../spaces/space.ts";
import { seedList } from "./seed-list.ts";

/** Where the learnt embedding of a study is from. Paths are as they stand in the file. */
export type EmbeddingSource =
  | { readonly kind: "model"; readonly path: string }
  | { readonly kind: "embedding"; readonly path: string }
  /** A model that comes with the package, by its protocol. */
  | { readonly kind: "pretrained"; readonly protocol: SearchProtocol };

/** What a query costs: a column of seconds (or ms), times a factor, e.g. 0.06 for 12 of its 200 epochs. */
export interface StudyCost {
  readonly column: string;
  readonly times: number;
}

/** A strategy with all that decides its runs but the seed. */
export interface StudyEntry {
  /** Unique in the study. */
  readonly name: string;
  readonly strategy: StrategyName;
  /** Overrides of the defaults. */
  readonly options: StrategyOptions;
  readonly protocol: SearchProtocol;
  readonly points: Points;
  readonly budget: Budget;
}

/** What others found with the same labels, to stand beside the results. */
export interface Reference {
  readonly name: string;
  /** Where it is from, and over how many runs. */
  readonly from: string;
  /** By column, in the table's own unit: the mean, with its standard deviation over runs where that is known. */
  readonly values: Readonly<Record<string, readonly [mean: number, deviation?: number]>>;
}

export interface Study {
  readonly name: string;
  readonly space: SpaceRequest;
  /** Path of the label table; absent where whoever runs the study gives it. */
  readonly table?: string;
  /** Column to search on. */
  readonly metric: string;
  /** Columns to report for the architecture with the best searched value, never searched; the first is the one that counts. */
  readonly reports: readonly string[];
  readonly cost?: StudyCost;
  readonly source?: EmbeddingSource;
  /** One run a seed and strategy. */
  readonly seeds: readonly number[];
  readonly entries: readonly StudyEntry[];
  /** Name of the entry that the others are compared with, seed by seed. */
  readonly baseline: string;
  readonly references: readonly Reference[];
  /** Numbers of queries after which strategies are compared, too; ascending. */
  readonly stages: readonly number[];
}

const STUDY_FORMAT = "study 1";
const POINTS = ["embedding", ...DISCRETE_ENCODINGS, "none"] as const;

const name = v.pipe(v.string(), v.minLength(1, "expected a name, found an empty one"));
const positive = v.pipe(
  v.number(),
  v.check((value) => Number.isFinite(value) && value > 0, "expected a number above 0"),
);
const budget = v.pipe(
  v.strictObject({ queries: v.optional(positive), seconds: v.optional(positive) }),
  v.check(
    ({ queries, seconds }) => (queries === undefined) !== (seconds === undefined),
    'expected either {"queries": number} or {"seconds": number}',
  ),
);
const entry = v.strictObject({
  name: v.optional(name),
  strategy: v.string(),
  options: v.optional(v.record(v.string(), v.union([v.string(), v.number()])), {}),
  protocol: v.optional(v.picklist(SEARCH_PROTOCOLS), "corrected"),
  points: v.optional(v.picklist(POINTS)),
  budget: v.optional(budget),
});
const reference = v.strictObject({
  name,
  from: name,
  values: v.record(v.string(), v.union([v.number(), v.tuple([v.number(), v.number()])])),
});
const file = v.strictObject({
  archscape: v.literal(STUDY_FORMAT),
  name,
  space: v.union([v.string(), v.strictObject({ name: v.string(), count: v.optional(v.number()), seed: v.optional(v.number()) })]),
  table: v.optional(name),
  metric: name,
  report: v.optional(v.union([name, v.array(name)])),
  cost: v.optional(v.union([name, v.strictObject({ column: name, times: positive })])),
  model: v.optional(name),
  embedding: v.optional(name),
  pretrained: v.optional(v.picklist(SEARCH_PROTOCOLS)),
  budget,
  seeds: v.string(),
  strategies: v.pipe(v.array(entry), v.minLength(1, "expected at least one strategy, found none")),
  baseline: v.optional(name),
  references: v.optional(v.array(reference), []),
  stages: v.optional(v.array(v.pipe(v.number(), v.integer("expected a whole number"), v.minValue(1, "expected at least 1"))), []),
});
type StudyFile = v.InferOutput<typeof file>;

/**
 * Reads a study. What only the table can tell, e.g. whether it has the columns, is checked with it.
 * @param source name of the file, for messages
 * @throws InputError with a sentence for each mistake
 */
export function readStudy(text: string, source: string): Study {
  const parsed = v.safeParse(file, json(text, source));
  if (!parsed.success) throw new InputError(parsed.issues.map((issue) => sentence(issue, source)).join(" "));
  const study = parsed.output;
  const mistakes: string[] = [];
  const attempt = <T>(place: string, take: () => T): T | undefined => {
    try {
      return take();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      mistakes.push(`${source}: ${place}: ${error.message}`);
      return undefined;
    }
  };
  const space = attempt("space", () => {
    const given = typeof study.space === "string" ? { name: study.space } : study.space;
    const { name, count, seed } = given as { name: string; count?: number; seed?: number };
    const sample = { ...(count === undefined ? {} : { count }), ...(seed === undefined ? {} : { seed }) };
    return requestOf(searchSpace({ name: name as SpaceName, ...sample }));
  });
  const seeds = attempt("seeds", () => seedList(study.seeds));
  const embedding = attempt("embedding", () => sourceOf(study));
  const entries = study.strategies.map((given, i) =>
    attempt(`strategies[${i}]`, () => entryOf(given, study, space?.name, embedding !== undefined)),
  );
  const names = entries.flatMap((found) => (found ? [found.name] : []));
  const twice = names.find((found, i) => names.indexOf(found) !== i);
  if (twice !== undefined)
    mistakes.push(`${source}: strategies: expected a name each, found "${twice}" twice; give them "name".`);
  const baseline = study.baseline ?? names[0] ?? "";
  if (mistakes.length === 0 && !names.includes(baseline)) {
    mistakes.push(`${source}: baseline: expected one of ${names.join(", ")}, found "${baseline}".`);
  }
  const columns = [study.metric, ...(study.report === undefined ? [] : [study.report].flat())];
  for (const { name, values } of study.references) {
    const strange = Object.keys(values).find((column) => !columns.includes(column));
    if (strange !== undefined) {
      mistakes.push(
        `${source}: references: "${name}" has a value of ${strange}, expected ${columns.join(" or ")}, which this study reports.`,
      );
    }
  }
  if (mistakes.length > 0 || !space || !seeds) throw new InputError(mistakes.join(" "));
  const { cost } = study;
  return {
    name: study.name,
    space,
    ...(study.table === undefined ? {} : { table: study.table }),
    metric: study.metric,
    reports: columns.slice(1),
    ...(cost === undefined ? {} : { cost: typeof cost === "string" ? { column: cost, times: 1 } : cost }),
    ...(embedding ? { source: embedding } : {}),
    seeds,
    entries: entries.flatMap((found) => found ?? []),
    baseline,
    stages: [...study.stages].sort((a, b) => a - b),
    references: study.references.map(({ values, ...told }) => ({
      ...told,
      values: Object.fromEntries(
        Object.entries(values).map(([key, value]) => [key, typeof value === "number" ? [value] : value]),
      ),
    })),
  };
}

function json(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`${source}: expected a study as JSON, found something else (${(error as Error).message}).`);
  }
}

function sourceOf({ model, embedding, pretrained }: StudyFile): EmbeddingSource | undefined {
  const given: EmbeddingSource[] = [];
  if (model !== undefined) given.push({ kind: "model", path: model });
  if (embedding !== undefined) given.push({ kind: "embedding", path: embedding });
  if (pretrained !== undefined) given.push({ kind: "pretrained", protocol: pretrained });
  if (given.length > 1) {
    throw new InputError(
      `expected at most one of model, embedding and pretrained, found ${given.map(({ kind }) => kind).join(" and ")}.`,
    );
  }
  return given[0];
}

function entryOf(
  given: StudyFile["strategies"][number],
  study: StudyFile,
  space: SpaceName | undefined,
  embedded: boolean,
): StudyEntry {
  const { options, protocol, points = embedded ? "embedding" : "none" } = given;
  const chosen = strategy(given.strategy, { protocol, space, accuracy: true, points }, options);
  if (points === "embedding" && !embedded) {
    throw new InputError("points embedding: expected a model, embedding or pretrained beside the strategies, found none.");
  }
  if (chosen.needs.points && points === "none") {
    throw new InputError(`the strategy ${chosen.name} learns from points: expected an embedding or an encoding, found neither.`);
  }
  const missing = space && missingKnowledge(chosen, knowledgeOf(searchSpace(space)));
  if (missing !== undefined) throw new InputError(missing);
  const spent = budgetOf(given.budget ?? study.budget);
  if ("seconds" in spent && study.cost === undefined) {
    throw new InputError("a budget in seconds is paid from a cost column: expected cost, found none.");
  }
  return { name: given.name ?? chosen.name, strategy: chosen.name, options, protocol, points, budget: spent };
}

/** The schema has seen that it is one of the two. */
const budgetOf = ({ queries, seconds }: v.InferOutput<typeof budget>): Budget =>
  queries === undefined ? { seconds: seconds as number } : { queries };

function sentence(issue: v.BaseIssue<unknown>, source: string): string {
  const keys = (issue.path ?? []).map(({ key }) => key as string | number);
  const place = keys.map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`)).join("");
  const at = place.replace(/^\./, "") || "the file";
  const found = issue.received === "undefined" ? "nothing" : issue.received;
  if (issue.expected === "never") {
    const known = keys[0] === "strategies" ? entry : file;
    const has = keys.length === 1 || (keys[0] === "strategies" && keys.length === 3) ? Object.keys(known.entries) : [];
    return `${source}: ${at}: this field is not known${has.length > 0 ? `; known are ${has.join(", ")}` : ""}.`;
  }
  if (at.endsWith("strategy") && keys.length === 3) {
    return `${source}: ${at}: expected one of ${STRATEGIES.join(", ")}, found ${found}.`;
  }
  // Ours; valibot's own begin with "Invalid".
  if (issue.message.startsWith("expected ")) {
    return `${source}: ${at}: ${issue.message}${issue.message.includes("found") ? "" : `, found ${found}`}.`;
  }
  return `${source}: ${at}: expected ${issue.expected}, found ${found}.`;
}
