import { type Graph, PADDING, type SearchSpace } from "./space.ts";

/**
 * Graphs as a few 32-bit words, the form in which a data set lives on the GPU (`shaders/graph.wgsl` reads it).
 * First the adjacency: bit `x + y(y-1)/2` for the edge x -> y (x < y), lowest bit first; then the operations, `operationBits`
 * bits a node, never across a word boundary, all ones for padding.
 */
export interface Packing {
  readonly nodes: number;
  readonly operationBits: number;
  readonly adjacencyWords: number;
  readonly operationsPerWord: number;
  /** Words a graph. */
  readonly words: number;
}

export function packingOf(space: { readonly nodes: number; readonly operations: { readonly length: number } }): Packing {
  const { nodes } = space;
  const operationBits = Math.ceil(Math.log2(space.operations.length + 1));
  const adjacencyWords = Math.ceil((nodes * (nodes - 1)) / 2 / 32);
  const operationsPerWord = Math.floor(32 / operationBits);
  const words = adjacencyWords + Math.ceil(nodes / operationsPerWord);
  return { nodes, operationBits, adjacencyWords, operationsPerWord, words };
}

/** Writes `graph` as graph number `position` of `into`. */
export function pack(packing: Packing, graph: Graph, into: Uint32Array, position: number): void {
  const { nodes, operationBits, adjacencyWords, operationsPerWord, words } = packing;
  const start = position * words;
  into.fill(0, start, start + words);
  for (let y = 1; y < nodes; y++) {
    for (let x = 0; x < y; x++) {
      if (!graph.adjacency[x * nodes + y]) continue;
      const bit = x + (y * (y - 1)) / 2;
      const word = start + (bit >> 5);
      into[word] = (into[word] as number) | (1 << (bit & 31));
    }
  }
  const padding = 2 ** operationBits - 1;
  for (let i = 0; i < nodes; i++) {
    const operation = graph.operations[i] === PADDING ? padding : (graph.operations[i] as number);
    const word = start + adjacencyWords + Math.floor(i / operationsPerWord);
    into[word] = (into[word] as number) | (operation << (operationBits * (i % operationsPerWord)));
  }
}

/** The inverse of `pack`. */
export function unpack(packing: Packing, from: Uint32Array, position: number): Graph {
  const { nodes, operationBits, adjacencyWords, operationsPerWord, words } = packing;
  const start = position * words;
  const operations = new Uint8Array(nodes);
  const adjacency = new Uint8Array(nodes * nodes);
  for (let y = 1; y < nodes; y++) {
    for (let x = 0; x < y; x++) {
      const bit = x + (y * (y - 1)) / 2;
      adjacency[x * nodes + y] = ((from[start + (bit >> 5)] as number) >>> (bit & 31)) & 1;
    }
  }
  const padding = 2 ** operationBits - 1;
  for (let i = 0; i < nodes; i++) {
    const word = from[start + adjacencyWords + Math.floor(i / operationsPerWord)] as number;
    const operation = (word >>> (operationBits * (i % operationsPerWord))) & padding;
    operations[i] = operation === padding ? PADDING : operation;
  }
  return { operations, adjacency };
}

/** Graphs `indices` of a space (all of them by default), packed one after the other: `count x words`. */
export function packSpace(space: SearchSpace, indices?: ArrayLike<number>): Uint32Array {
  const packing = packingOf(space);
  const count = indices?.length ?? space.size;
  const packed = new Uint32Array(count * packing.words);
  for (let i = 0; i < count; i++) {
    const index = indices ? (indices[i] as number) : i;
    if (space.packInto) space.packInto(index, packed, i);
    else pack(packing, space.graph(index), packed, i);
  }
  return packed;
}
