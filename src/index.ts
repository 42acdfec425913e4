/// <reference types="@webgpu/types" preserve="true" />
/**
 * Archscape's public API. Importing it touches neither `window` nor `navigator` nor `Worker`.
 *
 * ```ts
 * const engine = await openEngine();
 * const space = nasbench201();
 * const model = await engine.pretrain(space, { protocol: "released", epochs: 10, seed: 3 });
 * const embedding = await model.embed();
 * const objective = benchmarkTable(space, await file.text(), { metric: "c10_valid" });
 * const run = await search({ space, embedding, objective, strategy: "bo", budget: { queries: 100 }, seed: 1 });
 * best(run);
 * ```
 *
 * The spaces are `nasbench101()`, `nasbench201()` and `darts()`. An engine prepares the one it is given; `prepareSpace` does so apart.
 */
import { readLabelTable } from "./formats/read-label-table.ts";
import { type LabelChoice, labelTableObjective } from "./objectives/label-table.ts";
import type { Objective } from "./objectives/objective.ts";
import { pointsOf } from "./search/points.ts";
import { type SearchRequest, search as searchEmbedding } from "./search/run.ts";
import { knowledgeOf, type SpaceKnowledge } from "./search/strategy.ts";
import type { Trace } from "./search/trace.ts";
import type { DiscreteEncoding } from "./spaces/discrete/encode.ts";
import type { SearchSpace } from "./spaces/space.ts";
import { LATENT } from "./vgae/config.ts";

/**
 * An objective that answers from a table of labels.
 * @param space prepared (see `prepareSpace`), or else this call prepares it, which blocks
 * @param text CSV with a column `arch`, `hash` or `idx`, or the JSON of the original preprocessing; `tableText` reads it from a file
 * @param choice columns to search on, to report, and to pay with
 * @throws InputError naming the rows that do not fit
 */
export function benchmarkTable(space: SearchSpace, text: string, choice: LabelChoice & { readonly source?: string }): Objective {
  const { source = "the label table", ...columns } = choice;
  return labelTableObjective(readLabelTable(space, text, { source }), columns);
}

/** What `search` is told; see `SearchRequest` for the rest. */
export interface SpaceSearch extends Omit<SearchRequest, "embedding" | keyof SpaceKnowledge | "space"> {
  /** Prepared (see `prepareSpace`), or else asking it blocks. */
  readonly space: SearchSpace;
  /**
   * What is searched: an embedding (size x 16, as `Model.embed` gives it), or the name of an encoding that needs no model (see
   * `encodeSpace`). Without it only strategies run that need no points: `random`, `evolution` and `local-search` by single edits,
   * `reinforce-categorical`, and those that train an encoder of their own, `supervised-bo` and `supervised-reinforce`.
   */
  readonly embedding?: Float32Array | DiscreteEncoding;
}

/** Runs one strategy over an embedding, an encoding, or the space itself. */
export function search({ space, embedding, ...rest }: SpaceSearch): Promise<Trace> {
  const source = embedding instanceof Float32Array ? { data: embedding, count: space.size, dimensions: LATENT } : embedding;
  return searchEmbedding({ ...rest, ...knowledgeOf(space), space: space.name, embedding: pointsOf(space, source) });
}

export {
  type Engine,
  type EngineOptions,
  type Model,
  openEngine,
  type PrepareHooks,
  type PretrainHooks,
  type PretrainSettings,
  type SampleSettings,
} from "./engine.ts";
export { InputError } from "./errors.ts";
export type { Goal, Metric, Quantity } from "./formats/label-table.ts";
export {
  type ArrayOf,
  type Dtype,
  readSafeTensors,
  type SafeTensors,
  type Tensor,
  writeSafeTensors,
} from "./formats/safetensors.ts";
export { tableText } from "./formats/table-text.ts";
export type { LabelChoice } from "./objectives/label-table.ts";
export type { Evaluation, MetricInfo, Objective } from "./objectives/objective.ts";
export { type PrepareSpaceOptions, prepareSpace } from "./preparation.ts";
export { PRETRAINED, type Pretrained } from "./pretrained.ts";
export type { OptionDescription } from "./search/options.ts";
export { STRATEGIES, STRATEGY_OPTIONS, STRATEGY_TITLES, type StrategyName, type StrategyOptions } from "./search/strategies.ts";
export type { SearchProtocol } from "./search/strategy.ts";
export { averageCurve, bestSoFar, type Curve, type Measure, type Statistics, summarise } from "./search/summary.ts";
export { type Budget, best, type Query, type Trace } from "./search/trace.ts";
export {
  DISCRETE_ENCODINGS,
  type DiscreteEncoding,
  type Encodable,
  type EncodedSpace,
  encodeSpace,
} from "./spaces/discrete/encode.ts";
export type { PathLengths } from "./spaces/discrete/paths.ts";
export {
  convert,
  darts,
  NOTATIONS,
  type Notation,
  NotationError,
  nasbench101,
  nasbench201,
  notationOf,
  SPACE_NAMES,
  type SpaceCache,
  type SpaceChoice,
  type SpaceRequest,
  searchSpace,
} from "./spaces/index.ts";
export type { Decisions, Graph, LogOdds, Membership, SearchSpace, SpaceName, SpaceSample } from "./spaces/space.ts";
export { VERSION } from "./version.ts";
export type { BackendChoice } from "./vgae/backend.ts";
export type { Tunable } from "./vgae/changes.ts";
export { ENCODERS, type Encoder, PROTOCOLS, type Protocol, type TrainingOptions } from "./vgae/config.ts";
export type { Decoding } from "./vgae/decoding.ts";
export type { DrawnSamples } from "./vgae/exploration.ts";
export type { CellPath } from "./vgae/follow.ts";
export type { Neighbours } from "./vgae/nearest/neighbours.ts";
export type { EpochReport } from "./vgae/pretrain.ts";
export type { PriorName } from "./vgae/prior/prior.ts";
export { type SampleQuality, uniformUniqueness } from "./vgae/prior/samples.ts";
export type { ModelQuality, Reconstruction } from "./vgae/quality.ts";
export type { BackendName, Losses, StepMetrics } from "./vgae/trainer.ts";
