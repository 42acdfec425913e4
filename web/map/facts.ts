import { PADDING, type SearchSpace } from "../../src/spaces/space.ts";
import { atOnce, type Steps } from "../../src/spaces/steps.ts";

/** What is known of every architecture without any label, in index order. */
export interface Facts {
  /** Trainable parameters. */
  readonly params: Float64Array;
  /** Multiply-adds of one forward pass. */
  readonly macs: Float64Array;
  /** Nodes of the graph, and its edges; undefined where all architectures have as many. */
  readonly vertices: Uint8Array | undefined;
  readonly edges: Uint8Array | undefined;
  /** Operations that a cell chooses from, by name. */
  readonly choices: readonly string[];
  /** How often each operation of `choices` occurs: choices x size, operation-major. */
  readonly occurrences: Uint8Array;
}

/** Nodes that every cell has, and that no cell chose. */
const FIXED: readonly string[] = ["input", "output", "c_k-2", "c_k-1"];

/** Operations that a cell of the space chooses from, in one-hot order. */
export const choicesOf = ({ operations }: Pick<SearchSpace, "operations">): string[] =>
  operations.filter((name) => !FIXED.includes(name));

/** Architectures looked at between two reports of progress: a few milliseconds. */
const SLICE = 1000;

/** The facts of a whole space: 20 ms for NAS-Bench-201, some 2 s for the large ones. */
export function* factSteps(space: SearchSpace): Steps<Facts> {
  const { size } = space;
  const params = new Float64Array(size);
  const macs = new Float64Array(size);
  const vertices = new Uint8Array(size);
  const edges = new Uint8Array(size);
  const choices = choicesOf(space);
  const occurrences = new Uint8Array(choices.length * size);
  const rows = space.operations.map((name) => choices.indexOf(name));
  for (let i = 0; i < size; i++) {
    const cost = space.cost(i);
    params[i] = cost.params;
    macs[i] = cost.macs;
    const { operations, adjacency } = space.graph(i);
    let real = 0;
    for (const operation of operations) {
      if (operation === PADDING) continue;
      real++;
      const row = rows[operation] as number;
      if (row >= 0) occurrences[row * size + i] = (occurrences[row * size + i] as number) + 1;
    }
    vertices[i] = real;
    let set = 0;
    for (const bit of adjacency) set += bit;
    edges[i] = set;
    if (i % SLICE === SLICE - 1) yield i / size;
  }
  return { params, macs, vertices: varying(vertices), edges: varying(edges), choices, occurrences };
}

export const factsOf = (space: SearchSpace): Facts => atOnce(factSteps(space));

const varying = (values: Uint8Array): Uint8Array | undefined =>
  values.some((value) => value !== values[0]) ? values : undefined;
