import { ENCODINGS } from "../encodings.ts";
import type { Graph, LogOdds } from "../space.ts";
import { BLOCKS, CELL_INPUTS, CELL_NODES, NODE_OPERATIONS } from "./cell.ts";
import { costOf } from "./cost.ts";
import { graphOf, sourcesOf } from "./graph.ts";
import { MOST_MACS } from "./sample.ts";

/**
 * In-space decoding: operations and inputs of the four blocks are free of each other but for one thing, the multiply-adds of the whole
 * network. Where the best cell without that limit keeps to it, it is the answer. Where not, only those choices of a block are worth a look
 * that no other beats in both log-odds and multiply-adds; so are, of the sums over two, three and four blocks, only those. Few are
 * left at each step, and none that could be part of the answer is lost.
 */

const { nodes: NODES, operations: OPERATIONS } = ENCODINGS.darts;

/** A choice for the first blocks: operations and inputs of their nodes, log-odds, multiply-adds. */
interface Choice {
  readonly sum: number;
  readonly macs: number;
  readonly operations: readonly number[];
  readonly inputs: readonly number[];
}

const NONE: Choice = { sum: 0, macs: 0, operations: [], inputs: [] };

/** Multiply-adds that an operation adds on an input of the cell, and on a block. */
const FREE = costOf({ operations: new Uint8Array(CELL_NODES), inputs: new Uint8Array(CELL_NODES) }).macs;
const MACS = [0, CELL_INPUTS].map((input) =>
  NODE_OPERATIONS.map((_, operation) => {
    const one = { operations: new Uint8Array(CELL_NODES), inputs: new Uint8Array(CELL_NODES) };
    one.operations[CELL_NODES - 1] = operation;
    one.inputs[CELL_NODES - 1] = input;
    return costOf(one).macs - FREE;
  }),
) as [number[], number[]];

export function mostLikelyMember(odds: LogOdds): Graph {
  const blocks = Array.from({ length: BLOCKS }, (_, block) => pairsOf(odds, block));
  const best = blocks.map((choices) => choices.reduce((a, b) => (b.sum > a.sum ? b : a))).reduce(together, NONE);
  if (FREE + best.macs < MOST_MACS) return graphOf(best);
  const within = blocks
    .map(unbeaten)
    .reduce((before, choices) => unbeaten(before.flatMap((a) => choices.map((b) => together(a, b)))), [NONE])
    .filter(({ macs }) => FREE + macs < MOST_MACS);
  return graphOf(within.reduce((a, b) => (b.sum > a.sum ? b : a)));
}

/** For each two inputs of a block's nodes and each kind of operations worth a look, the log-odds and the multiply-adds. */
function pairsOf(odds: LogOdds, block: number): Choice[] {
  const [first, second] = [2 * block, 2 * block + 1].map((node) => {
    return Array.from({ length: CELL_INPUTS + block }, (_, input) => nodeChoices(odds, node, input));
  }) as [Choice[][], Choice[][]];
  return first.flatMap((ones, input) =>
    second.flatMap((others, other) => (other === input ? [] : ones.flatMap((a) => others.map((b) => together(a, b))))),
  );
}

/** What a node can carry when it reads `input`, without operations that others beat in both respects. */
function nodeChoices({ operations, adjacency }: LogOdds, node: number, input: number): Choice[] {
  const at = CELL_INPUTS + node;
  const edges = sourcesOf(input).reduce((sum, from) => sum + (adjacency[from * NODES + at] as number), 0);
  const macs = MACS[input < CELL_INPUTS ? 0 : 1];
  return unbeaten(
    NODE_OPERATIONS.map((_, operation) => {
      const sum = edges + (operations[at * OPERATIONS.length + CELL_INPUTS + operation] as number);
      return { sum, macs: macs[operation] as number, operations: [operation], inputs: [input] };
    }),
  );
}

function together(a: Choice, b: Choice): Choice {
  return {
    sum: a.sum + b.sum,
    macs: a.macs + b.macs,
    operations: [...a.operations, ...b.operations],
    inputs: [...a.inputs, ...b.inputs],
  };
}

/** Choices by rising multiply-adds, each with higher log-odds than all cheaper ones. */
function unbeaten(choices: readonly Choice[]): Choice[] {
  const sorted = [...choices].sort((a, b) => a.macs - b.macs || b.sum - a.sum);
  const kept: Choice[] = [];
  let best = Number.NEGATIVE_INFINITY;
  for (const choice of sorted) {
    if (choice.sum <= best) continue;
    best = choice.sum;
    kept.push(choice);
  }
  return kept;
}
