import { InputError } from "../errors.ts";

/**
 * The safetensors file format, as PyTorch's ecosystem reads and writes it: 8 bytes little-endian length of the header, the
 * header in JSON (name -> dtype, shape, begin and end within the data), the data, row-major and little-endian. The data
 * must be covered by the tensors without gap or overlap. Reading checks all of this before it hands out anything.
 */

/** Typed array in which each dtype is held. F16 keeps its bit patterns; `toFloat32` turns any of them into numbers. */
export interface ArrayOf {
  F64: Float64Array;
  F32: Float32Array;
  F16: Uint16Array;
  I64: BigInt64Array;
  I32: Int32Array;
  U32: Uint32Array;
  U8: Uint8Array;
}

export type Dtype = keyof ArrayOf;

export type Tensor = { [D in Dtype]: { readonly dtype: D; readonly shape: readonly number[]; readonly data: ArrayOf[D] } }[Dtype];

export interface SafeTensors {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

const ITEM_BYTES: Readonly<Record<Dtype, number>> = { F64: 8, I64: 8, F32: 4, I32: 4, U32: 4, F16: 2, U8: 1 };
const METADATA = "__metadata__";
const PREFIX = 8;
/** The format's own limit, so that a foreign file does not make us read nonsense as a length. */
const MAX_HEADER = 100_000_000;

/**
 * @param source name of the file, for messages
 * @throws InputError with one sentence on the first thing wrong: no such file, cut short, unknown dtype, offsets that do not fit
 */
export function readSafeTensors(bytes: Uint8Array, source = "the file"): SafeTensors {
  const fail = (sentence: string): never => {
    throw new InputError(`Cannot read ${source}: ${sentence}`);
  };
  const { header, start } = readHeader(bytes, fail);
  const dataBytes = bytes.byteLength - start;
  const metadata: Record<string, string> = {};
  const entries: (Entry & { name: string })[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name === METADATA) {
      if (!isRecord(value)) fail(`the metadata must be an object of texts, found ${describe(value)}.`);
      for (const [key, text] of Object.entries(value as object)) {
        if (typeof text !== "string") fail(`the metadata entry "${key}" must be a text, found ${describe(text)}.`);
        metadata[key] = text as string;
      }
    } else entries.push({ name, ...checkEntry(name, value, dataBytes, fail) });
  }
  checkCoverage(entries, dataBytes, fail);
  const tensors = new Map<string, Tensor>();
  for (const { name, dtype, shape, begin, end } of entries) {
    // A copy, for alignment. Not slice(): on a Node Buffer that is a view of the whole file.
    const copy = new Uint8Array(bytes.subarray(start + begin, start + end));
    tensors.set(name, tensor(dtype, shape, copy.buffer));
  }
  return { metadata, tensors };
}

type Fail = (sentence: string) => never;

interface Entry {
  dtype: Dtype;
  shape: number[];
  begin: number;
  end: number;
}

function readHeader(bytes: Uint8Array, fail: Fail): { header: Record<string, unknown>; start: number } {
  if (bytes.byteLength < PREFIX) fail(`a safetensors file has at least ${PREFIX} bytes, found ${bytes.byteLength}.`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length < 2 || length > MAX_HEADER || (bytes.byteLength > PREFIX && bytes[PREFIX] !== 0x7b)) {
    fail("it is no safetensors file: a header length and an opening brace are expected at its start.");
  }
  const start = PREFIX + length;
  if (start > bytes.byteLength)
    fail(`it is cut short within its header: ${start} bytes are expected, found ${bytes.byteLength}.`);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(PREFIX, start)));
  } catch {
    fail("its header is not valid JSON.");
  }
  if (!isRecord(header)) fail(`its header must be a JSON object, found ${describe(header)}.`);
  return { header: header as Record<string, unknown>, start };
}

function checkEntry(name: string, value: unknown, dataBytes: number, fail: Fail): Entry {
  const { dtype, shape, data_offsets: offsets } = (isRecord(value) ? value : {}) as Record<string, unknown>;
  if (typeof dtype !== "string" || !Object.hasOwn(ITEM_BYTES, dtype)) {
    fail(`the tensor "${name}" has the type ${describe(dtype)}, known are ${Object.keys(ITEM_BYTES).join(", ")}.`);
  }
  if (!isSizes(shape)) fail(`the shape of the tensor "${name}" must be a list of whole numbers, found ${describe(shape)}.`);
  if (!isSizes(offsets) || offsets.length !== 2)
    fail(`the tensor "${name}" must have two data offsets, found ${describe(offsets)}.`);
  const [begin, end] = offsets as [number, number];
  if (begin > end) fail(`the data of the tensor "${name}" ends (${end}) before it begins (${begin}).`);
  if (end > dataBytes) {
    fail(
      `it is cut short or its offsets are wrong: the tensor "${name}" ends at byte ${end} of the data, which has ${dataBytes}.`,
    );
  }
  const bytes = elements(shape as number[]) * ITEM_BYTES[dtype as Dtype];
  if (end - begin !== bytes) {
    fail(`the tensor "${name}" (${dtype}, shape [${shape}]) takes ${bytes} bytes, its offsets span ${end - begin}.`);
  }
  return { dtype: dtype as Dtype, shape: shape as number[], begin, end };
}

function checkCoverage(entries: readonly (Entry & { name: string })[], dataBytes: number, fail: Fail): void {
  const sorted = [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  let before = "";
  for (const { name, begin, end } of sorted) {
    if (begin < covered) fail(`the tensors "${before}" and "${name}" overlap at byte ${begin} of the data.`);
    if (begin > covered) fail(`bytes ${covered} to ${begin} of the data, before the tensor "${name}", belong to no tensor.`);
    covered = end;
    before = name;
  }
  if (covered < dataBytes) fail(`${dataBytes - covered} bytes after the last tensor belong to no tensor.`);
}

/**
 * The same tensors and metadata in the same order always give the same bytes. The header keeps the order of the keys; the
 * data stands by falling item size, so that every tensor is aligned to its items, as readers that map the file expect.
 * Throws RangeError when a tensor's data does not have its shape.
 */
export function writeSafeTensors({ metadata, tensors }: SafeTensors): Uint8Array<ArrayBuffer> {
  const placed = [...tensors].sort(([, a], [, b]) => ITEM_BYTES[b.dtype] - ITEM_BYTES[a.dtype]);
  const offsets = new Map<string, [number, number]>();
  let size = 0;
  for (const [name, { data, shape }] of placed) {
    if (name === METADATA) throw new RangeError(`A tensor cannot have the name ${METADATA}.`);
    if (data.length !== elements(shape)) throw new RangeError(`"${name}": ${data.length} values for the shape [${shape}].`);
    offsets.set(name, [size, size + data.byteLength]);
    size += data.byteLength;
  }
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { [METADATA]: metadata } : {};
  for (const [name, { dtype, shape }] of tensors) header[name] = { dtype, shape, data_offsets: offsets.get(name) };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(text.byteLength / PREFIX) * PREFIX;
  const bytes = new Uint8Array(PREFIX + length + size);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(text, PREFIX);
  bytes.fill(0x20, PREFIX + text.byteLength, PREFIX + length);
  for (const [name, { data }] of placed) {
    const [begin] = offsets.get(name) as [number, number];
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), PREFIX + length + begin);
  }
  return bytes;
}

/** The values of a tensor as float32, whatever its dtype; an F32 tensor's own array, not a copy. */
export function toFloat32(tensor: Tensor): Float32Array {
  switch (tensor.dtype) {
    case "F32":
      return tensor.data;
    case "F16":
      return Float32Array.from(tensor.data, halfToNumber);
    case "I64":
      return Float32Array.from(tensor.data, Number);
    default:
      return Float32Array.from(tensor.data);
  }
}

/** Value of an IEEE 754 half-precision bit pattern. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

function tensor(dtype: Dtype, shape: readonly number[], buffer: ArrayBuffer): Tensor {
  switch (dtype) {
    case "F64":
      return { dtype, shape, data: new Float64Array(buffer) };
    case "F32":
      return { dtype, shape, data: new Float32Array(buffer) };
    case "F16":
      return { dtype, shape, data: new Uint16Array(buffer) };
    case "I64":
      return { dtype, shape, data: new BigInt64Array(buffer) };
    case "I32":
      return { dtype, shape, data: new Int32Array(buffer) };
    case "U32":
      return { dtype, shape, data: new Uint32Array(buffer) };
    case "U8":
      return { dtype, shape, data: new Uint8Array(buffer) };
  }
}

function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function describe(value: unknown): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
