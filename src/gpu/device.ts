/**
 * Opening a WebGPU device, and telling apart the reasons why there is none. Everything the engine creates on the device is
 * counted here, so that tests can state "nothing is made after warm-up" and leaks show.
 */

export type DeviceStatus = "hardware" | "software-adapter" | "insecure-context" | "no-api" | "no-adapter" | "device-refused";

export interface Counts {
  buffers: number;
  liveBuffers: number;
  bufferBytes: number;
  bindGroups: number;
  pipelines: number;
  submits: number;
  dispatches: number;
}

export interface Gpu {
  readonly device: GPUDevice;
  readonly status: "hardware" | "software-adapter";
  /** Vendor, architecture and description, as far as the browser tells. */
  readonly adapter: string;
  readonly counts: Counts;
  /** Threads of a subgroup, where shaders may use subgroups and all are of one size. */
  readonly subgroupSize: number | undefined;
  /** Whether shaders may use 16-bit floats. */
  readonly halfFloats: boolean;
  /** Resolves when the device is gone, with the reason. */
  readonly lost: Promise<string>;
  /** What the device refused without anybody having asked, in its own words: nothing that was computed since can be trusted. */
  readonly faults: readonly string[];
  /** Where somebody asks whether there was room (`allocation.ts`): told of every buffer, and later why it was refused, or null. */
  readonly onBuffer?: (buffer: GPUBuffer, refusal: Promise<GPUError | null>) => void;
}

export type OpenedDevice =
  | { readonly ok: true; readonly gpu: Gpu; readonly message: string }
  | { readonly ok: false; readonly status: Exclude<DeviceStatus, "hardware" | "software-adapter">; readonly message: string };

const EMPTY: Counts = { buffers: 0, liveBuffers: 0, bufferBytes: 0, bindGroups: 0, pipelines: 0, submits: 0, dispatches: 0 };

/** Of a device that refuses everything the first ones tell enough. */
const MOST_FAULTS = 100;

/** Optional features that kernels have variants for. */
const USED_FEATURES = ["subgroups", "shader-f16"] as unknown as readonly GPUFeatureName[];

/** Workgroup memory beyond the default's 16 KiB, where there is more: some kernel variants need up to so much. */
const MOST_WORKGROUP_BYTES = 32_768;

function usedLimits({ limits }: GPUAdapter): Record<string, number> {
  return { maxComputeWorkgroupStorageSize: Math.min(limits.maxComputeWorkgroupStorageSize, MOST_WORKGROUP_BYTES) };
}

/**
 * Asks for a device with default limits but for workgroup memory. Never throws: the cause of a refusal comes as a status and one sentence.
 * @param api `navigator.gpu`, or the object of another implementation (Dawn in Node); found by itself in a browser or worker
 * @param extra features to have besides those of the kernels, where the adapter offers them
 */
export async function openDevice(
  api: GPU | undefined = globalThis.navigator?.gpu,
  extra: readonly GPUFeatureName[] = [],
): Promise<OpenedDevice> {
  if (!api) {
    if (globalThis.isSecureContext === false) {
      return {
        ok: false,
        status: "insecure-context",
        message: "WebGPU is only offered to secure pages: open this page over https or from localhost.",
      };
    }
    return { ok: false, status: "no-api", message: "This browser has no WebGPU (navigator.gpu is missing)." };
  }
  const adapter = await api.requestAdapter({ powerPreference: "high-performance" }).catch(() => null);
  if (!adapter) {
    return {
      ok: false,
      status: "no-adapter",
      message:
        "This browser knows WebGPU but offers no graphics adapter: the GPU may be blocked, switched off or without a driver.",
    };
  }
  const features = [...USED_FEATURES, ...extra].filter((feature) => adapter.features.has(feature));
  let device: GPUDevice;
  try {
    device = await adapter.requestDevice({ label: "archscape", requiredFeatures: features, requiredLimits: usedLimits(adapter) });
  } catch (error) {
    return {
      ok: false,
      status: "device-refused",
      message: `The graphics adapter refused a device: ${String((error as Error).message)}`,
    };
  }
  const faults: string[] = [];
  device.addEventListener("uncapturederror", ({ error }) => {
    if (faults.length < MOST_FAULTS) faults.push(oneLine(error.message));
  });
  const { info } = adapter;
  const name =
    [info.vendor, info.architecture, info.device, info.description].filter((part) => part).join(" ") || "unnamed adapter";
  const software = isSoftware(info, name);
  return {
    ok: true,
    gpu: {
      device,
      status: software ? "software-adapter" : "hardware",
      adapter: name,
      counts: { ...EMPTY },
      subgroupSize: subgroupSize(device, info),
      halfFloats: device.features.has("shader-f16"),
      lost: device.lost.then((lost) =>
        lost.reason === "destroyed" ? "The device was closed." : lost.message || "The device was lost.",
      ),
      faults,
    },
    message: software
      ? `WebGPU runs on a software adapter (${name}): the processor computes, slower than a graphics card would.`
      : `WebGPU runs on ${name}.`,
  };
}

/** Errors of a device go on about where they came from. */
export const oneLine = (message: string): string => (message.split("\n", 1)[0] ?? "").trim().replace(/\.?$/, ".");

/** The first fault since there were so many; undefined where there is none. */
export const faultSince = (gpu: Pick<Gpu, "faults"> | undefined, count: number | undefined): string | undefined =>
  gpu?.faults[count ?? 0];

function subgroupSize(device: GPUDevice, info: GPUAdapterInfo): number | undefined {
  if (!device.features.has("subgroups")) return undefined;
  return info.subgroupMinSize === info.subgroupMaxSize ? info.subgroupMinSize : undefined;
}

function isSoftware(info: GPUAdapterInfo, name: string): boolean {
  return info.isFallbackAdapter === true || /swiftshader|llvmpipe|lavapipe|basic render/i.test(name);
}

export function createBuffer(gpu: Gpu, label: string, bytes: number, usage: GPUBufferUsageFlags): GPUBuffer {
  const size = Math.max(16, Math.ceil(bytes / 16) * 16);
  gpu.counts.buffers++;
  gpu.counts.liveBuffers++;
  gpu.counts.bufferBytes += size;
  const { device, onBuffer } = gpu;
  if (!onBuffer) return device.createBuffer({ label, size, usage });
  device.pushErrorScope("out-of-memory");
  device.pushErrorScope("validation");
  const buffer = device.createBuffer({ label, size, usage });
  const refusals = [device.popErrorScope(), device.popErrorScope()];
  onBuffer(
    buffer,
    // A device that is lost answers nothing.
    Promise.all(refusals).then(
      ([validation, memory]) => validation ?? memory ?? null,
      () => null,
    ),
  );
  return buffer;
}

export function destroyBuffer(gpu: Gpu, buffer: GPUBuffer): void {
  gpu.counts.liveBuffers--;
  gpu.counts.bufferBytes -= buffer.size;
  buffer.destroy();
}

export function submit(gpu: Gpu, commands: GPUCommandBuffer): void {
  gpu.counts.submits++;
  gpu.device.queue.submit([commands]);
}
