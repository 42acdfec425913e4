import { InputError } from "../../src/errors.ts";
import type { SearchSpace } from "../../src/spaces/space.ts";
import { atOnce, inSlices, type Steps } from "../../src/spaces/steps.ts";
import { LATENT } from "../../src/vgae/config.ts";
import { nearestNeighbours, type Points } from "../../src/vgae/nearest/neighbours.ts";
import { type Part, type Projection, project } from "../../src/vgae/projection.ts";
import { type Colourable, type ColourScale, colourScale, type Painting, type PaintOptions, paint } from "./colouring.ts";
import type { DensityLevel } from "./density.ts";
import { type Facts, factSteps, factsOf } from "./facts.ts";
import type { Loop } from "./lasso.ts";
import { type Neighbour, nearestInEmbedding } from "./nearest.ts";
import { type NeighbourWalk, neighbourWalk } from "./walks.ts";

/** At once, or later where a worker does it. */
export type Later<T> = T | Promise<T>;

/** Goes on with a value without a pause where it is there: a map of few points is drawn in the same frame. */
export function when<T>(value: Later<T>, use: (value: T) => void, fail: (error: unknown) => void): void {
  if (value instanceof Promise) value.then(use, fail);
  else use(value);
}

/** Spaces above this are asked in a worker, and their maps are drawn with smaller points. */
export const MANY = 50_000;
export const isLarge = ({ size }: Pick<SearchSpace, "size">): boolean => size > MANY;

/** An embedding as it goes on the map. */
export interface Placing {
  /** 16 numbers a row. */
  readonly rows: Float32Array;
  /** Where the rows are not all architectures in order. */
  readonly part?: Part | undefined;
  /** Points on the map before, to turn the new ones onto. */
  readonly previous?: Float32Array | undefined;
}

export interface Painted {
  readonly scale: ColourScale;
  readonly painting: Painting;
}

/** What lies around an architecture. */
export interface Surroundings {
  /** In the embedding, nearest first; empty where it is not on the map. */
  readonly near: readonly Neighbour[];
  /** One edit away, ascending. */
  readonly edits: Uint32Array;
}

/** What the page asks about all architectures of a space: long loops, and nothing that a screen knows of. */
export interface Cartographer {
  facts(onProgress: (share: number) => void): Later<Facts>;
  /** Projects an embedding, and keeps it for `surroundings`. */
  place(placing: Placing): Later<Projection>;
  paint(wanted: Colourable, options: PaintOptions): Later<Painted>;
  surroundings(index: number, howMany: number): Later<Surroundings>;
  /** The architectures on the map that are nearest to points of the embedding (count x 16): `howMany` each, nearest first. */
  nearest(points: Float32Array, howMany: number): Later<Uint32Array>;
  /** From one architecture on the map to another, over nearest neighbours. */
  walk(from: number, to: number): Later<NeighbourWalk>;
  /** The architectures whose points (2 numbers each) lie within a loop, ascending. */
  within(points: Float32Array, loop: Loop): Later<Uint32Array>;
  /** Where points (2 numbers each) lie thick. */
  density(points: Float32Array): Later<DensityLevel[]>;
  /** Edits from one architecture to every other. The next call ends the one before, which then fails. */
  edits(from: number, onProgress: (share: number) => void): Later<Uint8Array>;
  /** Index of an architecture in the official notation. Throws InputError as `SearchSpace.parse` does. */
  find(text: string): Later<number>;
  close(): void;
}

/** In this thread. */
export function cartographer(space: SearchSpace): Cartographer {
  let placed: Placing | undefined;
  let counting: AbortController | undefined;
  const onMap = (): Placing => {
    if (!placed) throw new InputError("Expected an embedding on the map, found none.");
    return placed;
  };
  return {
    facts: (onProgress) => (isLarge(space) ? inSlices(factSteps(space), { onProgress }) : factsOf(space)),
    place(placing) {
      placed = placing;
      return project(placing.rows, LATENT, placing.previous, placing.part);
    },
    paint(wanted, options) {
      const scale = colourScale(wanted);
      return { scale, painting: paint(wanted, scale, options) };
    },
    surroundings(index, howMany) {
      return { near: placed ? nearIn(placed, index, howMany) : [], edits: space.neighbours(index) };
    },
    nearest(points, howMany) {
      const { rows, part } = onMap();
      const { indices } = nearestNeighbours(pointsOf(rows), points, howMany);
      return part ? indices.map((row) => part.present[row] as number) : indices;
    },
    walk(from, to) {
      const { rows, part } = onMap();
      const walk = neighbourWalk(pointsOf(rows), rowOf(from, part), rowOf(to, part));
      return part ? { ...walk, cells: walk.cells.map((row) => part.present[row] as number) } : walk;
    },
    within: async (points, loop) => (await import("./lasso.ts")).within(points, loop),
    density: async (points) => (await import("./density.ts")).densityOf(points),
    edits(from, onProgress) {
      counting?.abort();
      const controller = new AbortController();
      counting = controller;
      const steps = editSteps(space, from);
      return isLarge(space) ? inSlices(steps, { onProgress, signal: controller.signal }) : atOnce(steps);
    },
    find: (text) => space.parse(text),
    close: () => undefined,
  };
}

/** Architectures compared between two reports of progress: some ten milliseconds, where the edit distance is one of graphs. */
const COMPARED = 500;

function* editSteps(space: SearchSpace, from: number): Steps<Uint8Array> {
  const edits = new Uint8Array(space.size);
  for (let index = 0; index < edits.length; index++) {
    edits[index] = space.editDistance(from, index);
    if (index % COMPARED === COMPARED - 1) yield index / edits.length;
  }
  return edits;
}

const pointsOf = (rows: Float32Array): Points => ({ data: rows, dimensions: LATENT });

function rowOf(index: number, part: Part | undefined): number {
  const row = part ? part.present.indexOf(index) : index;
  if (row < 0) throw new InputError(`Expected a cell on the map, found cell ${index}, which has no place yet.`);
  return row;
}

function nearIn({ rows, part }: Placing, index: number, howMany: number): Neighbour[] {
  if (!part) return nearestInEmbedding(rows, LATENT, index, howMany);
  const row = part.present.indexOf(index);
  if (row < 0) return [];
  return nearestInEmbedding(rows, LATENT, row, howMany).map((found) => ({
    ...found,
    index: part.present[found.index] as number,
  }));
}
