import type { Generator } from "../../random/generator.ts";

/**
 * Which codes go together: the probability of a node's code given those of the nodes before it. Two parts add up to its logits:
 * - a layer of rectified units that all nodes share and that each earlier code adds to (NADE: Larochelle and Murray, "The Neural
 *   Autoregressive Distribution Estimator", AISTATS 2011, for symbols instead of bits), which generalises;
 * - a table for each earlier code, and perhaps for each pair of them, which knows exceptions at once (crossed features beside a network:
 *   Cheng et al., "Wide & Deep Learning for Recommender Systems", 2016).
 */
export interface Autoregression {
  /** Codes a node. Nodes with one code take no part. */
  readonly sizes: readonly number[];
  readonly hidden: number;
  /** Whether pairs of codes have tables. */
  readonly paired: boolean;
  /** As `layoutOf` says. */
  readonly parameters: Float32Array;
}

/** What squared gradients start from: keeps the first steps of a table short. */
const TABLE_START = 0.1;
/** Errors of a probability that are not worth the work of passing them on. */
const NEGLIGIBLE = 1e-5;

interface Layout {
  /** What each code adds to the units: first row of each node, rows of `hidden`. */
  readonly added: readonly number[];
  /** Weights of each node's codes on the units: rows of `hidden`. */
  readonly weights: readonly number[];
  /** Bias of the units, a node. */
  readonly unitBias: readonly number[];
  /** Bias of each code. */
  readonly bias: readonly number[];
  /** Floats before the tables. */
  readonly network: number;
  /** A node's tables: a row of logits for each code of `first`, or for each pair of codes of `first` and `second`. */
  readonly tables: readonly (readonly Table[])[];
  readonly length: number;
}

interface Table {
  readonly first: number;
  readonly second?: number;
  readonly at: number;
}

export function layoutOf({ sizes, hidden, paired }: Omit<Autoregression, "parameters">): Layout {
  let length = 0;
  const take = (floats: number): number => {
    const at = length;
    length += floats;
    return at;
  };
  const added = sizes.map((size) => take(size * hidden));
  const weights = sizes.map((size) => take(size * hidden));
  const unitBias = sizes.map(() => take(hidden));
  const bias = sizes.map((size) => take(size));
  const network = length;
  const tables = sizes.map((_, node): Table[] => [
    ...earlier(sizes, node).map((first) => ({ first, at: take(floats(sizes, node, first)) })),
    ...(paired ? pairs(sizes) : [])
      .filter((pair) => pair.node === node)
      .map(({ first, second }) => ({ first, second, at: take(floats(sizes, node, first, second)) })),
  ]);
  return { added, weights, unitBias, bias, network, tables, length };
}

/** Floats that the tables of all pairs take. */
export const pairedFloats = (sizes: readonly number[]): number =>
  pairs(sizes).reduce((sum, { node, first, second }) => sum + floats(sizes, node, first, second), 0);

/** Nodes before one that have a choice; none where it has none itself. */
function earlier(sizes: readonly number[], node: number): number[] {
  return (sizes[node] as number) < 2 ? [] : sizes.flatMap((size, i) => (i < node && size > 1 ? [i] : []));
}

function pairs(sizes: readonly number[]): { node: number; first: number; second: number }[] {
  return sizes.flatMap((_, node) => {
    const before = earlier(sizes, node);
    return before.flatMap((first) => before.filter((second) => second < first).map((second) => ({ node, first, second })));
  });
}

function floats(sizes: readonly number[], node: number, first: number, second?: number): number {
  return (sizes[node] as number) * (sizes[first] as number) * (second === undefined ? 1 : (sizes[second] as number));
}

/** What a model computes; what is learnt goes into its parameters. */
export function network(model: Autoregression) {
  const { sizes, hidden, parameters } = model;
  const nodes = sizes.length;
  const layout = layoutOf(model);
  const gradients = new Float32Array(layout.network);
  const squares = new Float32Array(parameters.length - layout.network).fill(TABLE_START);
  /** Rows of a node's tables that the codes before it choose. */
  const rows = layout.tables.map((tables) => new Uint32Array(tables.length));
  /** Sum of what the codes so far add; units and probabilities of every node. */
  const sum = new Float32Array(hidden);
  const units = new Float32Array(nodes * hidden);
  const most = Math.max(...sizes);
  const probabilities = new Float32Array(nodes * most);
  const back = new Float32Array(hidden);
  const own = new Float32Array(hidden);
  /** Units of every node that are not zero, half of them as a rule, and how many they are: only these are worked with. */
  const active = new Uint16Array(nodes * hidden);
  const actives = new Uint16Array(nodes);
  const logits = new Float64Array(4);

  /** What four rows of weights make of a node's units: four sums at once, so that none waits for itself. */
  const fourLogits = (row: number, at: number, count: number): void => {
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let i = 0; i < count; i++) {
      const h = active[at + i] as number;
      const unit = units[at + h] as number;
      const w = row + h;
      a += (parameters[w] as number) * unit;
      b += (parameters[w + hidden] as number) * unit;
      c += (parameters[w + 2 * hidden] as number) * unit;
      d += (parameters[w + 3 * hidden] as number) * unit;
    }
    logits[0] = a;
    logits[1] = b;
    logits[2] = c;
    logits[3] = d;
  };

  const chooseRows = (node: number, codes: Uint8Array, row: number): Uint32Array => {
    const chosen = rows[node] as Uint32Array;
    const size = sizes[node] as number;
    (layout.tables[node] as readonly Table[]).forEach(({ first, second, at }, table) => {
      const own = codes[row * nodes + first] as number;
      const pair = second === undefined ? own : own * (sizes[second] as number) + (codes[row * nodes + second] as number);
      chosen[table] = at + pair * size;
    });
    return chosen;
  };

  /** Units and probabilities of a node given `sum` and the codes before it. */
  const predict = (node: number, codes: Uint8Array, row: number): void => {
    const size = sizes[node] as number;
    const unitBias = layout.unitBias[node] as number;
    const bias = layout.bias[node] as number;
    const at = node * hidden;
    let count = 0;
    for (let h = 0; h < hidden; h++) {
      const unit = (sum[h] as number) + (parameters[unitBias + h] as number);
      if (!(unit > 0)) continue;
      units[at + h] = unit;
      active[at + count++] = h;
    }
    actives[node] = count;
    const first = node * most;
    for (let k = 0; k < size; k += 4) {
      // Where the size is no multiple of four, the last sums run into what follows the weights, and are not used.
      fourLogits((layout.weights[node] as number) + k * hidden, at, count);
      for (let i = 0; i < 4 && k + i < size; i++) {
        probabilities[first + k + i] = (parameters[bias + k + i] as number) + (logits[i] as number);
      }
    }
    for (const chosen of chooseRows(node, codes, row)) {
      for (let k = 0; k < size; k++) {
        probabilities[first + k] = (probabilities[first + k] as number) + (parameters[chosen + k] as number);
      }
    }
    let highest = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < size; k++) highest = Math.max(highest, probabilities[first + k] as number);
    let total = 0;
    for (let k = 0; k < size; k++) {
      const value = Math.exp((probabilities[first + k] as number) - highest);
      probabilities[first + k] = value;
      total += value;
    }
    for (let k = 0; k < size; k++) probabilities[first + k] = (probabilities[first + k] as number) / total;
  };

  const add = (node: number, code: number): void => {
    const row = (layout.added[node] as number) + code * hidden;
    for (let h = 0; h < hidden; h++) sum[h] = (sum[h] as number) + (parameters[row + h] as number);
  };

  const forward = (codes: Uint8Array, row: number): number => {
    let total = 0;
    sum.fill(0);
    for (let node = 0; node < nodes; node++) {
      if ((sizes[node] as number) < 2) continue;
      const code = codes[row * nodes + node] as number;
      predict(node, codes, row);
      // A probability that rounds to nothing must not make the sum infinite.
      total += Math.log(Math.max(1e-30, probabilities[node * most + code] as number));
      add(node, code);
    }
    return total;
  };

  return {
    gradients,
    logProbability: forward,
    /** Adds the network's gradient of minus the log-probability of one row of codes; the tables learn at once. */
    learn(codes: Uint8Array, row: number, tableRate: number): void {
      forward(codes, row);
      back.fill(0);
      for (let node = nodes - 1; node >= 0; node--) {
        const size = sizes[node] as number;
        if (size < 2) continue;
        const code = codes[row * nodes + node] as number;
        const added = (layout.added[node] as number) + code * hidden;
        for (let h = 0; h < hidden; h++) gradients[added + h] = (gradients[added + h] as number) + (back[h] as number);
        own.fill(0);
        const at = node * hidden;
        const count = actives[node] as number;
        for (let k = 0; k < size; k++) {
          const off = (probabilities[node * most + k] as number) - (k === code ? 1 : 0);
          const bias = (layout.bias[node] as number) + k;
          gradients[bias] = (gradients[bias] as number) + off;
          if (Math.abs(off) < NEGLIGIBLE) continue;
          for (const chosen of rows[node] as Uint32Array) {
            const square = (squares[chosen + k - layout.network] as number) + off * off;
            squares[chosen + k - layout.network] = square;
            parameters[chosen + k] = (parameters[chosen + k] as number) - (tableRate * off) / Math.sqrt(square);
          }
          const weights = (layout.weights[node] as number) + k * hidden;
          for (let i = 0; i < count; i++) {
            const h = active[at + i] as number;
            gradients[weights + h] = (gradients[weights + h] as number) + off * (units[at + h] as number);
            own[h] = (own[h] as number) + off * (parameters[weights + h] as number);
          }
        }
        const unitBias = layout.unitBias[node] as number;
        for (let i = 0; i < count; i++) {
          const h = active[at + i] as number;
          gradients[unitBias + h] = (gradients[unitBias + h] as number) + (own[h] as number);
          back[h] = (back[h] as number) + (own[h] as number);
        }
      }
    },
    draw(codes: Uint8Array, row: number, random: Generator): void {
      sum.fill(0);
      for (let node = 0; node < nodes; node++) {
        const size = sizes[node] as number;
        if (size < 2) continue;
        predict(node, codes, row);
        let left = random.uniform();
        let code = 0;
        while (code < size - 1) {
          left -= probabilities[node * most + code] as number;
          if (left < 0) break;
          code++;
        }
        codes[row * nodes + node] = code;
        add(node, code);
      }
    },
  };
}
