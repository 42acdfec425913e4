import type { Generator } from "../../random/generator.ts";
import { type Steps, share } from "../../spaces/steps.ts";
import { type Autoregression, layoutOf, network, pairedFloats } from "./code-network.ts";

/** Fitting the probabilities of codes (`code-network.ts`), and drawing from them. */

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
/** Share of the codes that decides when the network is best. */
const JUDGES = 0.1;
const INITIAL_SPREAD = 0.3;

/**
 * Starts from codes that are independent, and must beat that on codes it has not seen: where they are independent, nothing is learned and
 * nothing memorised. Tables of pairs help where there are many codes to learn from, and memorise where there are few: it is fitted without
 * and with them, and the unseen codes decide.
 * @param codes count x nodes
 * @returns what gave the last tenth of the codes the highest probability
 */
export function* fitAutoregression(sizes: readonly number[], codes: Uint8Array, random: Generator): Steps<Autoregression> {
  const crossed = pairedFloats(sizes);
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
