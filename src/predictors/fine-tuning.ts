import * as tf from "@tensorflow/tfjs-core";
import { type Generator, generator } from "../random/generator.ts";
import { packingOf, packSpace } from "../spaces/packing.ts";
import type { SearchSpace } from "../spaces/space.ts";
import type { Checkpoint } from "../vgae/checkpoint.ts";
import { parameterLayout } from "../vgae/layout.ts";
import { openBackend, type ReferenceBackend } from "../vgae/reference/backend.ts";
import { turned } from "../vgae/reference/gradients.ts";
import { encode } from "../vgae/reference/model.ts";
import { adam } from "../vgae/reference/optimizer.ts";
import { mapNamed, type Named, named, uploadGraphs, uploadState } from "../vgae/reference/tensors.ts";
import { columns } from "./features.ts";
import type { Predictor } from "./predictor.ts";

/**
 * A pre-trained encoder and a small network on top of it, both trained on labels. The network reads mu of every node and whatever features there are
 * beside; the loss asks for the right order of pairs, log(1 + exp(s_worse - s_better)) (Burges et al., "Learning to rank using gradient descent", ICML
 * 2005). Of cells that the space calls the same one drawing is encoded, the canonical one. Batch norm keeps its statistics (mode `frozen`).
 */
export interface FineTuning {
  /** Units between mu and the score. Default 64. */
  readonly hidden: number;
  /** Updates of Adam. Default 120. */
  readonly steps: number;
  /** Architectures an update, all pairs of which are compared. Default 128, all where there are fewer. */
  readonly batchSize: number;
  /** Of Adam at the first update; it falls to 0 along a half cosine. Default 0.001. */
  readonly learningRate: number;
  /** What all weights are shrunk by, times the learning rate. Default 0.0005. */
  readonly decay: number;
}

const DEFAULTS: FineTuning = { hidden: 64, steps: 120, batchSize: 128, learningRate: 1e-3, decay: 5e-4 };

/** Graphs that are predicted together. */
const PART = 512;

/** What reconstructs graphs is not trained on labels. */
const isUntrained = (name: string): boolean => /^(fc2|decoder)[.]/.test(name);

/** Architectures with the features beside their graphs: rows of `dimensions` numbers, none where that is 0. */
interface Inputs {
  readonly indices: Uint32Array;
  readonly rows: Float64Array;
  readonly dimensions: number;
}

/**
 * @param space prepared
 * @param model pre-trained; it is not changed
 * @throws Error where the backend cannot start
 */
export async function fineTunedEncoder(
  space: SearchSpace,
  { state, shape }: Pick<Checkpoint, "state" | "shape">,
  given: Partial<FineTuning> = {},
  backend: ReferenceBackend = "tfjs-wasm",
): Promise<Predictor> {
  const options = { ...DEFAULTS, ...given };
  const onBackend = await openBackend(backend);
  const layout = parameterLayout(shape);
  const packing = packingOf(space);
  const pretrained = onBackend(() => {
    const { parameters, running, adamM, adamV, prior } = uploadState(state, layout, shape);
    tf.dispose([adamM, adamV, prior.mean, prior.m2]);
    return { parameters, running };
  });

  /** Scores, one an architecture. */
  const score = (trained: Named, { indices, rows, dimensions }: Inputs): tf.Tensor => {
    const count = indices.length;
    const drawn = Array.from(indices, (index) => space.canonical(index));
    const packed = packSpace(space, drawn);
    const graphs = uploadGraphs(packing, shape.operations, packed, Array.from(drawn.keys()));
    const { mu } = encode({ ...pretrained.parameters, ...trained }, pretrained.running, layout, shape, graphs, "frozen");
    const linear = (x: tf.Tensor, name: string): tf.Tensor => tf.matMul(x, turned(named(trained, name)));
    const points = tf.reshape(mu, [count, shape.nodes * shape.latent]);
    const fromGraph = tf.add(linear(points, "head.graph"), named(trained, "head.bias"));
    const sums =
      dimensions === 0
        ? fromGraph
        : tf.add(fromGraph, linear(tf.tensor2d(Float32Array.from(rows), [count, dimensions]), "head.beside"));
    return tf.reshape(linear(tf.relu(sums), "head.out"), [count]);
  };

  /** The encoder as it was pre-trained, and a head as PyTorch initialises one. */
  const start = (dimensions: number, random: Generator): Named => {
    const uniform = (outputs: number, inputs: number): tf.Tensor => {
      const bound = 1 / Math.sqrt(inputs);
      const values = Float32Array.from({ length: outputs * inputs }, () => (2 * random.uniform() - 1) * bound);
      return tf.tensor2d(values, [outputs, inputs]);
    };
    const encoder = Object.entries(pretrained.parameters).filter(([name]) => !isUntrained(name));
    return {
      ...Object.fromEntries(encoder.map(([name, tensor]) => [name, tf.clone(tensor)])),
      "head.graph": uniform(options.hidden, shape.nodes * shape.latent),
      ...(dimensions > 0 && { "head.beside": uniform(options.hidden, dimensions) }),
      "head.bias": tf.zeros([options.hidden]),
      "head.out": uniform(1, options.hidden),
    };
  };

  /** Loss of a batch and its gradients. @param labels one an architecture */
  const gradients = (weights: Named, batch: Inputs, labels: Float64Array): Named => {
    const names = Object.keys(weights);
    const size = labels.length;
    const better = Float32Array.from({ length: size * size }, (_, pair) =>
      (labels[Math.floor(pair / size)] as number) > (labels[pair % size] as number) ? 1 : 0,
    );
    const differentiate = tf.valueAndGrads((...values: tf.Tensor[]) => {
      const scores = score(Object.fromEntries(values.map((value, i) => [names[i] as string, value])), batch);
      const differences = tf.sub(tf.reshape(scores, [1, size]), tf.reshape(scores, [size, 1]));
      const losses = tf.mul(tf.tensor2d(better, [size, size]), tf.softplus(differences));
      return tf.mul(tf.sum(losses), 2 / (size * (size - 1))) as tf.Scalar;
    });
    const { grads } = differentiate(names.map((name) => named(weights, name)));
    return Object.fromEntries(grads.map((gradient, i) => [names[i] as string, gradient]));
  };

  const train = (inputs: Inputs, labels: Float64Array, random: Generator): Named => {
    let weights = start(inputs.dimensions, random);
    let adamM = mapNamed(weights, (tensor) => tf.zerosLike(tensor));
    let adamV = mapNamed(weights, (tensor) => tf.zerosLike(tensor));
    const order = Uint32Array.from(labels.keys());
    const size = Math.min(options.batchSize, labels.length);
    let at = order.length;
    for (let step = 0; step < options.steps; step++) {
      if (at + size > order.length) {
        random.shuffle(order);
        at = 0;
      }
      const batch = order.subarray(at, at + size);
      at += size;
      const learningRate = options.learningRate * 0.5 * (1 + Math.cos((Math.PI * step) / options.steps));
      const next = tf.tidy(() => {
        const own = gradients(
          weights,
          some(inputs, batch),
          Float64Array.from(batch, (row) => labels[row] as number),
        );
        const stepped = adam({ parameters: weights, adamM, adamV, step }, own, { learningRate });
        const shrink = 1 - learningRate * options.decay;
        return { ...stepped, parameters: mapNamed(stepped.parameters, (weight) => tf.mul(weight, shrink)) };
      });
      tf.dispose([weights, adamM, adamV]);
      ({ parameters: weights, adamM, adamV } = next);
    }
    tf.dispose([adamM, adamV]);
    return weights;
  };

  return {
    name: "encoder",
    options: { ...options },
    fit(features, labels, seed) {
      const inputs = { indices: features.indices, ...columns(features) };
      // Kept outside the backend, which frees nothing by itself.
      const trained = onBackend(() => {
        const weights = train(inputs, labels, generator(seed, "search"));
        const kept = Object.entries(weights).map(([name, tensor]) => ({ name, shape: tensor.shape, values: tensor.dataSync() }));
        tf.dispose(weights);
        return kept;
      });
      const weights = (): Named =>
        Object.fromEntries(trained.map(({ name, shape: own, values }) => [name, tf.tensor(values, own)]));
      const scoresOf = (all: Inputs): Float64Array => {
        const scores = new Float64Array(all.indices.length);
        for (let first = 0; first < scores.length; first += PART) {
          const rows = Uint32Array.from({ length: Math.min(PART, scores.length - first) }, (_, i) => first + i);
          scores.set(
            onBackend(() => tf.tidy(() => score(weights(), some(all, rows)).dataSync())),
            first,
          );
        }
        return scores;
      };
      const inScale = lineThrough(scoresOf(inputs), labels);
      return { means: (others) => scoresOf({ indices: others.indices, ...columns(others) }).map(inScale) };
    },
  };
}

/** Pairs teach an order and no scale: the line of least squares from scores to labels gives it; only a rising one keeps the order. */
function lineThrough(scores: Float64Array, labels: Float64Array): (score: number) => number {
  const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [centre, level] = [mean(scores), mean(labels)];
  let [product, square] = [0, 0];
  for (const [i, score] of scores.entries()) {
    product += (score - centre) * ((labels[i] as number) - level);
    square += (score - centre) ** 2;
  }
  const slope = product > 0 && square > 0 ? product / square : 1;
  return (score) => level + slope * (score - centre);
}

/** Some rows of inputs. */
function some({ indices, rows, dimensions }: Inputs, chosen: Uint32Array): Inputs {
  const own = new Float64Array(chosen.length * dimensions);
  for (const [i, row] of chosen.entries()) own.set(rows.subarray(row * dimensions, (row + 1) * dimensions), i * dimensions);
  return { indices: Uint32Array.from(chosen, (row) => indices[row] as number), rows: own, dimensions };
}
