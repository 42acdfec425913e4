import type { Encoding } from "./encodings.ts";
import { assemble, type ReadOperations, readMatrix, readOperations } from "./model-spec.ts";
import type { Graph, SearchSpace } from "./space.ts";
import { type Scanner, scan } from "./text.ts";

/** What a JSON object says about an architecture; what can be computed from the rest (params, macs) is passed over. */
export interface Description {
  readonly architecture?: string;
  readonly index?: number;
  readonly hash?: string;
  /** One graph, or those of normal and reduction cell. */
  readonly graphs?: readonly Graph[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Reads the JSON that `convert` writes, or parts of it. Throws InputError that names the character that does not fit. */
export function readDescription(space: SearchSpace, text: string): Description {
  const scanner = scan(text);
  const found: Mutable<Description> = {};
  let own: GraphParts = {};
  let normal: Graph | undefined;
  let reduce: Graph | undefined;
  const start = scanner.position();
  members(scanner, (name, at) => {
    switch (name) {
      case "space": {
        const where = scanner.position();
        if (scanner.quoted("the name of a space") !== space.name) scanner.fail(`"${space.name}"`, where + 1);
        return;
      }
      case "index":
        found.index = scanner.integer("a whole number");
        return;
      case "architecture":
        found.architecture = scanner.quoted("an architecture");
        return;
      case "hash":
        found.hash = scanner.quoted("a module hash");
        return;
      case "params":
      case "macs":
        scanner.integer("a whole number");
        return;
      case "normal":
      case "reduce": {
        const graph = readCell(scanner, space);
        if (name === "normal") normal = graph;
        else reduce = graph;
        return;
      }
      default:
        own = readPart(scanner, space, own, name, at);
    }
  });
  scanner.end();
  const graph = graphOf(scanner, space, own, start);
  const first = graph ?? normal;
  if (first !== undefined) found.graphs = reduce ? [first, reduce] : [first];
  return found;
}

interface GraphParts {
  readonly matrix?: number[][];
  readonly operations?: ReadOperations;
}

/** `{"matrix": .., "ops": ..}`, a hash beside them is passed over. */
function readCell(scanner: Scanner, encoding: Encoding): Graph {
  const start = scanner.position();
  let parts: GraphParts = {};
  members(scanner, (name, at) => {
    if (name === "hash") scanner.quoted("a module hash");
    else parts = readPart(scanner, encoding, parts, name, at);
  });
  return graphOf(scanner, encoding, parts, start) ?? scanner.fail('a cell with "matrix" and "ops"', start);
}

function readPart(scanner: Scanner, encoding: Encoding, parts: GraphParts, name: string, at: number): GraphParts {
  if (name === "matrix") return { ...parts, matrix: readMatrix(scanner, encoding) };
  if (name === "ops") return { ...parts, operations: readOperations(scanner, encoding) };
  return scanner.fail("one of space, index, architecture, hash, matrix, ops, normal, reduce, params, macs", at + 1);
}

function graphOf(scanner: Scanner, encoding: Encoding, { matrix, operations }: GraphParts, start: number): Graph | undefined {
  if (matrix && operations) return assemble(scanner, encoding, matrix, operations);
  if (matrix || operations)
    scanner.fail(`an object with "${matrix ? "ops" : "matrix"}" beside "${matrix ? "matrix" : "ops"}"`, start);
  return undefined;
}

/** Passes a JSON object; `read` gets each name with its position and passes the value. */
function members(scanner: Scanner, read: (name: string, at: number) => void): void {
  scanner.list("{", "}", () => {
    const at = scanner.position();
    const name = scanner.quoted("a name");
    scanner.expect(":");
    read(name, at);
  });
}
