import { md5 } from "js-md5";
import { InputError } from "../errors.ts";
import { readSafeTensors, type Tensor, writeSafeTensors } from "../formats/safetensors.ts";
import { type SpaceRequest, searchSpace } from "./registry.ts";
import type { SpaceTables } from "./tables.ts";

/**
 * Tables of a space as bytes that can be kept: a safetensors file with a checksum. Whatever is kept may have been cut or changed
 * since, and one wrong hash among 423,624 would be found by nobody.
 */

/** Goes up when the tables of a version are not those of the one before. */
const FORMAT = "tables 1";

/** Name under which the tables of a space are kept, fit for a file: "nasbench101", "darts-0-600000". */
export function keyOf(request: SpaceRequest): string {
  const { name, sample } = searchSpace(request);
  return sample ? `${name}-${sample.seed}-${sample.count}` : name;
}

export function writeTables(tables: SpaceTables): Uint8Array<ArrayBuffer> {
  const tensors = tensorsOf(tables);
  const md5 = checksum(tensors);
  return writeSafeTensors({ metadata: { archscape: FORMAT, tables: keyOf(tables), md5 }, tensors });
}

/**
 * @param source name of the file, for messages
 * @throws InputError where the bytes are cut short or changed, or the tables of another space or version
 */
export function readTables(request: SpaceRequest, bytes: Uint8Array, source = "the kept tables"): SpaceTables {
  const { metadata, tensors } = readSafeTensors(bytes, source);
  const refused = (what: string) => new InputError(`Cannot read ${source}: ${what}.`);
  const key = keyOf(request);
  if (metadata["archscape"] !== FORMAT || metadata["tables"] !== key) {
    const found = `${metadata["archscape"] ?? "none"} of ${metadata["tables"] ?? "nothing"}`;
    throw refused(`${FORMAT} of ${key} are expected, found ${found}`);
  }
  if (metadata["md5"] !== checksum(tensors)) throw refused("its checksum does not fit its content");
  const take = <Values>(name: string, type: new (length: number) => Values): Values => {
    const values = tensors.get(name)?.data;
    if (!(values instanceof type)) throw refused(`a tensor ${name} as ${type.name} is expected`);
    return values;
  };
  const { name, sample } = searchSpace(request);
  if (name === "nasbench201") return { name };
  if (name === "nasbench101") {
    const [numbers, hashes] = [take("numbers", Uint32Array), take("hashes", Uint32Array)];
    return {
      name,
      numbers,
      hashes,
      bits: take("bits", Uint32Array),
      starts: take("starts", Uint32Array),
      codes: take("codes", Uint8Array),
    };
  }
  if (!sample) throw new Error("DARTS is a sample.");
  return { name, ...sample, cells: take("cells", Uint32Array), classes: take("classes", Float64Array) };
}

function tensorsOf(tables: SpaceTables): Map<string, Tensor> {
  const u32 = (data: Uint32Array): Tensor => ({ dtype: "U32", shape: [data.length], data });
  switch (tables.name) {
    case "nasbench201":
      return new Map();
    case "nasbench101":
      return new Map<string, Tensor>([
        ["numbers", u32(tables.numbers)],
        ["hashes", u32(tables.hashes)],
        ["bits", u32(tables.bits)],
        ["starts", u32(tables.starts)],
        ["codes", { dtype: "U8", shape: [tables.codes.length], data: tables.codes }],
      ]);
    case "darts":
      return new Map<string, Tensor>([
        ["cells", u32(tables.cells)],
        ["classes", { dtype: "F64", shape: [tables.count], data: tables.classes }],
      ]);
  }
}

function checksum(tensors: ReadonlyMap<string, Tensor>): string {
  const sum = md5.create();
  for (const { data } of tensors.values()) sum.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return sum.hex();
}
