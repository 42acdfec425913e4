import { readSafeTensors, type Tensor, writeSafeTensors } from "../../src/formats/safetensors.ts";
import { keyOf } from "../../src/spaces/kept-tables.ts";
import { requestOf, type SpaceChoice, searchSpace } from "../../src/spaces/registry.ts";
import { indexedDbCache } from "../../workers/indexed-db.ts";
import type { Later } from "./cartographer.ts";
import { choicesOf, type Facts } from "./facts.ts";

/** Goes up when facts are counted otherwise. */
const FORMAT = "facts 1";

/** The facts of a space as an earlier visit kept them, or else as `make` makes them, which are kept then. A cache that fails is none. */
export async function keptFacts(choice: SpaceChoice, make: () => Later<Facts>): Promise<Facts> {
  const cache = indexedDbCache();
  const space = searchSpace(choice);
  const key = `facts-${keyOf(requestOf(space))}`;
  try {
    const bytes = await cache?.read(key);
    const found = bytes && readFacts(bytes, space.size, choicesOf(space));
    if (found) return found;
  } catch {
    // What cannot be read is made again.
  }
  const facts = await make();
  try {
    await cache?.write(key, writeFacts(facts));
  } catch {
    // No room, or not allowed: the next visit makes them again.
  }
  return facts;
}

function writeFacts({ params, macs, vertices, edges, occurrences }: Facts): Uint8Array<ArrayBuffer> {
  const tensors = new Map<string, Tensor>([
    ["params", { dtype: "F64", shape: [params.length], data: params }],
    ["macs", { dtype: "F64", shape: [macs.length], data: macs }],
    ["occurrences", { dtype: "U8", shape: [occurrences.length], data: occurrences }],
  ]);
  if (vertices) tensors.set("vertices", { dtype: "U8", shape: [vertices.length], data: vertices });
  if (edges) tensors.set("edges", { dtype: "U8", shape: [edges.length], data: edges });
  return writeSafeTensors({ metadata: { archscape: FORMAT }, tensors });
}

function readFacts(bytes: Uint8Array, size: number, choices: readonly string[]): Facts | undefined {
  const { metadata, tensors } = readSafeTensors(bytes, "the kept facts");
  const [params, macs, occurrences, vertices, edges] = ["params", "macs", "occurrences", "vertices", "edges"].map(
    (name) => tensors.get(name)?.data,
  );
  const isCount = (data: unknown, length: number): data is Uint8Array => data instanceof Uint8Array && data.length === length;
  const isCost = (data: unknown): data is Float64Array => data instanceof Float64Array && data.length === size;
  if (metadata["archscape"] !== FORMAT || !isCost(params) || !isCost(macs)) return undefined;
  if (!isCount(occurrences, choices.length * size)) return undefined;
  return {
    params,
    macs,
    choices,
    occurrences,
    vertices: isCount(vertices, size) ? vertices : undefined,
    edges: isCount(edges, size) ? edges : undefined,
  };
}
