/** Backends of GPU tests that something happens to. */
import { openDawn } from "../../src/cli/dawn.ts";
import { type Backend, openBackend } from "../../src/vgae/backend.ts";
import type { Trainer } from "../../src/vgae/trainer.ts";
import { webgpuTrainer } from "../../src/vgae/webgpu/trainer.ts";
import { openTrainer, sharedGpu, watch } from "./helpers.ts";

/** The device that nothing happens to, with its kernels compiled. */
export async function sound(): Promise<Backend> {
  (await openTrainer()).destroy();
  const gpu = await sharedGpu();
  const { status, adapter, lost } = gpu;
  const createTrainer: Backend["createTrainer"] = (shape, packing, set, options) =>
    webgpuTrainer(gpu, shape, packing, set, options);
  return { name: "webgpu", status, adapter, message: "", lost, gpu, createTrainer, close: () => undefined };
}

/** A device of its own, to be destroyed. */
export async function fragile(): Promise<Backend> {
  const backend = await openBackend({ backend: "webgpu", api: await openDawn() });
  if (backend.gpu) watch(backend.gpu);
  return backend;
}

/** The same device, with something done to each trainer on it. */
export function prepared(backend: Backend, prepare: (trainer: Trainer) => void): Backend {
  return {
    ...backend,
    async createTrainer(...model) {
      const trainer = await backend.createTrainer(...model);
      prepare(trainer);
      return trainer;
    },
  };
}

/** A sound device that can be said to be lost: `prepare` decides when. */
export async function losable(prepare: (trainer: Trainer, lose: () => void) => void): Promise<Backend> {
  let lose: (reason: string) => void = () => undefined;
  const lost = new Promise<string>((resolve) => {
    lose = resolve;
  });
  const backend = await sound();
  const gpu = backend.gpu && { ...backend.gpu, lost };
  return prepared({ ...backend, lost, ...(gpu ? { gpu } : {}) }, (trainer) => prepare(trainer, () => lose("The GPU crashed.")));
}
