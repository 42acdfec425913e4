import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/errors.ts";
import { readNpy, writeNpy } from "../../../src/formats/npy.ts";

const array = { shape: [2, 3], data: Float32Array.of(1, -2, 0.5, 1e-30, 4, 5) };

/** An array as NumPy writes it: `numpy.save(file, numpy.array([1.5, -2]))`. */
function fromNumpy(header: string, values: Uint8Array, version = 1): Uint8Array {
  const length = version === 1 ? 2 : 4;
  const prefix = 8 + length;
  const padded = `${header}${" ".repeat(63 - ((prefix + header.length) % 64))}\n`;
  const bytes = new Uint8Array(prefix + padded.length + values.length);
  bytes.set([0x93, ...new TextEncoder().encode("NUMPY"), version, 0]);
  new DataView(bytes.buffer).setUint32(8, padded.length, true);
  bytes.set(new TextEncoder().encode(padded), prefix);
  bytes.set(values, prefix + padded.length);
  return bytes;
}

describe("an npy file", () => {
  it("comes back as it was written", () => {
    expect(readNpy(writeNpy(array))).toEqual(array);
    expect(readNpy(writeNpy({ shape: [6], data: array.data }))).toEqual({ ...array, shape: [6] });
  });

  it("has the header that NumPy's format demands", () => {
    const bytes = writeNpy(array);
    const start = bytes.length - 24;
    expect(start % 64).toBe(0);
    expect([...bytes.subarray(0, 10)]).toEqual([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, start - 10, 0]);
    const header = new TextDecoder().decode(bytes.subarray(10, start));
    expect(header).toMatch(/^\{'descr': '<f4', 'fortran_order': False, 'shape': \(2, 3\), \} *\n$/);
  });

  it("may hold 64-bit floats, also at an odd place in memory and with the long header of version 2", () => {
    const values = new Uint8Array(Float64Array.of(1.5, -2).buffer);
    const header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }";
    for (const version of [1, 2]) {
      const bytes = fromNumpy(header, values, version);
      const shifted = new Uint8Array(bytes.length + 1);
      shifted.set(bytes, 1);
      expect(readNpy(shifted.subarray(1))).toEqual({ shape: [2], data: Float32Array.of(1.5, -2) });
    }
  });

  it.each([
    ["something else", new TextEncoder().encode("index,z0\n0,1\n"), "no NumPy array"],
    ["cut short", writeNpy(array).subarray(0, -4), "expected 24 bytes of values for the shape (2, 3), found 20"],
    ["cut short in its header", writeNpy(array).subarray(0, 40), "within its header"],
    [
      "integers",
      fromNumpy("{'descr': '<i8', 'fortran_order': False, 'shape': (1,), }", new Uint8Array(8)),
      "little-endian floats",
    ],
    ["in Fortran order", fromNumpy("{'descr': '<f4', 'fortran_order': True, 'shape': (1,), }", new Uint8Array(4)), "in C order"],
  ])("is refused where it is %s", (_, bytes, sentence) => {
    expect(() => readNpy(bytes, "z.npy")).toThrow(InputError);
    expect(() => readNpy(bytes, "z.npy")).toThrow(/^Cannot read z\.npy: /);
    expect(() => readNpy(bytes, "z.npy")).toThrow(sentence);
  });
});
