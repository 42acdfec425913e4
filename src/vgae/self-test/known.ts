/**
 * What the self-test computes: a model whose weights, optimiser, graphs and latent points follow from a seed, bit for bit on every machine. The
 * numbers are no trained model's. They are chosen so that nothing is idle (every eps, bias, moment and running statistic has a
 * value of its own, gradients are clipped) and nothing is delicate: shifts of the batch norms keep most ReLU inputs away from
 * zero, where rounding alone would decide what passes.
 */
import { type Generator, generator } from "../../random/generator.ts";
import { unitFloat } from "../../random/threefry.ts";
import { ENCODINGS } from "../../spaces/encodings.ts";
import { type Packing, pack, packingOf } from "../../spaces/packing.ts";
import { type Graph, PADDING, type SpaceName } from "../../spaces/space.ts";
import { type Encoder, type ModelShape, modelShape, type TrainingOptions, trainingOptions } from "../config.ts";
import { parameterLayout } from "../layout.ts";
import { batchesTracked, seenInEpoch } from "../schedule.ts";
import { initialState, type TrainingState } from "../state.ts";
import type { TrainingSet } from "../trainer.ts";

export interface KnownModel {
  readonly space: SpaceName;
  readonly encoder: Encoder;
  /** Width of the encoder's layers. */
  readonly hidden: number;
  readonly seed: number;
}

/** Of which a self-test's file holds the numbers: `nasbench201.gin`. */
export const keyOf = ({ space, encoder }: Pick<KnownModel, "space" | "encoder">): string => `${space}.${encoder}`;

/**
 * Steps that are computed, each from the same state: with 78 graphs in batches of 32, 32 and 14, a whole and a partial batch in train mode
 * and a whole one in frozen mode, none of them the first of its epoch.
 */
export const STEPS = [1, 2, 4] as const;
const COUNT = 78;
/** Latent points to decode. */
const POINTS = 20;

/** Spread of the linear outputs, for running variances that fit: of the first map, of one behind a neighbour sum, of any other. */
const VARIANCE = { first: 0.5, aggregated: 60, plain: 6 } as const;
/** Small latents, so that no sigmoid saturates. */
const HEADS = 0.2;

export interface Known {
  readonly shape: ModelShape;
  readonly packing: Packing;
  readonly options: TrainingOptions;
  readonly set: TrainingSet;
  /** What a step starts from. */
  start(step: number): TrainingState;
  /** Latent points, count x nodes x latent. */
  readonly points: Float32Array;
}

export function knownModel({ space, encoder, hidden, seed }: KnownModel): Known {
  const shape = modelShape(ENCODINGS[space], hidden, encoder);
  const packing = packingOf(ENCODINGS[space]);
  // A bound that every step's gradient exceeds, and steps long enough to show in the weights.
  const options = trainingOptions({ seed, encoder, clipNorm: 0.02, learningRate: 0.01 });
  const state = knownState(shape, seed);
  const random = generator(seed, "noise", 2);
  return {
    shape,
    packing,
    options,
    set: { packed: randomGraphs(space, COUNT, generator(seed, "noise", 1)), count: COUNT },
    start: (step) => ({
      ...state,
      step,
      batchesTracked: batchesTracked(step, COUNT, options),
      prior: { ...state.prior, count: seenInEpoch(step, COUNT, options) },
    }),
    points: Float32Array.from({ length: POINTS * shape.nodes * shape.latent }, () => unitFloat(random.uint32()) - 0.5),
  };
}

function knownState(shape: ModelShape, seed: number): Omit<TrainingState, "step" | "batchesTracked"> {
  const layout = parameterLayout(shape);
  const random = generator(seed, "noise", 0);
  const uniform = (): number => unitFloat(random.uint32());
  const { parameters, running, prior } = initialState(shape, seed, layout);
  const viewIn = (packed: Float32Array, tensors: typeof layout.parameters, name: string): Float32Array => {
    const tensor = tensors.find((candidate) => candidate.name === name);
    return tensor ? packed.subarray(tensor.offset, tensor.offset + tensor.size) : new Float32Array();
  };
  const weights = (name: string): Float32Array => viewIn(parameters, layout.parameters, name);
  const fill = (values: Float32Array, value: (old: number) => number): void => values.set(values.map(value));

  fill(weights("eps"), () => 0.4 * (uniform() - 0.5));
  for (const { norm, aggregates, layer } of layout.stages) {
    fill(weights(`${norm}.weight`), () => 0.8 + 0.4 * uniform());
    fill(weights(`${norm}.bias`), () => (uniform() < 0.5 ? -1 : 1) * (1 + 2 * uniform()));
    const variance = aggregates ? (layer === 0 ? VARIANCE.first : VARIANCE.aggregated) : VARIANCE.plain;
    fill(viewIn(running, layout.running, `${norm}.running_mean`), () => uniform() - 0.5);
    fill(viewIn(running, layout.running, `${norm}.running_var`), () => variance * (0.75 + 0.5 * uniform()));
  }
  for (const name of ["fc1.weight", "fc2.weight", "fc1.bias", "fc2.bias"]) fill(weights(name), (old) => HEADS * old);
  const adamM = new Float32Array(layout.parameterFloats);
  const adamV = new Float32Array(layout.parameterFloats);
  for (const { offset, size } of layout.parameters) {
    // As large as a clipped gradient makes them.
    fill(adamM.subarray(offset, offset + size), () => 2e-4 * (uniform() - 0.5));
    fill(adamV.subarray(offset, offset + size), () => 1e-8 * (0.5 + uniform()));
  }
  fill(prior.mean, () => 0.2 * (uniform() - 0.5));
  fill(prior.m2, () => 1 + uniform());
  return { parameters, running, adamM, adamV, prior };
}

/** Any graphs at all: the model asks for no more than edges in topological order. The last nodes of some do not exist. */
export function randomGraphs(space: SpaceName, count: number, random: Generator): Uint32Array {
  const { nodes, operations } = ENCODINGS[space];
  const packing = packingOf(ENCODINGS[space]);
  const packed = new Uint32Array(count * packing.words);
  for (let position = 0; position < count; position++) {
    const real = nodes - (random.integer(3) === 0 ? random.integer(3) : 0);
    const graph: Graph = {
      operations: Uint8Array.from({ length: nodes }, (_, node) => (node < real ? random.integer(operations.length) : PADDING)),
      adjacency: Uint8Array.from({ length: nodes * nodes }, (_, at) => {
        const [from, to] = [Math.floor(at / nodes), at % nodes];
        return from < to && to < real && random.integer(3) === 0 ? 1 : 0;
      }),
    };
    pack(packing, graph, packed, position);
  }
  return packed;
}
