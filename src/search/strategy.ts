import type { GenericSchema } from "valibot";
import type { DiscreteEncoding } from "../spaces/discrete/encode.ts";
import type { Decisions, SearchSpace, SpaceName } from "../spaces/space.ts";
import type { Steps } from "../spaces/steps.ts";

/**
 * What a strategy is: something that asks for architectures to be evaluated and is told what they are worth. It knows
 * neither the objective nor the clock, so the same strategy runs against a table, a network in training or a queue of
 * machines. It is pure: the same seed, told the same values, asks the same questions, which is how a run is resumed.
 */
export interface Strategy {
  /** What takes long before the next question, in steps, so that a run can be cancelled meanwhile; without it the question does that itself. */
  prepare?(): Steps<void>;
  /** Architectures to evaluate next, as indices of the space; empty when nothing is left to ask. */
  ask(): readonly number[];
  /** What the last batch is worth: every index that was asked, once, in any order; finite values, to be maximised. */
  tell(results: readonly Told[]): void;
}

export interface Told {
  readonly index: number;
  readonly value: number;
}

/**
 * One point an architecture, row-major: `count x dimensions`, in the index order of the space. Without dimensions there are no points:
 * architectures are then known by their index, and perhaps by what is one edit away.
 */
export interface Embedding {
  readonly data: Float32Array;
  readonly count: number;
  readonly dimensions: number;
  /** What the numbers are where they are no learnt embedding. */
  readonly encoding?: DiscreteEncoding | undefined;
}

/** What kind of points a search is over. */
export type Points = "embedding" | DiscreteEncoding | "none";

export const pointsIn = ({ dimensions, encoding }: Embedding): Points => (dimensions === 0 ? "none" : (encoding ?? "embedding"));

/**
 * Which set of defaults the options of a strategy start from (arch2vec.md, section 5): `released` has every quirk of the
 * public code, `corrected` none of them.
 */
export type SearchProtocol = "released" | "corrected";
export const SEARCH_PROTOCOLS: readonly SearchProtocol[] = ["released", "corrected"];

/** What the defaults of a strategy may depend on. */
export interface SearchSetting {
  readonly protocol: SearchProtocol;
  /** Absent for an embedding of something else. */
  readonly space?: SpaceName | undefined;
  /** Whether values are accuracies, i.e. fractions in 0..1: only then do fixed targets such as 0.95 make sense. */
  readonly accuracy: boolean;
  /** Default: a learnt embedding. */
  readonly points?: Points | undefined;
}

/** Architectures one edit away, by the space's own rules (`SearchSpace.neighbours`). */
export type Edits = (index: number) => ArrayLike<number>;

/** One index for all that are the same architecture (`SearchSpace.canonical`). */
export type Identity = (index: number) => number;

/** Architectures as graphs, for strategies that train an encoder of their own. */
export type Graphs = Pick<SearchSpace, "nodes" | "operations" | "graph">;

/** What is known of a space apart from points; all of it absent where there are only points. */
export interface SpaceKnowledge {
  readonly edits?: Edits | undefined;
  /** Without it each architecture is one of its own. */
  readonly identity?: Identity | undefined;
  readonly graphs?: Graphs | undefined;
  /** Absent also for spaces that are no free decisions. */
  readonly decisions?: Decisions | undefined;
}

export const knowledgeOf = (space: SearchSpace): SpaceKnowledge => ({
  edits: (index) => space.neighbours(index),
  identity: (index) => space.canonical(index),
  graphs: space,
  decisions: space.decisions,
});

export interface StrategyContext<Options> extends SpaceKnowledge {
  readonly embedding: Embedding;
  /** Indices that may be proposed, ascending, at least one. */
  readonly candidates: Uint32Array;
  /** Feeds the stream "search". 0..2^32-1. */
  readonly seed: number;
  readonly options: Options;
}

/** What a strategy cannot do without; `identity` it uses where it can be had. */
export interface Needs {
  readonly points: boolean;
  readonly edits: boolean;
  readonly identity?: boolean;
  readonly graphs?: boolean;
  readonly decisions?: boolean;
}

/** Whether a strategy asks more of the space than its points. */
export const needsSpace = ({ edits, identity = false, graphs = false, decisions = false }: Needs): boolean =>
  edits || identity || graphs || decisions;

export interface StrategyDefinition<Options extends object> {
  /** The name in commands and files. */
  readonly name: string;
  /** The name for people. */
  readonly title: string;
  /** What a complete set of options looks like. */
  readonly schema: GenericSchema<unknown, Options>;
  defaults(setting: SearchSetting): Options;
  /** By default points, and no edits. */
  needs?(options: Options): Needs;
  create(context: StrategyContext<Options>): Strategy;
}

/**
 * A strategy out of its two halves, with the contract kept: `ask` and `tell` alternate, and `learn` gets the values of
 * exactly the batch that was proposed, in its order. Breaking the contract is a defect of the caller and throws.
 */
export function askTell(
  propose: () => readonly number[],
  learn: (batch: readonly number[], values: Float64Array) => void,
): Strategy {
  let pending: readonly number[] | undefined;
  return {
    ask() {
      if (pending) throw new Error(`ask() came before tell(): ${pending.length} architectures are still to be told`);
      const batch = propose();
      if (batch.length > 0) pending = batch;
      return batch;
    },
    tell(results) {
      if (!pending) throw new Error("tell() came without ask()");
      const told = new Map(results.map(({ index, value }) => [index, value]));
      if (results.length !== pending.length || told.size !== pending.length) {
        throw new Error(`tell() expected ${pending.length} results, one for each architecture asked, and got ${results.length}`);
      }
      const values = Float64Array.from(pending, (index) => {
        const value = told.get(index);
        if (value === undefined || !Number.isFinite(value)) {
          throw new Error(`tell() expected a finite value for architecture ${index}, got ${String(value)}`);
        }
        return value;
      });
      const batch = pending;
      pending = undefined;
      learn(batch, values);
    },
  };
}
