import { InputError } from "../../errors.ts";
import { ENCODINGS } from "../encodings.ts";
import { readModelSpec } from "../model-spec.ts";
import { oneHotModuleHash } from "../module-hash.ts";
import type { Membership, SearchSpace } from "../space.ts";
import { atOnce, inSlices, type Watch } from "../steps.ts";
import { scan } from "../text.ts";
import { classOf } from "./canonical.ts";
import { type DartsCell, unpackCell } from "./cell.ts";
import { costOf } from "./cost.ts";
import { readGenotype, writeGenotype } from "./genotype.ts";
import { graphOf, isValidAsPublished, readGraph } from "./graph.ts";
import { cellDistance, editedCells } from "./identity.ts";
import { type ClassTable, classesOf, type DartsSample, drawSample, MOST_MACS, PAPER_COUNT } from "./sample.ts";

const { nodes, operations } = ENCODINGS.darts;

export interface DartsOptions {
  /** Seed of the sample, 0..2^32-1. */
  readonly seed?: number;
  /** Cells of the sample. */
  readonly count?: number;
}

const DEFAULTS = { seed: 0, count: PAPER_COUNT } as const;

let paperSpace: SearchSpace | undefined;

/**
 * DARTS (Liu et al., ICLR 2019) as the paper samples it: by default 600,000 distinct cells, each used as normal and reduction cell. Nothing
 * is drawn before it is asked for, but the first question draws the sample, which blocks for seconds: where that matters, await
 * `prepareDarts` in a worker first, and pass its sample on to `dartsOf`.
 */
export function darts({ seed = DEFAULTS.seed, count = DEFAULTS.count }: DartsOptions = {}): SearchSpace {
  if (seed !== DEFAULTS.seed || count !== DEFAULTS.count) return sampledSpace(count, () => atOnce(drawSample(seed, count)));
  paperSpace ??= sampledSpace(count, () => atOnce(drawSample(seed, count)));
  return paperSpace;
}

/** Draws the sample in slices, with progress. Rejects with the signal's reason when aborted. */
export function prepareDarts(
  { seed = DEFAULTS.seed, count = DEFAULTS.count }: DartsOptions = {},
  watch?: Watch,
): Promise<DartsSample> {
  return inSlices(drawSample(seed, count), watch);
}

/** The space over a sample that was drawn before, here or elsewhere. */
export function dartsOf(sample: DartsSample): SearchSpace {
  return sampledSpace(sample.cells.length / 2, () => sample);
}

function sampledSpace(size: number, draw: () => DartsSample): SearchSpace {
  let sample: DartsSample | undefined;
  let classes: ClassTable | undefined;
  const drawn = () => {
    sample ??= draw();
    return sample;
  };
  const cellAt = (index: number) => {
    if (!Number.isInteger(index) || index < 0 || index >= size) {
      throw new RangeError(`This DARTS sample has indices 0 to ${size - 1}, found ${index}.`);
    }
    return unpackCell(drawn().cells, index);
  };
  const listed = (cell: DartsCell): number | undefined => {
    classes ??= classesOf(drawn());
    return classes.find(classOf(cell));
  };
  const memberOf = (cell: DartsCell): Membership => {
    const index = listed(cell);
    if (index !== undefined) return { index };
    const { macs } = costOf(cell);
    if (macs >= MOST_MACS) {
      return {
        reason: `Its network has ${Math.round(macs / 1e6)} M multiply-adds, the space has those below ${MOST_MACS / 1e6} M.`,
      };
    }
    return { reason: `It is a DARTS cell, but none of the ${size} that were sampled.`, unlisted: true };
  };
  return {
    name: "darts",
    title: "DARTS",
    nodes,
    operations,
    size,
    trainSize: Math.floor(size * 0.9),
    graph: (index) => graphOf(cellAt(index)),
    format(index) {
      const cell = cellAt(index);
      return writeGenotype({ normal: cell, reduce: cell });
    },
    parse(text) {
      const member = memberOf(oneCell(text));
      if ("index" in member) return member.index;
      throw new InputError(`The genotype names no architecture of this space: ${member.reason}`);
    },
    membership(graph) {
      const cell = readGraph(graph);
      return "reason" in cell ? cell : memberOf(cell);
    },
    isValidAsPublished,
    hash: (decoded) => oneHotModuleHash(decoded, operations.length),
    canonical(index) {
      cellAt(index);
      return index;
    },
    neighbours(index) {
      const found = editedCells(cellAt(index)).flatMap((cell) => listed(cell) ?? []);
      return Uint32Array.from(new Set(found.filter((other) => other !== index))).sort();
    },
    editDistance: (a, b) => cellDistance(cellAt(a), cellAt(b)),
    cost: (index) => costOf(cellAt(index)),
  };
}

/** The one cell of a genotype (or of `ModelSpec(...)`). Throws InputError where normal and reduction cell differ. */
function oneCell(text: string): DartsCell {
  const scanner = scan(text);
  if (scanner.isNext("ModelSpec")) {
    const graph = readModelSpec(scanner, ENCODINGS.darts);
    scanner.end();
    const cell = readGraph(graph);
    if ("reason" in cell) throw new InputError(`This is no DARTS cell: ${cell.reason}`);
    return cell;
  }
  const { normal, reduce } = readGenotype(scanner);
  scanner.end();
  if (cellDistance(normal, reduce) > 0) {
    throw new InputError("The genotype names no architecture of this space: its normal and its reduction cell differ.");
  }
  return normal;
}

export type { DartsCell } from "./cell.ts";
export { costOf as dartsCost } from "./cost.ts";
export { type Genotype, readGenotype, writeGenotype } from "./genotype.ts";
export { graphOf as dartsGraph, readGraph as readDartsGraph } from "./graph.ts";
export { type DartsSample, PAPER_COUNT } from "./sample.ts";
