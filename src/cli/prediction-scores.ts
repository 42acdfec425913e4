/** Predictors compared over label counts and seeds; scores can be kept in a file and gone on with. */
import { appendFile, readFile } from "node:fs/promises";
import Papa from "papaparse";
import { InputError } from "../errors.ts";
import { type Score, scoreOf, splitOf } from "../predictors/comparison.ts";
import { writeOutput } from "./files.ts";
import type { Output } from "./output.ts";
import type { OpenFeatures } from "./predictor-inputs.ts";
import type { Terminal } from "./terminal.ts";

export interface Plan {
  readonly space: string;
  readonly metric: string;
  readonly pairs: readonly { readonly predictor: string; readonly features: string }[];
  readonly labels: readonly number[];
  readonly seeds: readonly number[];
  /** Most architectures to predict. */
  readonly heldOut: number;
}

/** A line of the file: scores, never labels. */
export interface ScoreLine extends Score {
  readonly type: "run";
  readonly space: string;
  readonly metric: string;
  readonly predictor: string;
  readonly encoding: string;
  readonly labels: number;
  readonly seed: number;
}

export interface Labelled {
  readonly values: Float64Array;
  readonly candidates: Uint32Array;
  /** Shown value = value x scale. */
  readonly scale: number;
}

const keyOf = ({ space, metric, predictor, encoding, labels, seed }: Omit<ScoreLine, keyof Score | "type">): string =>
  [space, metric, predictor, encoding, labels, seed].join(" ");

/** Compares seed by seed, so that what is interrupted has all predictors equally far. @returns also what the file had of the plan */
export async function compare(
  plan: Plan,
  { values, candidates, scale }: Labelled,
  inputs: OpenFeatures,
  { out, force = false }: { readonly out?: string; readonly force?: boolean },
  to: Output,
  { interrupted }: Terminal,
): Promise<ScoreLine[]> {
  const file = out?.endsWith(".jsonl") ? out : undefined;
  const kept = new Map(file === undefined || force ? [] : (await readLines(file)).map((line) => [keyOf(line), line]));
  if (file !== undefined && force) await writeOutput(file, "");
  const tasks = plan.seeds.flatMap((seed) =>
    plan.labels.flatMap((labels) => plan.pairs.map((pair) => ({ ...pair, labels, seed }))),
  );
  const progress = to.progress("fits");
  const scores: ScoreLine[] = [];
  for (const [done, { predictor: name, features, labels, seed }] of tasks.entries()) {
    if (interrupted.aborted) break;
    const what = { space: plan.space, metric: plan.metric, predictor: name, encoding: features, labels, seed };
    const known = kept.get(keyOf(what));
    if (known) {
      scores.push(known);
      continue;
    }
    progress.update(done, tasks.length, `${name} on ${features}, ${labels} labels, seed ${seed}`, { unit: "fits" });
    const [predictor, source] = [await inputs.predictor(name), await inputs.source(features)];
    const score = await scoreOf(predictor, source, values, splitOf(candidates, labels, plan.heldOut, seed), seed);
    const rounded = (value: number): number => Number(value.toPrecision(5));
    const line: ScoreLine = {
      type: "run",
      ...what,
      tau: rounded(score.tau),
      rho: rounded(score.rho),
      rmse: rounded(score.rmse * scale),
      heldOut: score.heldOut,
      seconds: rounded(score.seconds),
    };
    scores.push(line);
    to.line({ ...line });
    if (file !== undefined) await appendFile(file, `${JSON.stringify(line)}\n`);
    // Ctrl-C is heard between two fits.
    await new Promise((resolve) => setImmediate(resolve));
  }
  progress.clear();
  if (out?.endsWith(".csv")) {
    await writeOutput(
      out,
      `${Papa.unparse(
        scores.map(({ type: _, ...line }) => line),
        { newline: "\n" },
      )}\n`,
    );
  }
  return scores;
}

async function readLines(path: string): Promise<ScoreLine[]> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw new InputError(`Cannot read ${path}: ${(error as Error).message}.`);
  }
  return text.split("\n").flatMap((line, i) => {
    if (line === "") return [];
    try {
      const read = JSON.parse(line) as ScoreLine;
      if (read.type === "run" && Number.isFinite(read.tau)) return [read];
    } catch {
      // Told below.
    }
    throw new InputError(`Cannot read ${path}: line ${i + 1} is no score; mend it, or begin anew with --force.`);
  });
}

interface Summary {
  readonly predictor: string;
  readonly encoding: string;
  readonly labels: number;
  readonly seeds: number;
  readonly tau: Statistic;
  readonly rho: Statistic;
  readonly rmse: Statistic;
  readonly seconds: Statistic;
}

/** Mean, and sample standard deviation where there are two. */
interface Statistic {
  readonly mean: number;
  readonly std: number | null;
}

export function summaryLines(scores: readonly ScoreLine[]): Summary[] {
  const groups = new Map<string, ScoreLine[]>();
  for (const score of scores) {
    const key = `${score.predictor} ${score.encoding} ${score.labels}`;
    groups.set(key, [...(groups.get(key) ?? []), score]);
  }
  return [...groups.values()].map((group) => {
    const { predictor, encoding, labels } = group[0] as ScoreLine;
    const of = (take: (score: ScoreLine) => number): Statistic => {
      const mean = group.reduce((sum, score) => sum + take(score), 0) / group.length;
      const square = group.reduce((sum, score) => sum + (take(score) - mean) ** 2, 0);
      return { mean, std: group.length > 1 ? Math.sqrt(square / (group.length - 1)) : null };
    };
    return {
      predictor,
      encoding,
      labels,
      seeds: group.length,
      tau: of(({ tau }) => tau),
      rho: of(({ rho }) => rho),
      rmse: of(({ rmse }) => rmse),
      seconds: of(({ seconds }) => seconds),
    };
  });
}
