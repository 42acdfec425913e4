import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { InputError } from "../../../src/errors.ts";
import { readSafeTensors, type SafeTensors, type Tensor, toFloat32, writeSafeTensors } from "../../../src/formats/safetensors.ts";
import { shared } from "../../shared.ts";

/** A file with this header and so many bytes of data. */
function file(header: unknown, dataBytes = 0): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

const entry = (dtype: string, shape: unknown, begin: number, end: number) => ({ dtype, shape, data_offsets: [begin, end] });

const SAMPLE: SafeTensors = {
  metadata: { space: "nasbench201", protocol: "released" },
  tensors: new Map<string, Tensor>([
    ["bytes", { dtype: "U8", shape: [3], data: Uint8Array.of(1, 2, 255) }],
    ["weight", { dtype: "F32", shape: [2, 2], data: Float32Array.of(1.5, -0, Number.NaN, 3e38) }],
    ["batches", { dtype: "I64", shape: [], data: BigInt64Array.of(-(2n ** 62n)) }],
    ["double", { dtype: "F64", shape: [1], data: Float64Array.of(Math.PI) }],
    ["signed", { dtype: "I32", shape: [1], data: Int32Array.of(-7) }],
    ["word", { dtype: "U32", shape: [1], data: Uint32Array.of(2 ** 32 - 1) }],
    ["half", { dtype: "F16", shape: [5], data: Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7c00, 0x3555) }],
    ["empty", { dtype: "F32", shape: [0, 4], data: new Float32Array(0) }],
  ]),
};

describe("writing and reading", () => {
  test("every dtype, an empty tensor, a scalar and the metadata come back as they were, in their order", () => {
    const back = readSafeTensors(writeSafeTensors(SAMPLE));
    expect(back).toEqual(SAMPLE);
    expect([...back.tensors.keys()]).toEqual([...SAMPLE.tensors.keys()]);
  });

  test("the same content gives the same bytes", () => {
    expect(writeSafeTensors(readSafeTensors(writeSafeTensors(SAMPLE)))).toEqual(writeSafeTensors(SAMPLE));
  });

  test("header and tensors are aligned for readers that map the file", () => {
    const bytes = writeSafeTensors(SAMPLE);
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(length % 8).toBe(0);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    for (const [name, { data }] of SAMPLE.tensors) {
      expect(header[name].data_offsets[0] % data.BYTES_PER_ELEMENT, name).toBe(0);
    }
  });

  test("a file that lies at an odd place in a larger buffer reads too", () => {
    const bytes = writeSafeTensors(SAMPLE);
    const larger = new Uint8Array(bytes.length + 3);
    larger.set(bytes, 3);
    expect(readSafeTensors(larger.subarray(3))).toEqual(SAMPLE);
  });

  test("what is read does not hold on to the file's bytes", () => {
    const bytes = writeSafeTensors(SAMPLE);
    const { tensors } = readSafeTensors(bytes);
    bytes.fill(0);
    expect(tensors.get("double")?.data[0]).toBe(Math.PI);
  });

  test("a tensor whose data does not have its shape is not written", () => {
    const wrong: Tensor = { dtype: "F32", shape: [3], data: new Float32Array(2) };
    expect(() => writeSafeTensors({ metadata: {}, tensors: new Map([["w", wrong]]) })).toThrow(
      /"w": 2 values for the shape \[3\]/,
    );
  });

  test("any dtype turns into float32", () => {
    const value = (name: string) => [...toFloat32(SAMPLE.tensors.get(name) as Tensor)];
    expect(value("half")).toEqual([1, -2, 2 ** -24, Number.POSITIVE_INFINITY, 0.333251953125]);
    expect(value("batches")).toEqual([-(2 ** 62)]);
    expect(value("bytes")).toEqual([1, 2, 255]);
    expect(value("double")).toEqual([Math.fround(Math.PI)]);
  });
});

describe("a file that cannot be read is told in a sentence", () => {
  const whole = writeSafeTensors(SAMPLE);
  const foreign = new TextEncoder().encode("idx,arch,c10_valid\n0,|none~0|+|none~0|");

  test.each<[string, Uint8Array, RegExp]>([
    ["nothing at all", new Uint8Array(0), /at least 8 bytes, found 0/],
    ["a foreign file", foreign, /no safetensors file/],
    ["a cut within the header", whole.subarray(0, 100), /cut short within its header: \d+ bytes are expected, found 100/],
    ["a cut within the data", whole.subarray(0, whole.length - 1), /cut short .*"bytes" ends at byte/],
    ["a header that is not JSON", file("{nonsense}"), /not valid JSON/],
    ["an unknown dtype", file({ w: entry("F8_E4M3", [1], 0, 1) }, 1), /"w" has the type "F8_E4M3", known are F64/],
    ["a dtype from Object's own names", file({ w: entry("toString", [1], 0, 1) }, 1), /"w" has the type "toString"/],
    ["an entry that is no tensor", file({ w: 5 }), /"w" has the type nothing/],
    ["a negative size", file({ w: entry("U8", [-1], 0, 0) }), /shape of the tensor "w" .* found \[-1\]/],
    ["missing offsets", file({ w: { dtype: "U8", shape: [1] } }, 1), /"w" must have two data offsets, found nothing/],
    ["offsets that run backwards", file({ w: entry("U8", [1], 1, 0) }, 1), /"w" ends \(0\) before it begins \(1\)/],
    ["offsets out of range", file({ w: entry("U8", [9], 0, 9) }, 4), /"w" ends at byte 9 of the data, which has 4/],
    [
      "offsets of another size",
      file({ w: entry("F32", [2], 0, 4) }, 4),
      /"w" \(F32, shape \[2\]\) takes 8 bytes, its offsets span 4/,
    ],
    ["overlap", file({ a: entry("U8", [3], 0, 3), b: entry("U8", [3], 2, 5) }, 5), /"a" and "b" overlap at byte 2/],
    ["a gap", file({ a: entry("U8", [1], 0, 1), b: entry("U8", [1], 2, 3) }, 3), /bytes 1 to 2 .* before the tensor "b"/],
    ["a rest", file({ a: entry("U8", [1], 0, 1) }, 3), /2 bytes after the last tensor/],
    ["metadata that is no text", file({ __metadata__: { seed: 3 } }), /metadata entry "seed" must be a text, found 3/],
  ])("%s", (_, bytes, message) => {
    expect(() => readSafeTensors(bytes, "model.safetensors")).toThrow(InputError);
    expect(() => readSafeTensors(bytes, "model.safetensors")).toThrow(/^Cannot read model\.safetensors: /);
    expect(() => readSafeTensors(bytes)).toThrow(message);
  });
});

describe("golden files", () => {
  const names = ["nasbench101", "nasbench201", "darts"].map((space) => `golden-hidden32-${space}.safetensors`);
  const fixtures = names.map((name) => fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url)));
  const large = names.map((name) => shared(`golden/${name.replace("-hidden32", "")}`)).filter((path) => path !== undefined);

  test.each([...fixtures, ...large])("%s reads, and is the same after a round trip", (path) => {
    const golden = readSafeTensors(readFileSync(path), path);
    expect(golden.metadata.bce).toBe("on logits (stable)");
    expect(golden.tensors.get("step4/loss")).toMatchObject({ dtype: "F32", shape: [4] });
    const back = readSafeTensors(writeSafeTensors(golden));
    expect([...back.tensors.keys()]).toEqual([...golden.tensors.keys()]);
    for (const [name, { data, shape }] of golden.tensors) {
      const copy = back.tensors.get(name) as Tensor;
      expect(copy.shape).toEqual(shape);
      expect(Buffer.compare(Buffer.from(copy.data.buffer), Buffer.from(data.buffer)), name).toBe(0);
    }
  });
});
