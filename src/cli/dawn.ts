/** WebGPU in Node: Dawn, through the optional package `webgpu`. */
import { InputError } from "../errors.ts";
import { relaxPolling } from "./dawn-polling.ts";
import { isDriverChosen, prepareVulkan, useSwiftShader } from "./vulkan.ts";

interface Opened {
  readonly gpu: GPU;
  readonly note: string;
}

let opened: Promise<Opened> | undefined;
let lastNote = "WebGPU was not opened yet";

async function loadPackage(): Promise<typeof import("webgpu")> {
  try {
    return await import("webgpu");
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split("\n", 1)[0] : String(cause);
    throw new InputError(
      `WebGPU in Node needs the optional package "webgpu", which could not be loaded: run "npm install webgpu" (${reason})`,
    );
  }
}

async function open(flags: readonly string[]): Promise<Opened> {
  const { create, globals } = await loadPackage();
  Object.assign(globalThis, globals);
  relaxPolling();
  const note = prepareVulkan();
  const gpu = create([...flags]);
  if ((await gpu.requestAdapter()) !== null) return { gpu, note };
  // The system has a driver, but Dawn refuses it. A new instance reads the environment anew.
  const wasChosen = process.platform !== "linux" || note.includes("SwiftShader") || isDriverChosen();
  const second = wasChosen ? undefined : useSwiftShader();
  if (second !== undefined) {
    const fallback = create([...flags]);
    if ((await fallback.requestAdapter()) !== null)
      return { gpu: fallback, note: `${second}, because no other driver has an adapter for Dawn` };
  }
  throw new InputError(
    `WebGPU in Node found no adapter (${note}): install the Vulkan driver of the GPU or a Chromium and, on Linux, Vulkan's loader (libvulkan1)`,
  );
}

/**
 * Opens WebGPU in Node, once a process: loads Dawn, chooses a Vulkan driver that has an adapter, and defines WebGPU's global
 * constants (`GPUBufferUsage` and the like), which Node lacks.
 *
 * A process that used it does not end by itself: end it with `process.exit`.
 *
 * @param flags Dawn's own options; those of the first call count
 * @throws {InputError} if the package `webgpu` is missing, or no driver offers an adapter
 */
export async function openDawn(flags: readonly string[] = []): Promise<GPU> {
  opened ??= open(flags);
  const { gpu, note } = await opened;
  lastNote = note;
  return gpu;
}

/** One sentence on the driver that `openDawn` took. */
export function dawnNote(): string {
  return lastNote;
}
