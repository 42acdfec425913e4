/** What a study has to run, and the lines that its runs are kept with: the same for the command and for the page. */
import type { EmbeddingValues } from "../formats/embedding.ts";
import { settingOf } from "../search/run.ts";
import { runsTogether } from "../search/run-together.ts";
import { strategy } from "../search/strategies.ts";
import type { Trace } from "../search/trace.ts";
import { requestOf } from "../spaces/request.ts";
import type { SearchSpace } from "../spaces/space.ts";
import { VERSION } from "../version.ts";
import type { Study, StudyEntry } from "./definition.ts";
import { costName, type StudyLabels } from "./labels.ts";
import type { RunLine, StrategyLine, StudyLine } from "./run-lines.ts";

/** @param table SHA-256 of the label table's text */
export const studyLine = (
  space: SearchSpace,
  { metric, cost }: Pick<Study, "metric" | "cost">,
  table: string,
): Omit<StudyLine, "embedding"> => ({
  type: "study",
  archscape: "study runs 1",
  space: { ...requestOf(space) },
  metric,
  cost: cost ? costName(cost) : null,
  table,
  version: VERSION,
});

/**
 * A strategy with its defaults, which depend on space and labels.
 * @param together the device on which the searches that can be are worked out together
 */
export function strategyLine(
  entry: StudyEntry,
  space: SearchSpace,
  { objective }: Pick<StudyLabels, "objective">,
  together?: string,
): StrategyLine {
  const { name, protocol, points, budget } = entry;
  const chosen = strategy(entry.strategy, settingOf({ space: space.name, objective, protocol, points }), entry.options);
  const backend = together !== undefined && runsTogether(chosen.name) ? { backend: together } : {};
  return { type: "strategy", name, strategy: chosen.name, options: chosen.options, protocol, points, budget, ...backend };
}

/** @param seconds wall time */
export const runLine = (
  name: string,
  { seed, end, queries }: Trace & { readonly end: RunLine["end"] },
  seconds: number,
): RunLine => ({
  type: "run",
  name,
  seed,
  end,
  seconds: Math.round(seconds * 1000) / 1000,
  asked: queries.map(({ index }) => index),
});

/** Whether a kept run is of the study as it is now. */
export const belongs = ({ name, seed }: Pick<RunLine, "name" | "seed">, { entries, seeds }: Study): boolean =>
  seeds.includes(seed) && entries.some((entry) => entry.name === name);

/** Whether a learnt embedding is searched. */
export const searchesEmbedding = ({ entries }: Pick<Study, "entries">): boolean =>
  entries.some(({ points }) => points === "embedding");

/**
 * What is still to run: seed by seed, so that an unfinished study has all strategies equally far.
 * @param embedding the learnt one, where a strategy searches it
 */
export function studyTasks(
  { entries, seeds, metric }: Study,
  space: SearchSpace,
  { table, cost }: StudyLabels,
  embedding: EmbeddingValues | undefined,
  kept: readonly RunLine[],
) {
  const done = new Set(kept.map(({ name, seed }) => `${seed} ${name}`));
  const jobs = entries.map(({ name, strategy, options, protocol, points, budget }) => ({
    name,
    job: {
      embedding: points === "embedding" ? embedding : points === "none" ? undefined : points,
      space: requestOf(space),
      table,
      labels: { metric, cost: cost?.name },
      strategy,
      options,
      protocol,
      budget,
    },
  }));
  return seeds.flatMap((seed) => jobs.filter(({ name }) => !done.has(`${seed} ${name}`)).map((task) => ({ ...task, seed })));
}

export type StudyTask = ReturnType<typeof studyTasks>[number];
