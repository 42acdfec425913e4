import { createBuffer, destroyBuffer, type Gpu } from "../../gpu/device.ts";
import { COPY_DST, MAP_MODE_READ, MAP_READ } from "../../gpu/usage.ts";

/** A staging buffer that is either free, in a submitted copy, or mapped; never waited for where a loop runs. */
export interface Staging {
  readonly buffer: GPUBuffer;
  readonly free: () => boolean;
  /** Maps, hands the floats to `use` (valid only during the call) and unmaps. Call after submitting the copy. */
  read<T>(floats: number, use: (view: Float32Array) => T): Promise<T>;
  destroy(): void;
}

export function staging(gpu: Gpu, label: string, floats: number): Staging {
  const buffer = createBuffer(gpu, label, 4 * floats, MAP_READ | COPY_DST);
  let busy = false;
  return {
    buffer,
    free: () => !busy,
    async read(count, use) {
      busy = true;
      try {
        await buffer.mapAsync(MAP_MODE_READ, 0, 4 * count);
        try {
          return use(new Float32Array(buffer.getMappedRange(0, 4 * count)));
        } finally {
          buffer.unmap();
        }
      } finally {
        busy = false;
      }
    },
    destroy: () => destroyBuffer(gpu, buffer),
  };
}
