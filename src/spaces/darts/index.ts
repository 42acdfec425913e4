import { InputError } from "../../errors.ts";
import { ENCODINGS } from "../encodings.ts";
import { readModelSpec } from "../model-spec.ts";
import { oneHotModuleHash } from "../module-hash.ts";
import type { Membership, SearchSpace, SpaceSample } from "../space.ts";
import { atOnce, inSlices, type Watch } from "../steps.ts";
import { scan } from "../text.ts";
import { classOf } from "./canonical.ts";
import { type DartsCell, unpackCell } from "./cell.ts";
import { costOf } from "./cost.ts";
import { readGenotype, writeGenotype } from "./genotype.ts";
import { graphOf, isValidAsPublished, readGraph } from "./graph.ts";
import { cellDistance, editedCells } from "./identity.ts";
import { mostLikelyMember } from "./most-likely.ts";
import {
  type ClassTable,
  checkSample,
  classesOf,
  type DartsSample,
  drawSample,
  MOST_MACS,
  PAPER_COUNT,
  sampleProblem,
} from "./sample.ts";

const { nodes, operations } = ENCODINGS.darts;

const DEFAULTS: SpaceSample = { seed: 0, count: PAPER_COUNT };

/** Every sample that was asked for is one space, so that what is drawn for one holder of it is there for all. */
const opened = new Map<string, Opened>();

interface Opened {
  readonly space: SearchSpace;
  sample: DartsSample | undefined;
}

/**
 * DARTS (Liu et al., ICLR 2019) as the paper samples it: by default 600,000 distinct cells, each used as normal and reduction cell. Nothing
 * is drawn before it is asked for, but the first question draws the sample, which blocks for seconds: where that matters, await
 * `prepareSpace` first. Throws InputError for a seed or count that cannot be.
 */
export function darts(sample: Partial<SpaceSample> = {}): SearchSpace {
  return open(sample).space;
}

/** The space over cells that were chosen elsewhere, whatever their seed says; not the one that `darts` returns. */
export function dartsOf(sample: DartsSample): SearchSpace {
  return sampledSpace({ seed: sample.seed, count: sample.count }, () => sample);
}

/** Whether the sample is drawn. */
export function hasSample(sample?: Partial<SpaceSample>): boolean {
  return open(sample).sample !== undefined;
}

/** The sample; drawn here, which blocks for seconds, where `useSample` did not come before. */
export function dartsSample(sample?: Partial<SpaceSample>): DartsSample {
  return drawn(open(sample));
}

/** Draws a sample in slices and hands it over: nothing else holds it, so that it can be transferred. */
export function makeSample(
  { seed = DEFAULTS.seed, count = DEFAULTS.count }: Partial<SpaceSample>,
  watch?: Watch,
): Promise<DartsSample> {
  return inSlices(drawSample({ seed, count }), watch);
}

/** Takes over a sample that was drawn elsewhere. Throws InputError where it is not the one of its seed. */
export function useSample(sample: DartsSample): void {
  const problem = sampleProblem(sample);
  if (problem !== undefined) {
    throw new InputError(`The kept sample of DARTS cannot be used: ${problem}; let it be drawn again.`);
  }
  open(sample).sample = sample;
}

function open({ seed = DEFAULTS.seed, count = DEFAULTS.count }: Partial<SpaceSample> = {}): Opened {
  const key = `${seed} ${count}`;
  let found = opened.get(key);
  if (found === undefined) {
    checkSample({ seed, count });
    const holder: Opened = { space: sampledSpace({ seed, count }, () => drawn(holder)), sample: undefined };
    opened.set(key, holder);
    found = holder;
  }
  return found;
}

function drawn(holder: Opened): DartsSample {
  holder.sample ??= atOnce(drawSample(holder.space.sample ?? DEFAULTS));
  return holder.sample;
}

function sampledSpace(sample: SpaceSample, drawn: () => DartsSample): SearchSpace {
  const size = sample.count;
  let classes: ClassTable | undefined;
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
    sample,
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
    mostLikelyMember,
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
