import type { Graph } from "../../src/spaces/space.ts";

/**
 * Places of a DARTS cell drawn as a wiring diagram. Every value that can be read has a vertical lane (the outputs of the two cells before,
 * then those of the blocks); an operation taps the lane that it reads, the two results of a block are added, and what is added goes to
 * the output and, where a later block reads it, to a lane of its own. So any cell fits the same width, with text that stays readable.
 */

/** Node 0 and 1 of the graph are the cell's inputs, 2..9 its operations, two a block. */
const INPUTS = 2;
const BLOCKS = 4;

const ROW = 28;
const GAP = 18;
const TOP = 40;
export const BOX = { left: 124, width: 100, height: 24 } as const;
const SUM = 247;
export const SUM_RADIUS = 9;
const BUS = 276;
/** Centre of the lane of c_{k-2}, c_{k-1} and the first three blocks; nothing reads the last one. */
const LANES = [22, 66, 88, 99, 110] as const;
export const GENOTYPE_SIZE = { width: 292, height: TOP + BLOCKS * (2 * ROW + GAP) + 28 } as const;

export interface PlacedOperation {
  /** Node of the graph. */
  readonly node: number;
  /** What it reads: 0 and 1 the cell's inputs, 2 + b block b. */
  readonly input: number;
  readonly lane: number;
  /** Centre of its box. */
  readonly y: number;
}

export interface PlacedBlock {
  readonly operations: readonly PlacedOperation[];
  /** Centre of the sum. */
  readonly x: number;
  readonly y: number;
  /** Corners of the way from the sum to its lane and down to the last that reads it; none where nothing does. */
  readonly lane: readonly (readonly [number, number])[];
}

export interface GenotypeLayout {
  readonly inputs: readonly { readonly x: number; readonly end: number }[];
  readonly blocks: readonly PlacedBlock[];
  /** From the first sum to the output. */
  readonly bus: { readonly x: number; readonly from: number; readonly to: number };
}

/** What an operation node reads: 0 or 1, or 2 + block. */
export function inputOf({ operations, adjacency }: Graph, node: number): number {
  const nodes = operations.length;
  for (let from = 0; from < node; from++) {
    if (adjacency[from * nodes + node]) return from < INPUTS ? from : INPUTS + Math.floor((from - INPUTS) / 2);
  }
  return 0;
}

export function layoutGenotype(graph: Graph): GenotypeLayout {
  const rowOf = (block: number, half: number): number => TOP + block * (2 * ROW + GAP) + half * ROW + BOX.height / 2;
  const operations = Array.from({ length: 2 * BLOCKS }, (_, i): PlacedOperation => {
    const input = inputOf(graph, INPUTS + i);
    return { node: INPUTS + i, input, lane: LANES[input] as number, y: rowOf(i >> 1, i & 1) };
  });
  const lastReader = (input: number): number =>
    operations.reduce((last, operation) => (operation.input === input ? Math.max(last, operation.y) : last), 0);
  const blocks = Array.from({ length: BLOCKS }, (_, block): PlacedBlock => {
    const y = (rowOf(block, 0) + rowOf(block, 1)) / 2;
    const end = lastReader(INPUTS + block);
    const turn = rowOf(block, 1) + BOX.height / 2 + GAP / 2;
    const lane = LANES[INPUTS + block];
    const way =
      end > 0 && lane !== undefined
        ? ([
            [SUM, y + SUM_RADIUS],
            [SUM, turn],
            [lane, turn],
            [lane, end],
          ] as const)
        : [];
    return { operations: operations.slice(2 * block, 2 * block + 2), x: SUM, y, lane: way };
  });
  return {
    inputs: LANES.slice(0, INPUTS).map((x, input) => ({ x, end: lastReader(input) })),
    blocks,
    bus: { x: BUS, from: (blocks[0] as PlacedBlock).y, to: GENOTYPE_SIZE.height - 26 },
  };
}
