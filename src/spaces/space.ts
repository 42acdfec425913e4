/**
 * What a search space is. A space names its architectures by an index 0..size-1 in the official order; everything above
 * (training, search, tables, the page) speaks in these indices and never sees a cell's inside except through this interface.
 */

/** One architecture as a labelled DAG whose nodes stand in topological order. */
export interface Graph {
  /** Index into `space.operations` a node; `PADDING` for a node that does not exist. Length `space.nodes`. */
  readonly operations: Uint8Array;
  /** Row-major nodes x nodes, 1 where an edge row -> column exists; only above the diagonal. */
  readonly adjacency: Uint8Array;
}

export const PADDING = 255;

/** What a decoder believes of one graph: log-odds (logits) of each entry. Those of the lower half of the adjacency are not read. */
export interface LogOdds {
  /** nodes x K, row-major. */
  readonly operations: ArrayLike<number>;
  /** nodes x nodes, row-major. */
  readonly adjacency: ArrayLike<number>;
}

export type SpaceName = "nasbench101" | "nasbench201" | "darts";

/**
 * A decoded graph is a member of the space, or a sentence says why not. `unlisted` marks a graph that fits the definition of a space
 * of which only a sample is listed.
 */
export type Membership = { readonly index: number } | { readonly reason: string; readonly unlisted?: true };

/** How the listed architectures of a space that is too large to list were drawn. */
export interface SpaceSample {
  /** 0..2^32-1. */
  readonly seed: number;
  /** Architectures drawn: the size of the space. */
  readonly count: number;
}

/** A space as decisions that are taken each by itself, e.g. one operation an edge. */
export interface Decisions {
  /** How many choices each decision has. */
  readonly choices: readonly number[];
  /** The architecture that one choice a decision makes; undefined where it is none of the space. */
  decide(chosen: ArrayLike<number>): number | undefined;
}

export interface SearchSpace {
  readonly name: SpaceName;
  /** Only for a space of which a sample is listed: two samples are two spaces, their indices mean different architectures. */
  readonly sample?: SpaceSample;
  /** Title for people, e.g. "NAS-Bench-201". */
  readonly title: string;
  /** Nodes a graph, N. */
  readonly nodes: number;
  /** Operation names in one-hot order, K of them. */
  readonly operations: readonly string[];
  /** Whether graphs may have fewer nodes than N: the last ones are then `PADDING`. */
  readonly padded?: true;
  /** Number of architectures. */
  readonly size: number;
  /** The first `trainSize` indices are trained on, the rest is held out. */
  readonly trainSize: number;
  graph(index: number): Graph;
  /** Writes graph `index` as number `position` of packed graphs, as `pack` does; for spaces where going through `graph` is slow. */
  packInto?(index: number, into: Uint32Array, position: number): void;
  /** Absent where only a sample is listed, in which nearly nothing would be found that is decided freely. */
  readonly decisions?: Decisions;
  /** Official notation of an architecture. */
  format(index: number): string;
  /** Index of an architecture in the official notation. Throws InputError pointing at the character that does not fit. */
  parse(text: string): number;
  /** Which member of the space this graph is, or why it is none. */
  membership(graph: Graph): Membership;
  /**
   * In-space decoding: of all graphs that are members (or would be, were all members listed) the most probable, when each one-hot entry of
   * the operations and each entry of the upper triangle is yes or no by itself. Exact. Of graphs equally probable always the same one.
   */
  mostLikelyMember(odds: LogOdds): Graph;
  /** Validity as the paper's code checks it (arch2vec.md, section 3): weaker than membership. */
  isValidAsPublished(graph: Graph): boolean;
  /** The module hash of the original code (iterated MD5) of a decoded graph, nothing pruned. */
  hash(graph: Graph): string;
  /** Representative of the isomorphism class: the smallest index that computes the same function. */
  canonical(index: number): number;
  /** Architectures one edit away, ascending. */
  neighbours(index: number): Uint32Array;
  /** Edits between two architectures. */
  editDistance(a: number, b: number): number;
  /** Trainable parameters and multiply-adds of the space's published network. */
  cost(index: number): { readonly params: number; readonly macs: number };
}
