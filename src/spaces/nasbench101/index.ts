import { ENCODINGS } from "../encodings.ts";
import { oneHotModuleHash } from "../module-hash.ts";
import { packingOf } from "../packing.ts";
import type { SearchSpace } from "../space.ts";
import { type Cell, digit, vertexCount } from "./cell.ts";
import { costOf } from "./cost.ts";
import { decisions } from "./decisions.ts";
import { SIZE } from "./enumeration.ts";
import { graphOf, isValidAsPublished, membership, ONE_HOT } from "./graph.ts";
import { cellOf, editDistance, neighbours } from "./identity.ts";
import { mostLikelyMember } from "./most-likely.ts";
import { format, parse } from "./notation.ts";
import { numberOfIndex } from "./order.ts";

const { nodes, operations } = ENCODINGS.nasbench101;
const packing = packingOf(ENCODINGS.nasbench101);
const INPUT = operations.indexOf("input");
const OUTPUT = operations.indexOf("output");

const space: SearchSpace = {
  name: "nasbench101",
  title: "NAS-Bench-101",
  nodes,
  operations,
  padded: true,
  size: SIZE,
  trainSize: Math.floor(SIZE * 0.9),
  graph: (index) => graphOf(cellOf(index)),
  packInto,
  decisions,
  format,
  parse,
  membership,
  mostLikelyMember,
  isValidAsPublished,
  hash: (decoded) => oneHotModuleHash(decoded, operations.length),
  canonical(index) {
    numberOfIndex(index);
    return index;
  },
  neighbours,
  editDistance,
  cost: (index) => costOf(cellOf(index)),
};

/** The adjacency of a cell is stored in the packing's own bits. */
function packInto(index: number, into: Uint32Array, position: number): void {
  packCell(cellOf(index), into, position);
}

/** Packs a cell (`src/spaces/packing.ts`) that need not have its place in the official order yet. */
export function packCell({ bits, code }: Cell, into: Uint32Array, position: number): void {
  const count = vertexCount(bits);
  const padding = 2 ** packing.operationBits - 1;
  let word = INPUT;
  for (let node = 1; node < nodes; node++) {
    const interior = node < count - 1;
    const operation = interior ? (ONE_HOT[digit(code, count, node)] as number) : node === count - 1 ? OUTPUT : padding;
    word |= operation << (packing.operationBits * node);
  }
  into[position * packing.words] = bits;
  into[position * packing.words + 1] = word;
}

/**
 * NAS-Bench-101 (Ying et al., ICML 2019): 423,624 cells in the benchmark's own order, made from the definition. Nothing is computed
 * before it is asked for, but the first question makes the order, which blocks for seconds: where that matters, await
 * `prepareSpace` first.
 */
export function nasbench101(): SearchSpace {
  return space;
}

export { prune } from "./graph.ts";
export { hasOrder, makeOrderTables, type OrderTables, orderTables, useOrderTables } from "./order.ts";
