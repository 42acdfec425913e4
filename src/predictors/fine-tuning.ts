import * as tf from "@tensorflow/tfjs-core";
import { generator } from "../random/generator.ts";
import { packingOf, packSpace } from "../spaces/packing.ts";
import type { SearchSpace } from "../spaces/space.ts";
import type { Checkpoint } from "../vgae/checkpoint.ts";
import { parameterLayout } from "../vgae/layout.ts";
import { openBackend, type ReferenceBackend } from "../vgae/reference/backend.ts";
import { turned } from "../vgae/reference/gradients.ts";
import { encode } from "../vgae/reference/model.ts";
import { adam } from "../vgae/reference/optimizer.ts";
import { mapNamed, type Named, named, uploadGraphs, uploadState } from "../vgae/reference/tensors.ts";
import { columns, type Features } from "./features.ts";
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

  /** Scores of architectures, B. `extra` are the standardised features beside the graphs, B x E. */
  const score = (weights: Named, running: Named, indices: Uint32Array, extra: tf.Tensor2D | undefined): tf.Tensor => {
    const drawn = Array.from(indices, (index) => space.canonical(index));
    const places = drawn.map((_, i) => i);
    const graphs = uploadGraphs(packing, shape.operations, packSpace(space, drawn), places);
    const { mu } = encode(weights, running, layout, shape, graphs, "frozen");
    const points = tf.reshape(mu, [indices.length, shape.nodes * shape.latent]);
    const affine = (x: tf.Tensor, name: string): tf.Tensor => tf.matMul(x, turned(named(weights, name)));
    const sums = tf.add(affine(points, "head.graph"), named(weights, "head.bias"));
    const hidden = tf.relu(extra ? tf.add(sums, affine(extra, "head.extra")) : sums);
    return tf.reshape(affine(hidden, "head.out"), [indices.length]);
  };

  const extraOf = (features: Features, first: number, end: number): tf.Tensor2D | undefined => {
    const { rows, dimensions } = columns(features);
    return dimensions === 0
      ? undefined
      : tf.tensor2d(Float32Array.from(rows.subarray(first * dimensions, end * dimensions)), [end - first, dimensions]);
  };

  return {
    name: "encoder",
    title: "Fine-tuned encoder",
    options: { ...options },
    async fit(features, labels, seed) {
      const random = generator(seed, "search");
      const { dimensions } = columns(features);
      const uniform = (outputs: number, inputs: number): tf.Tensor =>
        tf.tensor2d(
          Float32Array.from({ length: outputs * inputs }, () => (2 * random.uniform() - 1) / Math.sqrt(inputs)),
          [outputs, inputs],
        );
      const { parameters, running } = onBackend(() => uploadState(state, layout, shape));
      let weights: Named = onBackend(() => ({
        // What decodes is not trained on labels.
        ...Object.fromEntries(Object.entries(parameters).filter(([name]) => !/^(fc2|decoder)[.]/.test(name))),
        "head.graph": uniform(options.hidden, shape.nodes * shape.latent),
        ...(dimensions > 0 && { "head.extra": uniform(options.hidden, dimensions) }),
        "head.bias": tf.zeros([options.hidden]),
        "head.out": uniform(1, options.hidden),
      }));
      const fixed = Object.fromEntries(Object.entries(parameters).filter(([name]) => /^(fc2|decoder)[.]/.test(name)));
      const names = Object.keys(weights);
      let moments = onBackend(() => ({
        adamM: mapNamed(weights, (tensor) => tf.zerosLike(tensor)),
        adamV: mapNamed(weights, (tensor) => tf.zerosLike(tensor)),
      }));
      const order = Uint32Array.from(labels.keys());
      const size = Math.min(options.batchSize, labels.length);
      let at = order.length;
      for (let step = 0; step < options.steps; step++) {
        if (at + size > order.length) {
          random.shuffle(order);
          at = 0;
        }
        const batch = order.slice(at, at + size);
        at += size;
        const learningRate = options.learningRate * 0.5 * (1 + Math.cos((Math.PI * step) / options.steps));
        const next = onBackend(() =>
          tf.tidy(() => {
            const better = tf.tensor2d(
              Float32Array.from({ length: size * size }, (_, pair) => {
                const [i, j] = [batch[Math.floor(pair / size)] as number, batch[pair % size] as number];
                return (labels[i] as number) > (labels[j] as number) ? 1 : 0;
              }),
              [size, size],
            );
            const { rows } = columns(features);
            const extra =
              dimensions === 0
                ? undefined
                : tf.tensor2d(
                    Float32Array.from({ length: size * dimensions }, (_, k) => {
                      const row = batch[Math.floor(k / dimensions)] as number;
                      return rows[row * dimensions + (k % dimensions)] as number;
                    }),
                    [size, dimensions],
                  );
            const pairs = (size * (size - 1)) / 2;
            const differentiate = tf.valueAndGrads((...values: tf.Tensor[]) => {
              const own = { ...fixed, ...Object.fromEntries(values.map((value, i) => [names[i] as string, value])) };
              const indices = Uint32Array.from(batch, (row) => features.indices[row] as number);
              const scores = score(own, running, indices, extra);
              const differences = tf.sub(tf.reshape(scores, [1, size]), tf.reshape(scores, [size, 1]));
              return tf.mul(tf.sum(tf.mul(better, tf.softplus(differences))), 1 / pairs) as tf.Scalar;
            });
            const { grads } = differentiate(names.map((name) => named(weights, name)));
            const gradients = Object.fromEntries(grads.map((gradient, i) => [names[i] as string, gradient]));
            const stepped = adam({ parameters: weights, ...moments, step }, gradients, { learningRate });
            const shrink = 1 - learningRate * options.decay;
            return { ...stepped, parameters: mapNamed(stepped.parameters, (weight) => tf.mul(weight, shrink)) };
          }),
        );
        tf.dispose([weights, moments.adamM, moments.adamV]);
        weights = next.parameters;
        moments = { adamM: next.adamM, adamV: next.adamV };
      }
      const trained = weights;
      return {
        means(others) {
          const all = new Float64Array(others.indices.length);
          for (let first = 0; first < all.length; first += PART) {
            const end = Math.min(first + PART, all.length);
            const part = onBackend(() =>
              tf.tidy(() =>
                score(
                  { ...fixed, ...trained },
                  running,
                  others.indices.subarray(first, end),
                  extraOf(others, first, end),
                ).dataSync(),
              ),
            );
            all.set(part, first);
          }
          return all;
        },
      };
    },
  };
}
