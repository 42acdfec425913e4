import { type DeviceStatus, type Gpu, openDevice } from "../gpu/device.ts";
import type { Packing } from "../spaces/packing.ts";
import type { SpaceCache } from "../spaces/preparation.ts";
import type { ModelShape, TrainingOptions } from "./config.ts";
import type { BackendName, Trainer, TrainingSet } from "./trainer.ts";

/** Where a model runs: our WGSL engine on WebGPU, or the TensorFlow.js reference where that is missing or asked for. */
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
  /** Resolves when the device is gone; never, for a backend that cannot lose one. */
  readonly lost: Promise<string>;
  /** The device, for checks and for what only a GPU does. */
  readonly gpu?: Gpu;
  close(): void;
}

/** Backend and adapter as checkpoints name them: training that goes on elsewhere gives other bits. */
export const adapterText = ({ name, adapter }: Pick<Backend, "name" | "adapter">): string => `${name}: ${adapter}`;

export interface BackendOptions {
  /** By default WebGPU, and TensorFlow.js on WebAssembly where there is none. */
  readonly backend?: BackendName | undefined;
  /** `navigator.gpu` by default; Dawn's in Node. */
  readonly api?: GPU | undefined;
  /** Where it is kept which kernels are fastest on which adapter. Without it nothing is measured, and the most promising ones compute. */
  readonly tuning?: SpaceCache | undefined;
}

const FALLBACK = "TensorFlow.js on WebAssembly";

/** Opens a backend. Falls back only where none was named. Throws where a named one cannot start. */
export async function openBackend({ backend, api, tuning }: BackendOptions = {}): Promise<Backend> {
  if (backend !== undefined && backend !== "webgpu")
    return reference(backend, "not-tried", `The model runs on ${backend}, as asked.`);
  const opened = await openDevice(api);
  if (opened.ok) {
    const { gpu, message } = opened;
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
  if (backend === "webgpu") throw new Error(opened.message);
  return reference(
    "tfjs-wasm",
    opened.status,
    `${opened.message} The same model runs on ${FALLBACK} instead: slower, but complete.`,
  );
}

function reference(name: Exclude<BackendName, "webgpu">, status: Backend["status"], message: string): Backend {
  return {
    name,
    status,
    adapter: name === "tfjs-wasm" ? FALLBACK : name,
    message,
    lost: new Promise(() => undefined),
    async createTrainer(shape, _packing, set, options) {
      const { referenceTrainer } = await import("./reference/trainer.ts");
      return referenceTrainer(name, shape, set, options);
    },
    close: () => undefined,
  };
}
