import { type StrategyName, strategy } from "../../src/search/strategies.ts";
import type { Points, SearchProtocol } from "../../src/search/strategy.ts";
import type { SpaceRequest } from "../../src/spaces/request.ts";
import type { EntryDraft, StudyDraft } from "../../src/study/draft.ts";
import type { Atlas } from "./atlas.ts";
import { sourceText } from "./atlas.ts";
import type { Settings } from "./settings.ts";

/** Composing a study: plain functions from one draft to the next. */

/** How a study names the embedding on the map: a shipped one by its protocol, another as the file that the page saves it under. */
export function embeddingNamed(atlas: Atlas, space: SpaceRequest["name"]): Pick<StudyDraft, "pretrained" | "embedding"> {
  if (atlas.status !== "ready") return {};
  return atlas.source.kind === "shipped"
    ? { pretrained: atlas.source.protocol }
    : { embedding: `${space}.embedding.safetensors` };
}

/** The draft with another embedding, or none. */
export function withEmbedding(draft: StudyDraft, named: Pick<StudyDraft, "pretrained" | "embedding">): StudyDraft {
  const { pretrained: _protocol, model: _model, embedding: _embedding, ...rest } = draft;
  return { ...rest, ...named };
}

export interface DraftSetting {
  readonly space: SpaceRequest;
  readonly title: string;
  readonly table: string;
  readonly atlas: Atlas;
  readonly settings: Pick<Settings, "metric" | "report" | "cost">;
}

/** What anybody would compare first: chance, evolution by single edits, and Bayesian optimisation on the embedding. */
export function firstDraft({ space, title, table, atlas, settings }: DraftSetting): StudyDraft {
  const named = embeddingNamed(atlas, space.name);
  const isSample = space.count !== undefined || space.seed !== undefined;
  const bayesian: readonly EntryDraft[] = Object.keys(named).length > 0 ? [{ strategy: "latent-bo" }] : [];
  return {
    archscape: "study 1",
    name: `Strategies on ${title}`,
    space: isSample ? space : space.name,
    table,
    metric: settings.metric,
    ...(settings.report && settings.report !== settings.metric ? { report: settings.report } : {}),
    ...(settings.cost ? { cost: settings.cost } : {}),
    ...named,
    budget: { queries: 40 },
    seeds: "1-10",
    strategies: [{ strategy: "random", points: "none" }, { strategy: "evolution", points: "none" }, ...bayesian],
  };
}

/** What a strategy searches when nobody chose: the space itself where it can, else the embedding, else an encoding. */
export function likelyPoints(name: StrategyName, draft: StudyDraft): Points {
  const { needs } = strategy(name, { protocol: "corrected", accuracy: true, points: "none" });
  if (!needs.points) return "none";
  return (draft.pretrained ?? draft.model ?? draft.embedding) ? "embedding" : "path";
}

const nameOf = ({ name, strategy }: EntryDraft): string => name ?? strategy;

/** With one strategy more, under a name that no other has: its own, with its points, or with a number. */
export function withEntry(draft: StudyDraft, entry: EntryDraft): StudyDraft {
  const taken = new Set(draft.strategies.map(nameOf));
  const free = (name: string): boolean => !taken.has(name);
  const { strategy: own, points } = entry;
  const numbered = Array.from({ length: taken.size + 2 }, (_, i) => `${own} ${i + 2}`);
  const name = [own, ...(points ? [`${own}, ${points}`] : []), ...numbered].find(free) as string;
  return { ...draft, strategies: [...draft.strategies, name === own ? entry : { name, ...entry }] };
}

/** Without the strategy at this place; where it was the baseline, the first one is. */
export function withoutEntry(draft: StudyDraft, place: number): StudyDraft {
  const gone = draft.strategies[place];
  const { baseline, ...rest } = { ...draft, strategies: draft.strategies.filter((_, i) => i !== place) };
  return baseline === undefined || (gone && nameOf(gone) === baseline) ? rest : { ...rest, baseline };
}

/** Columns to report; none where the text is empty. */
export function withReport({ report: before, ...draft }: StudyDraft, report: string): StudyDraft {
  // The first is the one that counts; others of an opened study stay.
  const others = [before ?? []]
    .flat()
    .slice(1)
    .filter((name) => name !== report);
  const all = report === "" ? [] : [report, ...others];
  return { ...draft, ...(all.length === 0 ? {} : { report: all.length === 1 ? report : all }) };
}

/** What queries are paid from; nothing where the text is empty. */
export function withCost({ cost: _, ...draft }: StudyDraft, cost: string): StudyDraft {
  return { ...draft, ...(cost === "" ? {} : { cost }) };
}

/** Why a study that searches an embedding cannot be run on this map, in one sentence; undefined where it can. */
export function mapProblem(draft: StudyDraft, atlas: Atlas): string | undefined {
  if (atlas.status === "loading") return "The map is on its way.";
  if (atlas.status !== "ready") return "This study searches an embedding, and the map has none: pre-train one in step 2.";
  if (atlas.present) return "This study searches the embedding of all cells, and the map has only a part of them.";
  if (!isOther(draft, atlas)) return undefined;
  const { pretrained, model, embedding } = draft;
  const own = pretrained ? `the shipped ${pretrained} model` : (model ?? embedding);
  return `This study searches ${own}, and the map shows ${sourceText(atlas.source)}.`;
}

/** Whether the map shows something else than what the study names; files are told apart by what stands in them, when runs go on. */
export function isOther({ pretrained }: StudyDraft, atlas: Atlas): boolean {
  if (atlas.status !== "ready" || atlas.present) return false;
  return pretrained === undefined ? atlas.source.kind === "shipped" : !isShipped(atlas, pretrained);
}

/** Whether the map shows the shipped model of that protocol. */
export const isShipped = (atlas: Atlas, protocol: SearchProtocol | undefined): boolean =>
  atlas.status === "ready" && atlas.source.kind === "shipped" && atlas.source.protocol === protocol;

/** A draft that was kept; undefined where it is none. Whether it can be run, the worker tells. */
export function readDraft(text: string | undefined): StudyDraft | undefined {
  try {
    const draft = JSON.parse(text ?? "") as StudyDraft;
    return Array.isArray(draft.strategies) ? draft : undefined;
  } catch {
    return undefined;
  }
}

/** A file name without its ending. */
export const fileStem = ({ name }: Pick<StudyDraft, "name">): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "") || "study";
