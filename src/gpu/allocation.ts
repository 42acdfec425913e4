import { DeviceError } from "../errors.ts";
import { destroyBuffer, type Gpu, oneLine } from "./device.ts";

/** Buffers that are asked for, and the question whether the device had room for them: it answers later than it makes them. */
export interface Allocation {
  /** The device as `createBuffer` wants it, so that what is made through it is asked about. */
  readonly gpu: Gpu;
  /**
   * Waits for the answers about all that was made so far.
   * @throws DeviceError with one sentence and the sizes, where one was refused; then all of them are gone
   */
  settle(): Promise<void>;
}

/** @param what for the sentence: "the model" */
export function allocation(gpu: Gpu, what: string): Allocation {
  const made: { readonly buffer: GPUBuffer; readonly refusal: Promise<GPUError | null> }[] = [];
  const before = gpu.counts.bufferBytes;
  return {
    gpu: { ...gpu, onBuffer: (buffer, refusal) => void made.push({ buffer, refusal }) },
    async settle() {
      const refusals = await Promise.all(made.map(({ refusal }) => refusal));
      const at = refusals.findIndex((refusal) => refusal !== null);
      const refused = made[at]?.buffer;
      if (!refused) return;
      const buffers = made.splice(0).map(({ buffer }) => buffer);
      const total = buffers.reduce((sum, { size }) => sum + size, 0);
      for (const buffer of buffers) destroyBuffer(gpu, buffer);
      const others = before > 0 ? `; ${megabytes(before)} are in use already` : "";
      throw new DeviceError(
        `The GPU has no room for ${what}, which asked for ${megabytes(total)}: it refused the ${megabytes(refused.size)} of "${refused.label}"${others}. ${oneLine(refusals[at]?.message ?? "")}`.trim(),
      );
    },
  };
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toLocaleString("en", { maximumFractionDigits: 1 })} MB`;
