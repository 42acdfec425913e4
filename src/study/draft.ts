/** A study as it stands in its file, for those who write one; `readStudy` is the one way to check it. */
import type { StrategyName, StrategyOptions } from "../search/strategies.ts";
import type { Points, SearchProtocol } from "../search/strategy.ts";
import type { Budget } from "../search/trace.ts";
import type { SpaceRequest } from "../spaces/request.ts";
import type { StudyCost } from "./definition.ts";
import type { KeptRuns, StrategyLine } from "./run-lines.ts";
import { seedsText } from "./seed-list.ts";

export interface EntryDraft {
  readonly name?: string;
  readonly strategy: StrategyName;
  readonly options?: StrategyOptions;
  readonly protocol?: SearchProtocol;
  readonly points?: Points;
  readonly budget?: Budget;
}

export interface StudyDraft {
  readonly archscape: "study 1";
  readonly name: string;
  readonly space: SpaceRequest["name"] | SpaceRequest;
  readonly table?: string;
  readonly metric: string;
  readonly report?: string | readonly string[];
  readonly cost?: string | StudyCost;
  readonly pretrained?: SearchProtocol;
  readonly model?: string;
  readonly embedding?: string;
  readonly budget: Budget;
  readonly seeds: string;
  readonly strategies: readonly EntryDraft[];
  readonly baseline?: string;
  readonly stages?: readonly number[];
  readonly references?: readonly unknown[];
}

export const draftText = (draft: StudyDraft): string => `${JSON.stringify(draft, null, 2)}\n`;

/**
 * The study that runs are of, as far as they tell: with the seeds that have run, the first strategy as the baseline, and whatever is given.
 * @param given what no run tells: columns to report, and where the embedding is from
 */
export function draftOfRuns(
  { study, strategies, runs }: KeptRuns,
  given: Pick<StudyDraft, "name" | "table" | "report" | "pretrained" | "embedding">,
): StudyDraft {
  const [first] = strategies;
  const budget = first?.budget ?? { queries: 1 };
  const { name: space, ...sample } = study.space as unknown as SpaceRequest;
  const entry = ({ name, strategy, options, protocol, points, budget: own }: StrategyLine): EntryDraft => ({
    ...(name === strategy ? {} : { name }),
    strategy: strategy as StrategyName,
    options,
    protocol: protocol as SearchProtocol,
    points: points as Points,
    ...(JSON.stringify(own) === JSON.stringify(budget) ? {} : { budget: own }),
  });
  return {
    archscape: "study 1",
    ...given,
    space: Object.keys(sample).length === 0 ? space : { name: space, ...sample },
    metric: study.metric,
    ...(study.cost === null ? {} : { cost: costOf(study.cost) }),
    budget,
    seeds: seedsText([...new Set(runs.map(({ seed }) => seed))].sort((a, b) => a - b)),
    strategies: strategies.map(entry),
  };
}

/** The other way round of `costName`. */
function costOf(name: string): string | StudyCost {
  const [, times, column] = /^(\S+) x (.+)$/.exec(name) ?? [];
  return column !== undefined && Number(times) > 0 ? { column, times: Number(times) } : name;
}
