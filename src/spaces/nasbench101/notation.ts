import { InputError } from "../../errors.ts";
import { ENCODINGS } from "../encodings.ts";
import { readModelSpec } from "../model-spec.ts";
import { hexadecimal } from "../module-hash.ts";
import type { Graph } from "../space.ts";
import { scan, shortened } from "../text.ts";
import { membership, prune } from "./graph.ts";
import { indexOfHash, numberOfIndex, orderTables } from "./order.ts";

/** The name the benchmark's table gives a cell: its module hash, 32 hexadecimal digits. */
export function format(index: number): string {
  numberOfIndex(index);
  return hexadecimal(orderTables().hashes, 4 * index);
}

/**
 * A module hash, or `ModelSpec(matrix=[[..]], ops=[..])`, which is pruned as the benchmark does. Space around it is ignored. Throws
 * InputError that names the character that does not fit, the hash that no cell has, or why the graph is no cell.
 */
export function parse(text: string): number {
  const scanner = scan(text);
  if (scanner.isNext("ModelSpec")) {
    const graph = readModelSpec(scanner, ENCODINGS.nasbench101);
    scanner.end();
    return indexOfGraph(graph);
  }
  const start = scanner.position();
  const hash = /^[\da-f]*/i.exec(text.slice(start))?.[0] ?? "";
  if (hash.length !== 32) {
    return scanner.fail("a module hash of 32 hexadecimal digits or a ModelSpec(...)", start + Math.min(hash.length, 32));
  }
  scanner.expect(hash);
  scanner.end();
  const words = Array.from({ length: 4 }, (_, i) => Number.parseInt(hash.slice(8 * i, 8 * i + 8), 16));
  const index = indexOfHash(words);
  if (index === undefined) throw new InputError(`No cell of NAS-Bench-101 has the module hash "${shortened(hash)}".`);
  return index;
}

/** Index of the cell that is left of a graph when it is pruned. Throws InputError with the reason where it is none. */
export function indexOfGraph(graph: Graph): number {
  const whole = membership(graph);
  if ("index" in whole) return whole.index;
  const pruned = isUpward(graph) ? prune(graph) : undefined;
  const member = pruned ? membership(pruned) : whole;
  if ("index" in member) return member.index;
  throw new InputError(`This is no cell of NAS-Bench-101: ${member.reason}`);
}

function isUpward({ operations, adjacency }: Graph): boolean {
  const nodes = operations.length;
  return adjacency.every((entry, i) => !entry || Math.floor(i / nodes) < i % nodes);
}
