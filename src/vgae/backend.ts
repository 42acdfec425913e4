import { type DeviceStatus, type Gpu, openDevice } from "../gpu/device.ts";
import type { Packing } from "../spaces/packing.ts";
import type { SpaceCache } from "../spaces/preparation.ts";
import type { ModelShape, TrainingOptions } from "./config.ts";
import type { BackendName, Trainer, TrainingSet } from "./trainer.ts";

/** How a backend is asked for: by name, or `automatic`, the one that is fastest here. */
export type BackendChoice = BackendName | "automatic";

/** Where a model runs: our WGSL engine on WebGPU, or the TensorFlow.js reference where that is faster, all there is, or asked for. */
export interface Backend {
  readonly name: BackendName;
  /** Why this backend: the state of WebGPU, or `not-tried` where another backend was asked for. */
  readonly status: DeviceStatus | "not-tried";
  /** Vendor, architecture and description of the adapter, or the name of the fallback. */
  readonly adapter: string;
  /** One sentence for people. */
  readonly message: string;
  /**
   * @param variant kernels to compute with, by name, where the backend can run them; by default, and elsewhere, its own choice
   */
  createTrainer(
    shape: ModelShape,
    packing: Packing,
    set: TrainingSet,
    options: TrainingOptions,
    variant?: string | undefined,
  ): Promise<Trainer>;
  /** Resolves when the device is gone, or the backend closed. */
  readonly lost: Promise<string>;
  /** The device, for checks and for what only a GPU does. */
  readonly gpu?: Gpu;
  close(): void;
}

/** Backend and adapter as checkpoints name them: training that goes on elsewhere gives other bits. */
export const adapterText = ({ name, adapter }: Pick<Backend, "name" | "adapter">): string => `${name}: ${adapter}`;

export interface BackendOptions {
  /** By default `automatic`. */
  readonly backend?: BackendChoice | undefined;
  /** `navigator.gpu` by default; Dawn's in Node. */
  readonly api?: GPU | undefined;
  /** Where it is kept which kernels are fastest on which adapter. Without it nothing is measured, and the most promising ones compute. */
  readonly tuning?: SpaceCache | undefined;
}

const WASM = "TensorFlow.js on WebAssembly";

/**
 * Software adapters on which our kernels are faster than TensorFlow.js on WebAssembly: on lavapipe a step takes 15.3 ms and WebAssembly's 39,
 * on SwiftShader 108 and 40. Every other one, and one without a name (Firefox's), is taken to be like SwiftShader: to
 * try both costs seconds of compiling.
 */
const FAST_SOFTWARE = /llvmpipe|lavapipe/i;

/** Whether WebGPU on this adapter is the fastest that there is for a model. */
const isFastest = ({ status, adapter }: Pick<Gpu, "status" | "adapter">): boolean =>
  status === "hardware" || FAST_SOFTWARE.test(adapter);

/** Opens a backend. Chooses, and falls back, only where none was named. Throws where a named one cannot start. */
export async function openBackend({ backend = "automatic", api, tuning }: BackendOptions = {}): Promise<Backend> {
  if (backend !== "automatic" && backend !== "webgpu") {
    return reference(backend, "not-tried", `The model runs on ${titleOf(backend)}, as asked.`);
  }
  const opened = await openDevice(api);
  if (opened.ok && (backend === "webgpu" || isFastest(opened.gpu))) return webgpu(opened.gpu, opened.message, tuning);
  if (backend === "webgpu") throw new Error(opened.message);
  if (opened.ok) {
    const { gpu, message } = opened;
    const why = `WebGPU is a software adapter here (${gpu.adapter}), so the model runs on ${WASM}, which is faster there.`;
    const wasm = await reference("tfjs-wasm", gpu.status, `${why} Choose WebGPU to use our kernels all the same.`).catch(
      () => undefined,
    );
    if (!wasm) return webgpu(gpu, `${message} WebAssembly, which would be faster, does not start here.`, tuning);
    gpu.device.destroy();
    return wasm;
  }
  const { status, message } = opened;
  return reference("tfjs-wasm", status, `${message} The same model runs on ${WASM} instead: slower, but complete.`).catch(() =>
    reference(
      "tfjs-cpu",
      status,
      `${message} Nor does WebAssembly start here, so the same model runs on TensorFlow.js in JavaScript: complete, but very slow.`,
    ),
  );
}

function webgpu(gpu: Gpu, message: string, tuning: SpaceCache | undefined): Backend {
  return {
    name: "webgpu",
    status: gpu.status,
    adapter: gpu.adapter,
    message,
    lost: gpu.lost,
    gpu,
    async createTrainer(shape, packing, set, options, name) {
      const [{ webgpuTrainer }, { chosenVariant, stepTime }] = await Promise.all([
        import("./webgpu/trainer.ts"),
        import("./webgpu/tuning.ts"),
      ]);
      const variant = await chosenVariant(gpu, shape, options, { name, store: tuning }, (tried) =>
        stepTime(gpu, shape, packing, set, options, tried),
      );
      return webgpuTrainer(gpu, shape, packing, set, options, { variant });
    },
    close: () => gpu.device.destroy(),
  };
}

/** @throws Error where TensorFlow.js cannot start this backend */
async function reference(name: Exclude<BackendName, "webgpu">, status: Backend["status"], message: string): Promise<Backend> {
  const { referenceTrainer, startBackend } = await import("./reference/trainer.ts");
  await startBackend(name);
  let close: (reason: string) => void = () => undefined;
  const lost = new Promise<string>((resolve) => {
    close = resolve;
  });
  return {
    name,
    status,
    adapter: titleOf(name),
    message,
    lost,
    createTrainer: (shape, _packing, set, options) => referenceTrainer(name, shape, set, options),
    close: () => close("The backend was closed."),
  };
}

/** As checkpoints have it: a run is resumed without a warning where it began. */
const titleOf = (name: Exclude<BackendName, "webgpu">): string => (name === "tfjs-wasm" ? WASM : name);
