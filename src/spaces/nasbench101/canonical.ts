import { type Cell, CHOICES, edgeBit, MOST_VERTICES } from "./cell.ts";

/** A labelled acyclic graph whose vertices need not stand in topological order: 0 is the input, `count - 1` the output. */
export interface LooseCell {
  readonly count: number;
  /** Predecessors a vertex, as bit masks. */
  readonly before: ArrayLike<number>;
  /** Digit of the operation a vertex; those of input and output are not read. */
  readonly digits: ArrayLike<number>;
}

/**
 * Calls `visit` with every order of the vertices in which all edges run upwards: `places[v]` is the position of vertex v, and
 * `bits` the adjacency in that order. Input and output keep their places, so there are at most 5! orders, none for a graph with a
 * cycle. `places` is reused between calls.
 */
export function forEachOrder(
  { count, before }: Pick<LooseCell, "count" | "before">,
  visit: (bits: number, places: Uint8Array) => void,
): void {
  const places = new Uint8Array(MOST_VERTICES);
  const last = count - 1;
  places[last] = last;
  const column = (vertex: number, to: number): number => {
    let bits = 0;
    const mask = before[vertex] as number;
    for (let from = 0; from < count; from++) if ((mask >>> from) & 1) bits |= edgeBit(places[from] as number, to);
    return bits;
  };
  const extend = (position: number, placed: number, bits: number): void => {
    if (position === last) {
      if (((before[last] as number) & ~placed) === 0) visit(bits | column(last, last), places);
      return;
    }
    for (let vertex = 1; vertex < last; vertex++) {
      if ((placed >>> vertex) & 1 || ((before[vertex] as number) & ~placed) !== 0) continue;
      places[vertex] = position;
      extend(position + 1, placed | (1 << vertex), bits | column(vertex, position));
    }
  };
  if (before[0] === 0) extend(1, 1, 0);
}

/** Code of the interior operations when vertex v stands at `places[v]`. */
export function codeInOrder(count: number, digits: ArrayLike<number>, places: ArrayLike<number>): number {
  let code = 0;
  for (let vertex = 1; vertex < count - 1; vertex++) {
    code += (digits[vertex] as number) * CHOICES ** (count - 2 - (places[vertex] as number));
  }
  return code;
}

/** The form that stands for all isomorphic ones: smallest adjacency bits, then smallest code. Undefined for a graph with a cycle. */
export function canonicalCell(cell: LooseCell): Cell | undefined {
  let best: Cell | undefined;
  forEachOrder(cell, (bits, places) => {
    if (best !== undefined && bits > best.bits) return;
    const code = codeInOrder(cell.count, cell.digits, places);
    if (best === undefined || bits < best.bits || code < best.code) best = { bits, code };
  });
  return best;
}
