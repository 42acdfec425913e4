import { md5 } from "js-md5";
import { md5Words } from "./md5.ts";
import type { Graph } from "./space.ts";

/**
 * The graph hash of NAS-Bench-101 (Ying et al., ICML 2019), by which its table names cells and by which arch2vec counts
 * distinct decodings. It is colour refinement: a vertex starts from its degrees and label and takes in its neighbours'
 * hashes as many times as there are vertices; the sorted vertex hashes make the hash of the graph. Isomorphic graphs get
 * equal hashes. Every text is digested as Python prints it, so that the digests are the official ones: first
 * `(out-degree, in-degree, label)`, then `predecessors|successors|own` with sorted hexadecimal digests run together, at last
 * the list of all, `['..', '..']`. The texts are put together as words of characters, never as strings.
 */

/** Most vertices a graph to be hashed may have: a neighbourhood is the bits of one word. */
const MOST_VERTICES = 32;

/** Vertices as bit masks: bit u of `before[v]` and bit v of `after[u]` for the edge u -> v. */
export interface Neighbourhoods {
  readonly count: number;
  readonly before: ArrayLike<number>;
  readonly after: ArrayLike<number>;
}

const state = new Int32Array(4 * MOST_VERTICES);
const next = new Int32Array(4 * MOST_VERTICES);
/** Sorting keys: the digests' words with the first byte highest, as texts of hexadecimal digits compare. */
const keys = new Uint32Array(4 * MOST_VERTICES);
/** Eight words of characters a vertex. */
const texts = new Int32Array(8 * MOST_VERTICES);
/** Vertices by ascending digest. */
const ranked = new Uint8Array(MOST_VERTICES);
const message = new Int32Array(9 * MOST_VERTICES + 32);

/** The two characters of a byte in hexadecimal, first character in the low byte. */
const CHARACTERS = Int32Array.from({ length: 256 }, (_, byte) => {
  const text = byte.toString(16).padStart(2, "0");
  return text.charCodeAt(0) | (text.charCodeAt(1) << 8);
});
const BAR = 0x7c;
/** Pairs of characters around the digests of the final list, first character in the low byte. */
const LIST = { open: 0x275b, between: 0x2c27, next: 0x2720, close: 0x5d27 };

/**
 * The hash as four words, first byte highest, so that they compare as the official texts do.
 * @param initial digest of `(out-degree, in-degree, label)` a vertex, four words each as `initialDigest` gives them
 * @param into receives four words from `at` on
 */
export function hashInto(graph: Neighbourhoods, initial: Int32Array, into: Uint32Array, at = 0): void {
  const { count, before, after } = graph;
  for (let i = 0; i < 4 * count; i++) state[i] = initial[i] as number;
  for (let round = 0; round < count; round++) {
    spellAndRank(count);
    for (let vertex = 0; vertex < count; vertex++) {
      const bytes = writeVertex(count, before[vertex] as number, after[vertex] as number, vertex);
      md5Words(message, bytes, next, 4 * vertex);
    }
    for (let i = 0; i < 4 * count; i++) state[i] = next[i] as number;
  }
  spellAndRank(count);
  md5Words(message, writeList(count), next, 0);
  for (let i = 0; i < 4; i++) into[at + i] = highestFirst(next[i] as number);
}

/** Digest of a vertex's first text as `hashInto` takes it. `label` is as Python's `str` prints it, e.g. "-1" or "[1.0, 0.0]". */
export function initialDigest(successors: number, predecessors: number, label: string): Int32Array {
  const text = `(${successors}, ${predecessors}, ${label})`;
  let digest = initialDigests.get(text);
  if (digest === undefined) {
    const bytes = new DataView(md5.arrayBuffer(text));
    digest = Int32Array.from({ length: 4 }, (_, i) => bytes.getInt32(4 * i, true));
    initialDigests.set(text, digest);
  }
  return digest;
}
const initialDigests = new Map<string, Int32Array>();

/** Four words of a hash as 32 hexadecimal digits. */
export function hexadecimal(words: ArrayLike<number>, at = 0): string {
  let text = "";
  for (let i = 0; i < 4; i++) text += (words[at + i] as number).toString(16).padStart(8, "0");
  return text;
}

/**
 * @param adjacency row-major `labels.length` squared (at most 32 vertices), non-zero where an edge row -> column exists
 * @param labels one a vertex, as Python's `str` prints the label
 * @returns 32 hexadecimal digits
 */
export function moduleHash(adjacency: ArrayLike<number>, labels: readonly string[]): string {
  const count = labels.length;
  if (count > MOST_VERTICES) throw new RangeError(`A graph of at most ${MOST_VERTICES} vertices can be hashed, found ${count}.`);
  const before = new Uint32Array(count);
  const after = new Uint32Array(count);
  for (let from = 0; from < count; from++) {
    for (let to = 0; to < count; to++) {
      if (!adjacency[from * count + to]) continue;
      after[from] = (after[from] as number) | (1 << to);
      before[to] = (before[to] as number) | (1 << from);
    }
  }
  const initial = new Int32Array(4 * count);
  for (const [vertex, label] of labels.entries()) {
    initial.set(initialDigest(bitCount(after[vertex] as number), bitCount(before[vertex] as number), label), 4 * vertex);
  }
  const words = new Uint32Array(4);
  hashInto({ count, before, after }, initial, words);
  return hexadecimal(words);
}

/** The hash arch2vec gives a decoded graph: nothing pruned, labels are the one-hot rows of the operations as floats. */
export function oneHotModuleHash(graph: Graph, operationCount: number): string {
  const labels = Array.from(graph.operations, (operation) => {
    const row = Array.from({ length: operationCount }, (_, i) => (i === operation ? "1.0" : "0.0"));
    return `[${row.join(", ")}]`;
  });
  return moduleHash(graph.adjacency, labels);
}

/** Writes the characters of all digests of `state` and ranks the vertices by them. */
function spellAndRank(count: number): void {
  for (let i = 0; i < 4 * count; i++) {
    const word = state[i] as number;
    texts[2 * i] = (CHARACTERS[word & 255] as number) | ((CHARACTERS[(word >>> 8) & 255] as number) << 16);
    texts[2 * i + 1] = (CHARACTERS[(word >>> 16) & 255] as number) | ((CHARACTERS[word >>> 24] as number) << 16);
    keys[i] = highestFirst(word);
  }
  for (let vertex = 0; vertex < count; vertex++) {
    let place = vertex;
    while (place > 0 && isBelow(vertex, ranked[place - 1] as number)) {
      ranked[place] = ranked[place - 1] as number;
      place--;
    }
    ranked[place] = vertex;
  }
}

function isBelow(vertex: number, other: number): boolean {
  for (let i = 0; i < 4; i++) {
    const own = keys[4 * vertex + i] as number;
    const its = keys[4 * other + i] as number;
    if (own !== its) return own < its;
  }
  return false;
}

/** `predecessors|successors|own` into `message`; returns its length in bytes. */
function writeVertex(count: number, before: number, after: number, vertex: number): number {
  let at = 0;
  for (let rank = 0; rank < count; rank++) {
    const other = ranked[rank] as number;
    if (!((before >>> other) & 1)) continue;
    for (let i = 0; i < 8; i++) message[at++] = texts[8 * other + i] as number;
  }
  let left = BAR;
  for (let rank = 0; rank < count; rank++) {
    const other = ranked[rank] as number;
    if (!((after >>> other) & 1)) continue;
    for (let i = 0; i < 8; i++) {
      const word = texts[8 * other + i] as number;
      message[at++] = left | (word << 8);
      left = word >>> 24;
    }
  }
  left |= BAR << 8;
  for (let i = 0; i < 8; i++) {
    const word = texts[8 * vertex + i] as number;
    message[at++] = left | (word << 16);
    left = word >>> 16;
  }
  message[at] = left;
  return 4 * at + 2;
}

/** `['..', '..']` into `message`; returns its length in bytes. */
function writeList(count: number): number {
  let at = 0;
  let left = LIST.open;
  for (let rank = 0; rank < count; rank++) {
    for (let i = 0; i < 8; i++) {
      const word = texts[8 * (ranked[rank] as number) + i] as number;
      message[at++] = left | (word << 16);
      left = word >>> 16;
    }
    message[at++] = left | ((rank < count - 1 ? LIST.between : LIST.close) << 16);
    left = LIST.next;
  }
  return 4 * at;
}

function highestFirst(word: number): number {
  return ((word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0;
}

export function bitCount(word: number): number {
  let rest = word >>> 0;
  let count = 0;
  for (; rest !== 0; rest &= rest - 1) count++;
  return count;
}
