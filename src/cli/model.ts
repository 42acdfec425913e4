/** What commands do with models: open a backend, read a checkpoint, embed a space. */
import { basename } from "node:path";
import { Option } from "commander";
import { InputError } from "../errors.ts";
import type { EmbeddingValues } from "../formats/embedding.ts";
import { packingOf, packSpace } from "../spaces/packing.ts";
import type { SearchSpace } from "../spaces/space.ts";
import { type Backend, openBackend } from "../vgae/backend.ts";
import { type Checkpoint, readCheckpoint } from "../vgae/checkpoint.ts";
import { DEFAULT_TRAINING } from "../vgae/config.ts";
import { bringUp, type Inference, lastingModel, placeFrom } from "../vgae/lasting.ts";
import type { Trainer } from "../vgae/trainer.ts";
import { cacheFolder, fileCache } from "./cache.ts";
import { dawnNote, openDawn } from "./dawn.ts";
import { readInput } from "./files.ts";
import type { Output } from "./output.ts";
import { Failure } from "./terminal.ts";

export const COMMAND_BACKENDS = ["webgpu", "tfjs-wasm", "tfjs-cpu"] as const;
export type CommandBackend = (typeof COMMAND_BACKENDS)[number];

export const backendOption = (): Option =>
  new Option(
    "--backend <name>",
    "where the model runs: webgpu (our kernels), tfjs-wasm or tfjs-cpu (TensorFlow.js); default: webgpu, but tfjs-wasm where there is no adapter (with a warning), or a software adapter that is slower (not llvmpipe)",
  ).choices(COMMAND_BACKENDS);

/** WebGPU in Node. @throws Failure with one sentence where there is no adapter */
export async function openGpu(): Promise<GPU> {
  try {
    return await openDawn();
  } catch (error) {
    throw error instanceof InputError ? new Failure(error.message) : error;
  }
}

/** The named backend, or the fastest here. Says which one it became. */
export async function openCommandBackend(name: CommandBackend | undefined, to: Output): Promise<Backend> {
  const backend = await open(name, to);
  to.note(backend.name === "webgpu" ? `${backend.message} ${dawnNote()}.` : backend.message);
  return backend;
}

async function open(name: CommandBackend | undefined, to: Output): Promise<Backend> {
  if (name !== undefined && name !== "webgpu") return openBackend({ backend: name });
  let api: GPU;
  try {
    api = await openGpu();
  } catch (error) {
    if (!(error instanceof Failure) || name === "webgpu") throw error;
    to.warn(`${error.message}. The model runs on TensorFlow.js instead: slower, but complete.`);
    return openBackend({ backend: "tfjs-wasm" });
  }
  return openBackend({ backend: name, api, tuning: fileCache(cacheFolder()) });
}

export interface CommandModel extends Checkpoint {
  /** File name without folders: what stands in the provenance of results. */
  readonly file: string;
}

/** @throws InputError where the file is missing or no model of this space */
export async function readModel(space: SearchSpace, path: string): Promise<CommandModel> {
  return { ...readCheckpoint(space, await readInput(path), path), file: basename(path) };
}

/** A model to encode and decode with, which moves to the next device where one is lost. */
export interface OpenModel {
  readonly model: Inference;
  /** Where it is now. */
  readonly backend: Pick<Backend, "name" | "adapter">;
  close(): void;
}

/** Puts a model on a backend, to encode and decode with. */
export function evaluator(space: SearchSpace, { state, shape }: Pick<Checkpoint, "state" | "shape">) {
  return async (backend: Backend): Promise<Trainer> => {
    // A trainer wants something to train on; one graph does, for nothing is trained.
    const set = { packed: packSpace(space, [0]), count: 1 };
    const trainer = await backend.createTrainer(shape, packingOf(space), set, DEFAULT_TRAINING);
    trainer.restore(state);
    return trainer;
  };
}

export async function openModel(
  name: CommandBackend | undefined,
  to: Output,
  space: SearchSpace,
  model: Checkpoint,
): Promise<OpenModel> {
  let backend: Backend | undefined;
  const open = async (): Promise<Backend> => {
    if (backend) to.note("The GPU was lost; what was under way is done again on the next one.");
    backend = await openCommandBackend(name, to);
    return backend;
  };
  const create = evaluator(space, model);
  const first = await bringUp(open, create);
  return {
    model: lastingModel(placeFrom(first, open, create)),
    get backend() {
      return backend ?? first.backend;
    },
    close: () => backend?.close(),
  };
}

/** Embedding of every architecture of the space: mean of mu over the nodes, size x 16. */
export async function embedSpace({ model }: OpenModel, space: SearchSpace): Promise<EmbeddingValues> {
  return { data: await model.embed(packSpace(space)), count: space.size, dimensions: model.shape.latent };
}

/** What results say about a model: its file and, where it is ours, how it was made. */
export function modelProvenance({ file, metadata }: CommandModel): Record<string, string> {
  const known = ["protocol", "epochs", "seed", "encoder", "variational", "adapter", "variant", "version", "commit"] as const;
  const told = known.flatMap((key) => {
    const value = metadata[key];
    return value === undefined ? [] : [[`model_${key}`, value] as const];
  });
  return { model: file, ...Object.fromEntries(told) };
}
