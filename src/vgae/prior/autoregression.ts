import type { Generator } from "../../random/generator.ts";
import { type Steps, share } from "../../spaces/steps.ts";

/**
 * Which codes go together: the probability of a node's code given those of the nodes before it. Two parts add up to its logits:
 * - a layer of rectified units that all nodes share and that each earlier code adds to (NADE: Larochelle and Murray, "The Neural
 *   Autoregressive Distribution Estimator", AISTATS 2011, for symbols instead of bits), which generalises;
 * - a table for each earlier code, and perhaps for each pair of them, which knows exceptions at once (crossed features beside a network:
 *   Cheng et al., "Wide & Deep Learning for Recommender Systems", 2016). Pairs help where there are many codes to learn from, and
 *   memorise where there are few: it is fitted without and with them, and codes that neither has seen decide.
 * It starts from codes that are independent, and training must beat that on the unseen codes, too: where they are independent, nothing
 * is learned and nothing memorised.
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

const HIDDEN = 32;
/** Most floats that tables of pairs may take together (16 MB); beyond it they are not tried. */
const MOST_PAIRED = 4_000_000;
/** Codes that are trained on, counted as often as they are. */
const VISITS = 3_000_000;
const EPOCHS = { least: 3, most: 24 } as const;
/** Epochs without a better one before training ends. */
const PATIENCE = 3;
const BATCH = 128;
const LEARNING_RATE = 5e-3;
/** Of the tables, which learn from each row of codes by itself (Adagrad). */
const TABLE_RATE = 0.5;
/** What squared gradients start from: keeps the first steps of a table short. */
const TABLE_START = 0.1;
/** Share of the codes that decides when the network is best. */
const JUDGES = 0.1;
const INITIAL_SPREAD = 0.3;
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

/**
 * @param codes count x nodes
 * @returns what gave the last tenth of the codes the highest probability
 */
export function* fitAutoregression(sizes: readonly number[], codes: Uint8Array, random: Generator): Steps<Autoregression> {
  const crossed = pairs(sizes).reduce((sum, { node, first, second }) => sum + floats(sizes, node, first, second), 0);
  if (crossed === 0 || crossed > MOST_PAIRED)
    return (yield* fitOne({ sizes, hidden: HIDDEN, paired: false }, codes, random)).model;
  const single = yield* share(fitOne({ sizes, hidden: HIDDEN, paired: false }, codes, random), 0, 0.4);
  const paired = yield* share(fitOne({ sizes, hidden: HIDDEN, paired: true }, codes, random), 0.4, 1);
  return paired.score > single.score ? paired.model : single.model;
}

function* fitOne(
  kind: Omit<Autoregression, "parameters">,
  codes: Uint8Array,
  random: Generator,
): Steps<{ readonly score: number; readonly model: Autoregression }> {
  const nodes = kind.sizes.length;
  const count = codes.length / nodes;
  const trained = Math.max(1, Math.floor(count * (1 - JUDGES)));
  const judges = codes.subarray(trained * nodes);
  const model = initial(kind, codes.subarray(0, trained * nodes), random);
  const net = network(model);
  const optimizer = adam(model.parameters, net.gradients);
  const score = (): number => logProbabilities(model, judges).reduce((sum, value) => sum + value, 0);
  let best = { score: score(), epoch: -1, parameters: model.parameters.slice() };
  const epochs = Math.min(EPOCHS.most, Math.max(EPOCHS.least, Math.round(VISITS / count)));
  const order = Uint32Array.from({ length: trained }, (_, i) => i);
  const batches = Math.ceil(trained / BATCH);
  for (let epoch = 0; epoch < epochs; epoch++) {
    random.shuffle(order);
    for (let batch = 0; batch < batches; batch++) {
      const done = (epoch * batches + batch) / (epochs * batches);
      const members = order.subarray(batch * BATCH, (batch + 1) * BATCH);
      for (const member of members) net.learn(codes, member, TABLE_RATE * (1 - done));
      optimizer.step(LEARNING_RATE * (1 - done), members.length);
      if (batch % 16 === 0) yield done;
    }
    const now = score();
    if (now > best.score) best = { score: now, epoch, parameters: model.parameters.slice() };
    else if (epoch - best.epoch >= PATIENCE) break;
  }
  return { score: best.score, model: { ...model, parameters: best.parameters } };
}

/** Independent codes with the frequencies found (a half added to each), and units that nothing depends on yet. */
function initial(kind: Omit<Autoregression, "parameters">, codes: Uint8Array, random: Generator): Autoregression {
  const { sizes, hidden } = kind;
  const nodes = sizes.length;
  const layout = layoutOf(kind);
  const parameters = new Float32Array(layout.length);
  for (const [node, size] of sizes.entries()) {
    const first = layout.added[node] as number;
    for (let i = 0; i < size * hidden; i++) parameters[first + i] = INITIAL_SPREAD * random.normal();
    const counts = new Float64Array(size).fill(0.5);
    for (let at = node; at < codes.length; at += nodes) counts[codes[at] as number] = (counts[codes[at] as number] as number) + 1;
    const total = counts.reduce((a, b) => a + b, 0);
    for (let k = 0; k < size; k++) parameters[(layout.bias[node] as number) + k] = Math.log((counts[k] as number) / total);
  }
  return { ...kind, parameters };
}

/** Log-probability of each row of codes (count x nodes), in nats. */
export function logProbabilities(model: Autoregression, codes: Uint8Array): Float64Array {
  const net = network(model);
  return Float64Array.from({ length: codes.length / model.sizes.length }, (_, row) => net.logProbability(codes, row));
}

/** Draws rows of codes, count x nodes. */
export function sampleCodes(model: Autoregression, count: number, random: Generator): Uint8Array {
  const net = network(model);
  const codes = new Uint8Array(count * model.sizes.length);
  for (let row = 0; row < count; row++) net.draw(codes, row, random);
  return codes;
}

function network(model: Autoregression) {
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

/** Adam (Kingma and Ba, 2015) over the first parameters, as many as there are gradients; clears the gradients it has used. */
function adam(parameters: Float32Array, gradients: Float32Array) {
  const mean = new Float32Array(gradients.length);
  const square = new Float32Array(gradients.length);
  let [decay1, decay2] = [1, 1];
  return {
    step(learningRate: number, batch: number): void {
      decay1 *= 0.9;
      decay2 *= 0.999;
      const rate = learningRate / (1 - decay1);
      for (let i = 0; i < gradients.length; i++) {
        const gradient = (gradients[i] as number) / batch;
        const m = 0.9 * (mean[i] as number) + 0.1 * gradient;
        const v = 0.999 * (square[i] as number) + 0.001 * gradient * gradient;
        mean[i] = m;
        square[i] = v;
        parameters[i] = (parameters[i] as number) - (rate * m) / (Math.sqrt(v / (1 - decay2)) + 1e-8);
        gradients[i] = 0;
      }
    },
  };
}
