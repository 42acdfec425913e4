import { InputError } from "../errors.ts";

/**
 * NumPy's array format (numpy.lib.format, version 1.0): magic, version, length of the header, the header as a Python dictionary
 * padded with spaces to a multiple of 64 bytes and ended by a line feed, then the values. Only little-endian floats in C order.
 */

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const PREFIX = 10;
const ALIGNMENT = 64;

export interface FloatArray {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: Float32Array;
}

export function writeNpy({ shape, data }: FloatArray): Uint8Array<ArrayBuffer> {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${sizes}), }`;
  const start = Math.ceil((PREFIX + header.length + 1) / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(start + data.byteLength);
  bytes.set(MAGIC);
  bytes.set([1, 0], MAGIC.length);
  new DataView(bytes.buffer).setUint16(MAGIC.length + 2, start - PREFIX, true);
  bytes.fill(0x20, PREFIX, start);
  bytes.set(new TextEncoder().encode(header), PREFIX);
  bytes[start - 1] = 0x0a;
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start);
  return bytes;
}

/**
 * @param source name of the file, for messages
 * @throws InputError with one sentence: not an npy file, other values than little-endian floats in C order, cut short
 */
export function readNpy(bytes: Uint8Array, source = "the file"): FloatArray {
  const fail = (sentence: string): never => {
    throw new InputError(`Cannot read ${source}: ${sentence}`);
  };
  if (!MAGIC.every((byte, i) => bytes[i] === byte)) fail("it is no NumPy array: its first bytes are not those of an .npy file.");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = (bytes[MAGIC.length] ?? 1) > 1;
  const begin = wide ? PREFIX + 2 : PREFIX;
  if (bytes.byteLength < begin) fail("it is cut short within its header.");
  const start = begin + (wide ? view.getUint32(MAGIC.length + 2, true) : view.getUint16(MAGIC.length + 2, true));
  if (bytes.byteLength < start) fail("it is cut short within its header.");
  const header = new TextDecoder().decode(bytes.subarray(begin, start));
  const type = /'descr':\s*'([^']*)'/.exec(header)?.[1];
  const dims = /'shape':\s*\(([\d\s,]*)\)/.exec(header)?.[1];
  if ((type !== "<f4" && type !== "<f8") || dims === undefined || !/'fortran_order':\s*False/.test(header)) {
    return fail(`expected 32- or 64-bit little-endian floats in C order, found ${header.trim()}.`);
  }
  const shape = dims.split(",").flatMap((size) => (size.trim() === "" ? [] : [Number(size)]));
  const count = shape.reduce((product, size) => product * size, 1);
  const item = type === "<f4" ? 4 : 8;
  if (bytes.byteLength - start !== count * item) {
    fail(`expected ${count * item} bytes of values for the shape (${shape.join(", ")}), found ${bytes.byteLength - start}.`);
  }
  // A copy, for alignment.
  const { buffer } = new Uint8Array(bytes.subarray(start));
  return { shape, data: item === 4 ? new Float32Array(buffer) : Float32Array.from(new Float64Array(buffer)) };
}
