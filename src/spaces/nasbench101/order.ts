import { InputError } from "../../errors.ts";
import { bitCount, hashInto, initialDigest } from "../module-hash.ts";
import { atOnce, inSlices, type Steps, type Watch } from "../steps.ts";
import { before, CHOICES, digit, vertexCount } from "./cell.ts";
import { bitsOf, cells, type Enumeration, enumerationProblem, SIZE, useCells } from "./enumeration.ts";

/**
 * The official order: ascending module hash. It needs all 423,624 hashes, some 45 million blocks of MD5, hence seconds
 * where the enumeration takes a fraction of one. So the result is plain data, 9 MB with the enumeration: one worker makes it, and it
 * can be posted to others or kept instead of being made again.
 */
export interface OrderTables extends Enumeration {
  /** Number of the cell in the enumeration, by index. */
  readonly numbers: Uint32Array;
  /** Module hash of the cell by index: four words each, first byte highest. */
  readonly hashes: Uint32Array;
}

let tables: OrderTables | undefined;
let indices: Uint32Array | undefined;

/** The order's tables; made here, which blocks for seconds, where `useOrderTables` did not come before. */
export function orderTables(): OrderTables {
  tables ??= atOnce(makeOrder());
  return tables;
}

/** Whether the tables are there. */
export function hasOrder(): boolean {
  return tables !== undefined;
}

/** Makes the tables in slices and hands them over: nothing else holds them, so that they can be transferred. */
export async function makeOrderTables(watch?: Watch): Promise<OrderTables> {
  const made = await inSlices(makeOrder(), watch);
  return { ...made, bits: made.bits.slice(), starts: made.starts.slice(), codes: made.codes.slice() };
}

/** Takes over tables that were made elsewhere. Throws InputError where they are not those of this space. */
export function useOrderTables(made: OrderTables): void {
  const refused = (what: string) =>
    new InputError(`The kept order of NAS-Bench-101 cannot be used: ${what}; let it be made again.`);
  if (made.numbers.length !== SIZE || made.hashes.length !== 4 * SIZE) {
    throw refused(`${SIZE} cells are expected, found ${made.numbers.length} with ${made.hashes.length / 4} hashes`);
  }
  const problem = enumerationProblem(made);
  if (problem !== undefined) throw refused(problem);
  const seen = new Uint8Array(SIZE);
  for (let index = 0; index < SIZE; index++) {
    const number = made.numbers[index] as number;
    if (number >= SIZE || seen[number])
      throw refused(`entry ${index} names cell ${number}, which is no cell or stands there twice`);
    seen[number] = 1;
    if (index > 0 && compareHashes(made.hashes, index - 1, made.hashes, index) >= 0)
      throw refused(`hash ${index} is not in order`);
  }
  for (let i = 0; i < CHECKED; i++) {
    const index = Math.floor((i * (SIZE - 1)) / (CHECKED - 1));
    const words = hashOf(made.numbers[index] as number, made);
    if (compareHashes(words, 0, made.hashes, index) !== 0) throw refused(`hash ${index} is not that of its cell`);
  }
  useCells(made);
  tables = made;
  indices = undefined;
}

/** Hashes, first and last included, that are computed anew when tables are taken over: all would take as long as making them. */
const CHECKED = 64;

/** Index of the cell with this number. */
export function indexOfNumber(number: number): number {
  if (indices === undefined) {
    const { numbers } = orderTables();
    indices = new Uint32Array(SIZE);
    for (let index = 0; index < SIZE; index++) indices[numbers[index] as number] = index;
  }
  return indices[number] as number;
}

/** Number of the cell with this index. Throws RangeError outside the space. */
export function numberOfIndex(index: number): number {
  const number = orderTables().numbers[index];
  if (number === undefined) throw new RangeError(`NAS-Bench-101 has indices 0 to ${SIZE - 1}, found ${index}.`);
  return number;
}

/** Index of the cell with this module hash (four words), undefined where no cell has it. */
export function indexOfHash(words: ArrayLike<number>): number | undefined {
  const { hashes } = orderTables();
  let low = 0;
  let high = SIZE;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareHashes(hashes, middle, words, 0) < 0) low = middle + 1;
    else high = middle;
  }
  return low < SIZE && compareHashes(hashes, low, words, 0) === 0 ? low : undefined;
}

function compareHashes(a: ArrayLike<number>, i: number, b: ArrayLike<number>, j: number): number {
  for (let k = 0; k < 4; k++) {
    const difference = (a[4 * i + k] as number) - (b[4 * j + k] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Hashes every cell, then sorts. Hashing is nearly all of the work. */
function* makeOrder(): Steps<OrderTables> {
  const enumeration = cells();
  const { bits, starts, codes } = enumeration;
  const unsorted = new Uint32Array(4 * SIZE);
  for (let i = 0; i < bits.length; i++) {
    const hash = classHasher(bits[i] as number);
    for (let number = starts[i] as number; number < (starts[i + 1] as number); number++) {
      hash(codes[number] as number, unsorted, 4 * number);
    }
    yield (starts[i + 1] as number) / SIZE;
  }
  return { ...enumeration, ...sorted(unsorted) };
}

function sorted(unsorted: Uint32Array): Pick<OrderTables, "numbers" | "hashes"> {
  // A hash's first word and the cell's number (19 bits) fit the 53 bits of a float, which sort natively; the few cells that
  // share a first word are put right afterwards.
  const NUMBERS = 2 ** 19;
  const keys = Float64Array.from({ length: SIZE }, (_, number) => (unsorted[4 * number] as number) * NUMBERS + number).sort();
  const numbers = Uint32Array.from(keys, (key) => key % NUMBERS);
  for (let index = 1; index < SIZE; index++) {
    const number = numbers[index] as number;
    let at = index;
    while (at > 0 && compareHashes(unsorted, number, unsorted, numbers[at - 1] as number) < 0) {
      numbers[at] = numbers[at - 1] as number;
      at--;
    }
    numbers[at] = number;
  }
  const hashes = new Uint32Array(4 * SIZE);
  for (let index = 0; index < SIZE; index++) {
    const from = 4 * (numbers[index] as number);
    for (let k = 0; k < 4; k++) hashes[4 * index + k] = unsorted[from + k] as number;
  }
  return { numbers, hashes };
}

/** Module hash of one cell by its number, as four words. */
function hashOf(number: number, enumeration: Enumeration): Uint32Array {
  const words = new Uint32Array(4);
  classHasher(bitsOf(number, enumeration))(enumeration.codes[number] as number, words, 0);
  return words;
}

/** Hashes the labellings of one adjacency: the label of the input is -1, that of the output -2, the others are their digit. */
function classHasher(bits: number): (code: number, into: Uint32Array, at: number) => void {
  const count = vertexCount(bits);
  const predecessors = new Uint32Array(count);
  const successors = new Uint32Array(count);
  for (let to = 1; to < count; to++) {
    const mask = before(bits, to);
    predecessors[to] = mask;
    for (let from = 0; from < to; from++) {
      if ((mask >>> from) & 1) successors[from] = (successors[from] as number) | (1 << to);
    }
  }
  const digestOf = (vertex: number, label: string) =>
    initialDigest(bitCount(successors[vertex] as number), bitCount(predecessors[vertex] as number), label);
  const interior = Array.from({ length: count }, (_, vertex) => {
    return Array.from({ length: CHOICES }, (_, operation) => digestOf(vertex, `${operation}`));
  });
  const initial = new Int32Array(4 * count);
  initial.set(digestOf(0, "-1"), 0);
  initial.set(digestOf(count - 1, "-2"), 4 * (count - 1));
  const graph = { count, before: predecessors, after: successors };
  return (code, into, at) => {
    for (let vertex = 1; vertex < count - 1; vertex++) {
      initial.set((interior[vertex] as Int32Array[])[digit(code, count, vertex)] as Int32Array, 4 * vertex);
    }
    hashInto(graph, initial, into, at);
  };
}
