/**
 * jax-js: forward, gradients, clipping and Adam as one function under one `jit`. Its rule of ownership (every operation uses its
 * arguments up) is why so many values are passed as `.ref`. The biases before a batch norm, which have no influence in training mode, and the
 * sums for prior sampling are left out: in its favour.
 */
import { blockUntilReady, defaultDevice, init, jit, nn, numpy as np, valueAndGrad } from "@jax-js/jax";
import manifest from "../../package.json" with { type: "json" };
import type { TrainingState } from "../../src/vgae/state.ts";
import type { EngineKind } from "../engine.ts";
import { batchOf, type Workload } from "../workload.ts";

type Arrays = { [name: string]: np.Array };

/** Everything that a step changes. `decay` holds beta1^t and beta2^t. */
type State = { weights: Arrays; first: Arrays; second: Arrays; running: Arrays; decay: [np.Array, np.Array] };
type Batch = { operations: np.Array; adjacency: np.Array; noise: np.Array; keep: np.Array };

const NORM_EPSILON = 1e-5;
const MOMENTUM = 0.1;
const BETAS = [0.9, 0.999] as const;
const ADAM_EPSILON = 1e-8;

/** The array `name`, still the owner's. */
function kept(arrays: Arrays, name: string): np.Array {
  const found = arrays[name];
  if (!found) throw new Error(`Expected an array ${name}, found none.`);
  return found.ref;
}

const mapArrays = (arrays: Arrays, convert: (array: np.Array, name: string) => np.Array): Arrays =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, convert(array, name)]));

/** max(x, 0) + log(1 + exp(-|x|)): the library's own overflows beyond 88. */
const softplus = (x: np.Array): np.Array => nn.relu(x.ref).add(np.log(np.exp(np.absolute(x).neg()).add(1)));

/** The step of a workload as a pure function: next state and total loss. */
function stepOf({ shape, layout, options }: Workload) {
  const { nodes, operations: kinds, hidden, latent } = shape;
  const count = options.batchSize;
  const rows = count * nodes;
  const upperMask = Float32Array.from({ length: nodes * nodes }, (_, i) => (i % nodes > Math.floor(i / nodes) ? 1 : 0));

  const affine = (x: np.Array, weights: Arrays, name: string): np.Array =>
    np.matmul(x, np.transpose(kept(weights, `${name}.weight`))).add(kept(weights, `${name}.bias`));

  const loss = (weights: Arrays, running: Arrays, batch: Batch): [np.Array, Arrays] => {
    const updated: Arrays = {};
    const neighbours = batch.adjacency.ref.add(np.transpose(batch.adjacency.ref, [0, 2, 1]));
    let x = batch.operations.ref;
    for (const { inputs, linear, norm, layer, aggregates } of layout.stages) {
      if (aggregates) {
        const eps = kept(weights, "eps")
          .slice([layer, layer + 1])
          .add(1);
        x = x.ref.mul(eps).add(np.matmul(neighbours.ref, x));
      }
      const before = np.matmul(x.reshape([rows, inputs]), np.transpose(kept(weights, `${linear}.weight`)));
      const mean = np.mean(before.ref, 0);
      const centred = before.sub(mean.ref);
      const variance = np.mean(np.square(centred.ref), 0);
      const average = (name: string, now: np.Array): void => {
        updated[name] = kept(running, name)
          .mul(1 - MOMENTUM)
          .add(now.mul(MOMENTUM));
      };
      average(`${norm}.running_mean`, mean);
      average(`${norm}.running_var`, variance.ref.mul(rows / (rows - 1)));
      const standardised = centred.div(np.sqrt(variance.add(NORM_EPSILON)));
      const shifted = standardised.mul(kept(weights, `${norm}.weight`)).add(kept(weights, `${norm}.bias`));
      x = nn.relu(shifted).reshape([count, nodes, hidden]);
    }
    const flat = x.reshape([rows, hidden]);
    const mu = affine(flat.ref, weights, "fc1");
    const logvar = affine(flat, weights, "fc2");
    const spread = np.exp(logvar.ref);
    const drawn = mu.ref.add(spread.ref.mul(batch.noise.ref.reshape([rows, latent])));
    const z = drawn.mul(batch.keep.ref.reshape([rows, latent]).mul(1 / (1 - options.dropout)));
    const decoded = affine(z.ref, weights, "decoder.weight");
    const points = z.reshape([count, nodes, latent]);
    const inner = np.matmul(points.ref, np.transpose(points, [0, 2, 1]));
    // Cross-entropy on logits: softplus(x) - x y.
    const entropy = (logits: np.Array, targets: np.Array): np.Array => softplus(logits.ref).sub(logits.mul(targets));
    const operations = np.mean(entropy(decoded, batch.operations.ref.reshape([rows, kinds])));
    const upper = np.array(upperMask).reshape([nodes, nodes]);
    const adjacency = np.mean(entropy(inner, batch.adjacency.ref).mul(upper));
    const divergence = np.sum(logvar.mul(2).add(1).sub(np.square(mu)).sub(np.square(spread)));
    return [operations.add(adjacency).add(divergence.mul((-0.5 * options.klWeight) / rows ** 2)), updated];
  };

  const differentiated = valueAndGrad(loss, { hasAux: true });
  return (state: State, batch: Batch): [State, np.Array] => {
    const refs = mapArrays(state.weights, (array) => array.ref);
    const [[total, running], gradients] = differentiated(refs, state.running, batch) as unknown as [[np.Array, Arrays], Arrays];
    const squares = Object.keys(gradients).map((name) => np.sum(np.square(kept(gradients, name))));
    const norm = np.sqrt(squares.reduce((sum, square) => sum.add(square)));
    const scale = np.minimum(1, np.array(options.clipNorm).div(norm.add(1e-6)));
    const decay: State["decay"] = [state.decay[0].mul(BETAS[0]), state.decay[1].mul(BETAS[1])];
    const stepSize = np.array(options.learningRate).div(np.array(1).sub(decay[0].ref));
    const correction = np.sqrt(np.array(1).sub(decay[1].ref));
    const clipped = mapArrays(gradients, (gradient) => gradient.mul(scale.ref));
    const first = mapArrays(state.first, (m, name) => m.mul(BETAS[0]).add(kept(clipped, name).mul(1 - BETAS[0])));
    const second = mapArrays(state.second, (v, name) => v.mul(BETAS[1]).add(np.square(kept(clipped, name)).mul(1 - BETAS[1])));
    const weights = mapArrays(state.weights, (weight, name) => {
      const root = np.sqrt(kept(second, name)).div(correction.ref).add(ADAM_EPSILON);
      return weight.sub(kept(first, name).div(root).mul(stepSize.ref));
    });
    return [{ weights, first, second, running, decay }, total];
  };
}

function upload({ layout }: Workload, state: TrainingState): State {
  const silent = new Set(layout.stages.map(({ linear }) => `${linear}.bias`));
  const learned = (packed: Float32Array): Arrays =>
    Object.fromEntries(
      layout.parameters
        .filter(({ name }) => !silent.has(name))
        .map(({ name, shape, offset, size }) => [name, np.array(packed.slice(offset, offset + size)).reshape([...shape])]),
    );
  return {
    weights: learned(state.parameters),
    first: learned(state.adamM),
    second: learned(state.adamV),
    running: Object.fromEntries(
      layout.running.map(({ name, offset, size }) => [name, np.array(state.running.slice(offset, offset + size))]),
    ),
    decay: [np.array(1), np.array(1)],
  };
}

export const jaxJs: EngineKind = {
  name: "jax-js",
  title: "jax-js",
  webgpu: true,
  async open(workload) {
    if (!(await init("webgpu")).includes("webgpu")) throw new Error("jax-js found no WebGPU adapter.");
    defaultDevice("webgpu");
    const { shape, options } = workload;
    const { nodes, operations, latent } = shape;
    const sized = (values: Float32Array, ...last: number[]): np.Array => np.array(values).reshape([options.batchSize, ...last]);
    const batches = workload.batches.map(
      (batch): Batch => ({
        operations: sized(batch.operations, nodes, operations),
        adjacency: sized(batch.adjacency, nodes, nodes),
        noise: sized(batch.noise, nodes, latent),
        keep: sized(batch.keep, nodes, latent),
      }),
    );
    let state = upload(workload, workload.state);
    await blockUntilReady([state, batches]);
    const step = jit(stepOf(workload));
    let steps = 0;
    let total: np.Array | undefined;
    let last = Number.NaN;
    return {
      version: manifest.devDependencies["@jax-js/jax"],
      detail: "device webgpu, one jit for the whole step",
      async step(count) {
        for (let i = 0; i < count; i++) {
          const { operations, adjacency, noise, keep } = batchOf(batches, steps);
          total?.dispose();
          [state, total] = step(state, {
            operations: operations.ref,
            adjacency: adjacency.ref,
            noise: noise.ref,
            keep: keep.ref,
          });
          steps++;
        }
      },
      async finish() {
        if (total) last = (await total.ref.data())[0] as number;
        return last;
      },
      close() {
        step.dispose();
      },
    };
  },
};
