import { InputError } from "../errors.ts";
import { dartsCost, dartsGraph, type Genotype, readDartsGraph, readGenotype, writeGenotype } from "./darts/index.ts";
import { readDescription } from "./description.ts";
import { ENCODINGS } from "./encodings.ts";
import { readModelSpec, writeModelSpec } from "./model-spec.ts";
import { indexOfGraph } from "./nasbench101/notation.ts";
import type { Graph, SearchSpace } from "./space.ts";
import { scan, shortened } from "./text.ts";

/**
 * The ways to write an architecture down: `string` is the space's own notation (`SearchSpace.format`), `genotype` that of the
 * DARTS code, `matrix` adjacency and operations as `ModelSpec(...)`, `index` the place in the official order, `hash` the module
 * hash, `json` an object with all of them and the cost.
 */
export const NOTATIONS = ["string", "genotype", "matrix", "index", "hash", "json"] as const;
export type Notation = (typeof NOTATIONS)[number];

/**
 * Writes an architecture of `space` in another notation.
 * @param from what `text` is written in; by default the notation it looks like
 * @returns the text; for two different cells of a genotype as matrix or hash two lines, the normal cell first
 * @throws InputError that names the character that does not fit, why it is no architecture of the space, or the notation that the
 *   space does not have
 */
export function convert(space: SearchSpace, text: string, to: Notation, from: Notation = notationOf(text)): string {
  if (space.name === "darts") return writeCells(space, to, readCells(space, text, from));
  return writeIndex(space, to, readIndex(space, text, from));
}

/** What a text looks like, by how it begins. */
export function notationOf(text: string): Notation {
  const start = text.trim();
  if (start.startsWith("{")) return "json";
  if (start.startsWith("Genotype")) return "genotype";
  if (start.startsWith("ModelSpec")) return "matrix";
  if (/^[\da-f]{32}$/i.test(start)) return "hash";
  return /^\d+$/.test(start) ? "index" : "string";
}

// NAS-Bench-101 and 201 list all their architectures: everything goes through the index.

function readIndex(space: SearchSpace, text: string, from: Notation): number {
  switch (from) {
    case "string":
      return space.parse(text);
    case "genotype":
      throw withoutNotation(space, from);
    case "matrix":
      return indexOf(space, wholeModelSpec(space, text));
    case "index":
      return givenIndex(space, text);
    case "hash":
      return indexOfHash(space, text);
    case "json":
      return agreed(space, text, {
        string: (written) => space.parse(written),
        graphs: ([graph, second]) => {
          if (graph === undefined || second)
            throw new InputError(`An architecture of ${space.title} has one cell, the JSON gives two.`);
          return indexOf(space, graph);
        },
        index: (index) => index,
        hash: (hash) => indexOfHash(space, hash),
        hashesOf: (index) => [hashOf(space, index)],
        key: String,
      });
  }
}

function writeIndex(space: SearchSpace, to: Notation, index: number): string {
  switch (to) {
    case "string":
      return space.format(index);
    case "genotype":
      throw withoutNotation(space, to);
    case "matrix":
      return writeModelSpec(space, space.graph(index));
    case "index":
      return String(index);
    case "hash":
      return hashOf(space, index);
    case "json":
      return JSON.stringify({
        space: space.name,
        index,
        architecture: space.format(index),
        hash: hashOf(space, index),
        ...plainGraph(space, space.graph(index)),
        ...space.cost(index),
      });
  }
}

function indexOf(space: SearchSpace, graph: Graph): number {
  if (space.name === "nasbench101") return indexOfGraph(graph);
  const member = space.membership(graph);
  if ("index" in member) return member.index;
  throw new InputError(`This is no architecture of ${space.title}: ${member.reason}`);
}

/** The benchmark's own hash for NAS-Bench-101, that of arch2vec for the others. */
function hashOf(space: SearchSpace, index: number): string {
  return space.name === "nasbench101" ? space.format(index) : space.hash(space.graph(index));
}

const indicesByHash = new WeakMap<SearchSpace, Map<string, number>>();

/** The index with this module hash; the graph of NAS-Bench-201 has no symmetry, so no two of its architectures share one. */
function indexOfHash(space: SearchSpace, text: string): number {
  if (space.name === "nasbench101") return space.parse(text);
  let indices = indicesByHash.get(space);
  if (indices === undefined) {
    indices = new Map();
    for (let index = 0; index < space.size; index++) indices.set(space.hash(space.graph(index)), index);
    indicesByHash.set(space, indices);
  }
  const index = indices.get(text.trim().toLowerCase());
  if (index === undefined)
    throw new InputError(`No architecture of ${space.title} has the module hash "${shortened(text.trim())}".`);
  return index;
}

// DARTS lists a sample, and a genotype has two cells: everything goes through the cells.

function readCells(space: SearchSpace, text: string, from: Notation): Genotype {
  switch (from) {
    case "string":
    case "genotype": {
      const scanner = scan(text);
      const genotype = readGenotype(scanner);
      scanner.end();
      return genotype;
    }
    case "matrix":
      return cellsOf([wholeModelSpec(space, text)]);
    case "index":
      return cellsOf([space.graph(givenIndex(space, text))]);
    case "hash":
      throw new InputError(
        "A module hash does not lead back to a DARTS cell; give a genotype, a ModelSpec(...), an index or JSON.",
      );
    case "json":
      return agreed(space, text, {
        string: (written) => readCells(space, written, "genotype"),
        graphs: cellsOf,
        index: (index) => cellsOf([space.graph(index)]),
        hash: (hash) => readCells(space, hash, "hash"),
        hashesOf: (genotype) => graphsOf(genotype).map((graph) => space.hash(graph)),
        key: writeGenotype,
      });
  }
}

function writeCells(space: SearchSpace, to: Notation, genotype: Genotype): string {
  const graphs = graphsOf(genotype);
  switch (to) {
    case "string":
    case "genotype":
      return writeGenotype(genotype);
    case "matrix":
      return graphs.map((graph) => writeModelSpec(space, graph)).join("\n");
    case "index": {
      const [graph, second] = graphs;
      if (second)
        throw new InputError("The normal and the reduction cell differ: a DARTS index stands for one cell in both roles.");
      return String(indexOf(space, graph as Graph));
    }
    case "hash":
      return graphs.map((graph) => space.hash(graph)).join("\n");
    case "json": {
      const described = graphs.map((graph) => ({ hash: space.hash(graph), ...plainGraph(space, graph) }));
      const member = graphs.length === 1 ? space.membership(graphs[0] as Graph) : undefined;
      return JSON.stringify({
        space: space.name,
        ...(member && "index" in member ? { index: member.index } : {}),
        architecture: writeGenotype(genotype),
        ...(described.length === 1 ? described[0] : { normal: described[0], reduce: described[1] }),
        ...dartsCost(genotype.normal, genotype.reduce),
      });
    }
  }
}

function cellsOf(graphs: readonly Graph[]): Genotype {
  const [normal, reduce] = graphs.map((graph) => {
    const cell = readDartsGraph(graph);
    if ("reason" in cell) throw new InputError(`This is no DARTS cell: ${cell.reason}`);
    return cell;
  });
  if (normal === undefined) throw new Error("A genotype is made of one or two graphs.");
  return { normal, reduce: reduce ?? normal };
}

/** The graph of the one cell, or those of both where they differ. */
function graphsOf({ normal, reduce }: Genotype): Graph[] {
  const graphs = [dartsGraph(normal), dartsGraph(reduce)];
  return writeGenotype({ normal, reduce: normal }) === writeGenotype({ normal, reduce }) ? graphs.slice(0, 1) : graphs;
}

// What both ways share.

/** How the parts of a JSON object lead to one architecture, and when two are the same. */
interface Parts<Found> {
  readonly string: (text: string) => Found;
  readonly graphs: (graphs: readonly Graph[]) => Found;
  readonly index: (index: number) => Found;
  readonly hash: (hash: string) => Found;
  readonly hashesOf: (found: Found) => readonly string[];
  readonly key: (found: Found) => string;
}

/** The architecture that all parts of a JSON object name. Throws InputError where they name different ones, or none. */
function agreed<Found>(space: SearchSpace, text: string, parts: Parts<Found>): Found {
  const { architecture, index, hash, graphs } = readDescription(space, text);
  const found: { part: string; value: Found }[] = [];
  if (architecture !== undefined) found.push({ part: "architecture", value: parts.string(architecture) });
  if (graphs !== undefined) found.push({ part: "matrix and ops", value: parts.graphs(graphs) });
  if (index !== undefined) found.push({ part: "index", value: parts.index(checkedIndex(space, index)) });
  // Beside another part a hash is only compared: not every space can look one up.
  if (hash !== undefined && found.length === 0) found.push({ part: "hash", value: parts.hash(hash) });
  const [first, ...others] = found;
  if (first === undefined)
    throw new InputError("The JSON names no architecture: it needs architecture, matrix and ops, index or hash.");
  const other = others.find(({ value }) => parts.key(value) !== parts.key(first.value));
  if (other)
    throw new InputError(`The JSON contradicts itself: its ${first.part} and its ${other.part} are different architectures.`);
  if (hash !== undefined && !parts.hashesOf(first.value).includes(hash.toLowerCase())) {
    throw new InputError(`The JSON contradicts itself: its hash is not that of its ${first.part}.`);
  }
  return first.value;
}

function givenIndex(space: SearchSpace, text: string): number {
  const scanner = scan(text);
  const index = scanner.integer("an index, a whole number,");
  scanner.end();
  return checkedIndex(space, index);
}

function checkedIndex(space: SearchSpace, index: number): number {
  if (index < space.size) return index;
  throw new InputError(`${space.title} has indices from 0 to ${space.size - 1}, found ${index}.`);
}

function wholeModelSpec(space: SearchSpace, text: string): Graph {
  const scanner = scan(text);
  const graph = readModelSpec(scanner, ENCODINGS[space.name]);
  scanner.end();
  return graph;
}

/** Matrix and operation names of the nodes that are there. */
function plainGraph(
  { nodes, operations: names }: SearchSpace,
  { operations, adjacency }: Graph,
): { matrix: number[][]; ops: string[] } {
  const real = Array.from(operations.keys()).filter((node) => names[operations[node] as number] !== undefined);
  return {
    matrix: real.map((from) => real.map((to) => adjacency[from * nodes + to] as number)),
    ops: real.map((node) => names[operations[node] as number] as string),
  };
}

function withoutNotation(space: SearchSpace, notation: Notation): InputError {
  const known = NOTATIONS.filter((other) => other !== notation).join(", ");
  return new InputError(`${space.title} has no ${notation} notation; it has ${known}.`);
}
