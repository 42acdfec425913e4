/**
 * The mean of all latents of a graph given its codes: a sum of what each code adds and what each pair of codes adds, an analysis of
 * variance with two-way interactions. An encoder mixes a node with its neighbours, so a code by itself leaves a tenth of the variance, and
 * pairs leave a thousandth. Least squares with a small ridge, solved by backfitting (Friedman and Stuetzle, "Projection Pursuit
 * Regression", JASA 1981): each table in turn takes the means of what the others leave.
 */
export interface Effects {
  /** Codes a node. */
  readonly sizes: readonly number[];
  /** Numbers that are predicted. */
  readonly width: number;
  /** Tables one after the other, rows of `width`: the constant, then nodes, then pairs of nodes that have more than one code. */
  readonly rows: Float32Array;
}

/** A table: the nodes whose codes choose its row (twice the same for a single node), and its first row. */
interface Table {
  readonly a: number;
  readonly b: number;
  readonly first: number;
  readonly rows: number;
}

function tablesOf(sizes: readonly number[]): Table[] {
  const varied = sizes.flatMap((size, node) => (size > 1 ? [node] : []));
  const pairs = varied
    .flatMap((a, i) => varied.slice(i).map((b) => [a, b] as const))
    .sort(([a, b], [c, d]) => +(a !== b) - +(c !== d));
  let first = 1;
  return pairs.map(([a, b]) => {
    const rows = a === b ? (sizes[a] as number) : (sizes[a] as number) * (sizes[b] as number);
    const table = { a, b, first, rows };
    first += rows;
    return table;
  });
}

/** Rows of all tables for these codebooks, the constant included. */
export function effectRows(sizes: readonly number[]): number {
  return tablesOf(sizes).reduce((sum, { rows }) => sum + rows, 1);
}

/** Row that the codes of graph `graph` choose. */
function rowOf({ a, b, first }: Table, sizes: readonly number[], codes: Uint8Array, graph: number): number {
  const at = graph * sizes.length;
  const own = codes[at + a] as number;
  return first + (a === b ? own : own * (sizes[b] as number) + (codes[at + b] as number));
}

/** What counts as many graphs as this pulls an effect to nothing: rows that hardly any graph chooses stay small. */
const RIDGE = 1;
const MOST_SWEEPS = 20;
/** A sweep that takes off less than this share of what is left is the last. */
const WORTH = 0.01;

/**
 * @param codes count x nodes
 * @param targets count x width; afterwards what is left of them: the residuals
 */
export function* fitEffects(
  sizes: readonly number[],
  codes: Uint8Array,
  targets: Float32Array,
  width: number,
): Generator<number, Effects, void> {
  const count = targets.length / width;
  const tables = tablesOf(sizes);
  const rows = new Float32Array(effectRows(sizes) * width);
  const constant: Table = { a: 0, b: 0, first: 0, rows: 1 };
  take(constant, () => 0, count, targets, width, rows, 0);
  let left = sumOfSquares(targets);
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    for (const [i, table] of tables.entries()) {
      take(table, (graph) => rowOf(table, sizes, codes, graph), count, targets, width, rows, RIDGE);
      yield (sweep + i / tables.length) / MOST_SWEEPS;
    }
    const now = sumOfSquares(targets);
    if (left - now < WORTH * left) break;
    left = now;
  }
  return { sizes, width, rows };
}

/** One table takes the (shrunken) means of its own part and of the residuals; the residuals change by as much. */
function take(
  { first, rows: own }: Table,
  row: (graph: number) => number,
  count: number,
  residuals: Float32Array,
  width: number,
  rows: Float32Array,
  ridge: number,
): void {
  const sums = new Float64Array(own * width);
  const counts = new Uint32Array(own);
  const chosen = new Uint32Array(count);
  for (let graph = 0; graph < count; graph++) {
    const r = row(graph) - first;
    chosen[graph] = r;
    counts[r] = (counts[r] as number) + 1;
    for (let i = 0; i < width; i++) {
      sums[r * width + i] = (sums[r * width + i] as number) + (residuals[graph * width + i] as number);
    }
  }
  const start = first * width;
  for (let i = 0; i < sums.length; i++) {
    const n = counts[Math.floor(i / width)] as number;
    const old = rows[start + i] as number;
    const next = n + ridge === 0 ? 0 : ((sums[i] as number) + n * old) / (n + ridge);
    rows[start + i] = next;
    sums[i] = (rows[start + i] as number) - old;
  }
  for (let graph = 0; graph < count; graph++) {
    const r = (chosen[graph] as number) * width;
    for (let i = 0; i < width; i++) {
      residuals[graph * width + i] = (residuals[graph * width + i] as number) - (sums[r + i] as number);
    }
  }
}

function sumOfSquares(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return sum;
}

/** Means of the latents for codes (count x nodes): count x width. */
export function meansOf({ sizes, width, rows }: Effects, codes: Uint8Array): Float32Array {
  const tables = tablesOf(sizes);
  const count = codes.length / sizes.length;
  const means = new Float32Array(count * width);
  for (let graph = 0; graph < count; graph++) {
    const at = graph * width;
    for (let i = 0; i < width; i++) means[at + i] = rows[i] as number;
    for (const table of tables) {
      const from = rowOf(table, sizes, codes, graph) * width;
      for (let i = 0; i < width; i++) means[at + i] = (means[at + i] as number) + (rows[from + i] as number);
    }
  }
  return means;
}
