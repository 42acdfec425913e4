/** Reads the tensors of a golden file (safetensors: 8-byte header length, JSON header, data). */
import { InputError } from "../errors.ts";

export interface NamedTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

interface Header {
  readonly [name: string]: { readonly dtype: string; readonly shape: number[]; readonly data_offsets: [number, number] };
}

/** All tensors as float32 (U8 and I64 converted), by name, and the file's metadata. */
export function readTensors(bytes: Uint8Array): { tensors: Map<string, NamedTensor>; metadata: Record<string, string> } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  const { __metadata__: metadata, ...header } = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Header & {
    __metadata__: Record<string, string>;
  };
  const tensors = new Map<string, NamedTensor>();
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(header as Header)) {
    // A copy, for alignment; a Node Buffer's own slice() would be a view.
    const data = Uint8Array.from(bytes.subarray(8 + length + data_offsets[0], 8 + length + data_offsets[1])).buffer;
    if (dtype === "F32") tensors.set(name, { shape, values: new Float32Array(data) });
    else if (dtype === "U8") tensors.set(name, { shape, values: Float32Array.from(new Uint8Array(data)) });
    else if (dtype === "I64") tensors.set(name, { shape, values: Float32Array.from(new BigInt64Array(data), Number) });
    else throw new InputError(`Golden file: expected F32, U8 or I64 tensors, found ${dtype} in ${name}.`);
  }
  return { tensors, metadata };
}
