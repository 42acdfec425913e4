import { InputError } from "../errors.ts";
import { readSafeTensors, type Tensor, toFloat32, writeSafeTensors } from "../formats/safetensors.ts";
import { checkSampleMetadata, sampleMetadata } from "../spaces/sample-metadata.ts";
import type { SearchSpace } from "../spaces/space.ts";
import { readChanges, type TrainingChange, writeChanges } from "./changes.ts";
import { DEFAULT_TRAINING, type Encoder, type ModelShape, modelShape, type TrainingOptions, trainingOptions } from "./config.ts";
import { parameterLayout, type Tensor as Slot } from "./layout.ts";
import { emptyPrior, priorStd, type TrainingState } from "./state.ts";

/**
 * Checkpoints as `.safetensors`. The model's tensors have the bare names of the original PyTorch module, so that its
 * `load_state_dict` takes them; what training needs besides stands under `archscape/`. No clock time: same run, same bytes.
 */

export interface Checkpoint {
  readonly state: TrainingState;
  readonly shape: ModelShape;
  /** Options that the run began with; undefined for weights from elsewhere. */
  readonly options?: TrainingOptions;
  /** What was changed while it ran, in order. */
  readonly changes: readonly TrainingChange[];
  /** Whether optimiser and position are there, so that training can go on exactly. */
  readonly resumable: boolean;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What a file says of its making. */
export interface Provenance {
  readonly space: Pick<SearchSpace, "name" | "sample">;
  readonly options: TrainingOptions;
  /** What was changed while it ran; the file has what was changed up to its step. */
  readonly changes?: readonly TrainingChange[];
  /** Backend and adapter that trained. */
  readonly adapter: string;
  /** Version of this package. */
  readonly version: string;
  /** Kernel variant, part of a run's identity. */
  readonly variant?: string;
  readonly commit?: string;
}

const OURS = "archscape/";

export function writeCheckpoint(
  shape: ModelShape,
  state: TrainingState,
  { space, options, changes = [], ...made }: Provenance,
  { weightsOnly = false }: { readonly weightsOnly?: boolean } = {},
): Uint8Array<ArrayBuffer> {
  const layout = parameterLayout(shape);
  const tensors = new Map<string, Tensor>();
  const put = (prefix: string, slots: readonly Slot[], packed: Float32Array): void => {
    for (const { name, shape: dims, offset, size } of slots) {
      tensors.set(prefix + name, { dtype: "F32", shape: dims, data: packed.slice(offset, offset + size) });
    }
  };
  put("", layout.parameters, state.parameters);
  put("", layout.running, state.running);
  for (const name of layout.counters)
    tensors.set(name, { dtype: "I64", shape: [], data: BigInt64Array.of(BigInt(state.batchesTracked)) });
  if (!weightsOnly) {
    put(`${OURS}adam_m/`, layout.parameters, state.adamM);
    put(`${OURS}adam_v/`, layout.parameters, state.adamV);
    const prior = [shape.nodes, shape.latent];
    const count = (value: number): Tensor => ({ dtype: "I64", shape: [], data: BigInt64Array.of(BigInt(value)) });
    tensors.set(`${OURS}step`, count(state.step));
    // Counter-based randomness has no other state than the seed: every stream is a function of (seed, step).
    tensors.set(`${OURS}rng`, count(options.seed));
    tensors.set(`${OURS}prior_count`, count(state.prior.count));
    tensors.set(`${OURS}prior_mean`, { dtype: "F32", shape: prior, data: state.prior.mean.slice() });
    tensors.set(`${OURS}prior_std`, { dtype: "F32", shape: prior, data: priorStd(state.prior) });
    tensors.set(`${OURS}prior_m2`, { dtype: "F32", shape: prior, data: state.prior.m2.slice() });
  }
  const past = changes.filter(({ step }) => step <= state.step);
  const metadata = {
    format: "pt",
    archscape: "checkpoint 1",
    space: space.name,
    ...sampleMetadata(space),
    ...optionMetadata({ ...options, encoder: shape.encoder }),
    ...(past.length > 0 ? { changes: writeChanges(past) } : {}),
    ...made,
  };
  return writeSafeTensors({ metadata, tensors });
}

/**
 * Reads a checkpoint of ours or the weights of the original code.
 * @throws InputError with one sentence: not a safetensors file, a tensor missing or of another shape, a number that is not finite,
 *   another search space, or another sample of it
 */
export function readCheckpoint(space: SearchSpace, bytes: Uint8Array, source = "the checkpoint"): Checkpoint {
  const { metadata, tensors } = readSafeTensors(bytes, source);
  const named = metadata["space"];
  if (named !== undefined && named !== space.name) {
    throw new InputError(`${source}: expected a model of ${space.name}, found one of ${named}.`);
  }
  checkSampleMetadata(space, metadata, source, "a model");
  const shape = modelShape(space, ...sizeOf(tensors, metadata, source));
  const layout = parameterLayout(shape);
  const take = (prefix: string, slots: readonly Slot[], floats: number): Float32Array => {
    const packed = new Float32Array(floats);
    for (const slot of slots) packed.set(values(tensors, prefix + slot.name, slot.shape, source), slot.offset);
    return packed;
  };
  const parameters = take("", layout.parameters, layout.parameterFloats);
  const running = take("", layout.running, layout.runningFloats);
  const whole = (name: string): number => Number(values(tensors, name, [], source)[0]);
  const tracked = tensors.has(layout.counters[0] as string) ? whole(layout.counters[0] as string) : 0;
  const resumable = tensors.has(`${OURS}step`);
  if (!resumable) {
    const empty = new Float32Array(layout.parameterFloats);
    const state = {
      parameters,
      running,
      adamM: empty,
      adamV: empty.slice(),
      step: 0,
      batchesTracked: tracked,
      prior: emptyPrior(shape),
    };
    return { state, shape, changes: [], resumable, metadata };
  }
  const dims = [shape.nodes, shape.latent];
  const state: TrainingState = {
    parameters,
    running,
    adamM: take(`${OURS}adam_m/`, layout.parameters, layout.parameterFloats),
    adamV: take(`${OURS}adam_v/`, layout.parameters, layout.parameterFloats),
    step: whole(`${OURS}step`),
    batchesTracked: tracked,
    prior: {
      count: whole(`${OURS}prior_count`),
      mean: values(tensors, `${OURS}prior_mean`, dims, source),
      m2: values(tensors, `${OURS}prior_m2`, dims, source),
    },
  };
  const options = optionsOf(metadata, shape.encoder);
  const changes = metadata["changes"] === undefined ? [] : readChanges(metadata["changes"], options, source);
  return { state, shape, options, changes, resumable, metadata };
}

type Tensors = ReadonlyMap<string, Tensor>;

function values(tensors: Tensors, name: string, shape: readonly number[], source: string): Float32Array {
  const tensor = tensors.get(name);
  if (!tensor) throw new InputError(`${source}: expected a tensor ${name}, found none; this is not a model of arch2vec.`);
  const size = (dims: readonly number[]): number => dims.reduce((a, b) => a * b, 1);
  // PyTorch's scalars come as [] or [1].
  if (size(tensor.shape) !== size(shape) || (shape.length > 1 && tensor.shape.join() !== shape.join())) {
    throw new InputError(`${source}: expected ${name} of shape [${shape.join(", ")}], found [${tensor.shape.join(", ")}].`);
  }
  const floats = toFloat32(tensor);
  if (!floats.every(Number.isFinite))
    throw new InputError(`${source}: expected finite numbers in ${name}, found NaN or infinity.`);
  return floats;
}

/** The tensor that tells an encoder, and by its length the width. */
const FIRST_BIAS: Readonly<Record<Encoder, string>> = { gin: "mlps.0.linears.0.bias", gcn: "convolutions.0.linear.bias" };

function sizeOf(
  tensors: Tensors,
  metadata: Readonly<Record<string, string>>,
  source: string,
): [hidden: number, encoder: Encoder] {
  const encoder: Encoder = tensors.has(FIRST_BIAS.gcn) && !tensors.has(FIRST_BIAS.gin) ? "gcn" : "gin";
  const named = metadata["encoder"] ?? encoder;
  if (named !== encoder) {
    throw new InputError(
      `${source}: expected the tensors of the encoder ${named} that its metadata name, found those of ${encoder}.`,
    );
  }
  const hidden = tensors.get(FIRST_BIAS[encoder])?.shape[0];
  if (hidden === undefined || hidden < 4 || hidden % 4 !== 0) {
    const expected = hidden === undefined ? `${FIRST_BIAS.gin} (or ${FIRST_BIAS.gcn})` : FIRST_BIAS[encoder];
    throw new InputError(`${source}: expected a tensor ${expected} whose length is a multiple of 4, found ${hidden ?? "none"}.`);
  }
  return [hidden, encoder];
}

/** Options as a file names them. What was added later stands there only where it is not the default: other files keep their bytes. */
function optionMetadata({ encoder, variational, ...options }: TrainingOptions): Record<string, string> {
  const variant = {
    ...(encoder === DEFAULT_TRAINING.encoder ? {} : { encoder }),
    ...(variational === DEFAULT_TRAINING.variational ? {} : { variational }),
  };
  return Object.fromEntries(Object.entries({ ...options, ...variant }).map(([key, value]) => [key, String(value)]));
}

function optionsOf(metadata: Readonly<Record<string, string>>, encoder: Encoder): TrainingOptions {
  const { protocol, epochs, seed, batchSize, learningRate, dropout, clipNorm, klWeight } = metadata;
  const given = { epochs, seed, batchSize, learningRate, dropout, clipNorm, klWeight };
  const numbers = Object.fromEntries(
    Object.entries(given).flatMap(([key, text]) => (text === undefined ? [] : [[key, Number(text)]])),
  );
  return trainingOptions({
    ...numbers,
    ...(protocol === undefined ? {} : { protocol: protocol as TrainingOptions["protocol"] }),
    encoder,
    variational: metadata["variational"] !== "false",
  });
}
