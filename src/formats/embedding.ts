import Papa from "papaparse";
import { InputError } from "../errors.ts";
import { checkSampleMetadata, sampleMetadata } from "../spaces/sample-metadata.ts";
import type { SearchSpace } from "../spaces/space.ts";
import { readNpy, writeNpy } from "./npy.ts";
import { readSafeTensors, toFloat32, writeSafeTensors } from "./safetensors.ts";

/** The embedding of a whole search space as a file, one row of latent values an architecture, in the order of the space. */

export const EMBEDDING_FORMATS = ["safetensors", "npy", "csv"] as const;
export type EmbeddingFormat = (typeof EMBEDDING_FORMATS)[number];

export interface EmbeddingValues {
  /** count x dimensions, row-major. */
  readonly data: Float32Array;
  readonly count: number;
  readonly dimensions: number;
}

/** The format that the ending of a file name asks for. Throws InputError for any other ending. */
export function embeddingFormat(path: string): EmbeddingFormat {
  const ending = /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase();
  const format = EMBEDDING_FORMATS.find((known) => known === ending);
  if (format) return format;
  throw new InputError(`Expected a file name that ends in .${EMBEDDING_FORMATS.join(", .")}, found ${path}.`);
}

/**
 * - `safetensors`: a tensor `embedding` of shape [count, dimensions], F32, and what is known about its making as metadata
 * - `npy`: the same array for NumPy, without metadata
 * - `csv`: a table index, architecture, z0, z1, ...
 */
export function writeEmbedding(
  format: EmbeddingFormat,
  space: SearchSpace,
  { data, count, dimensions }: EmbeddingValues,
  provenance: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const shape = [count, dimensions];
  switch (format) {
    case "safetensors": {
      const metadata = { archscape: "embedding 1", space: space.name, ...sampleMetadata(space), ...provenance };
      return writeSafeTensors({ metadata, tensors: new Map([["embedding", { dtype: "F32", shape, data }]]) });
    }
    case "npy":
      return writeNpy({ shape, data });
    case "csv": {
      const header = ["index", "architecture", ...Array.from({ length: dimensions }, (_, i) => `z${i}`)];
      const rows = Array.from({ length: count }, (_, index) => [
        index,
        space.format(index),
        ...data.subarray(index * dimensions, (index + 1) * dimensions),
      ]);
      return new TextEncoder().encode(`${Papa.unparse([header, ...rows], { newline: "\n" })}\n`);
    }
  }
}

/**
 * Reads what `writeEmbedding` wrote as safetensors or npy, or such an array from elsewhere.
 * @throws InputError with one sentence: an unreadable file, another space or sample of it, another number of architectures
 */
export function readEmbedding(space: SearchSpace, bytes: Uint8Array, source: string): EmbeddingValues {
  const format = embeddingFormat(source);
  if (format === "csv")
    throw new InputError(`Cannot read ${source}: expected an embedding as .safetensors or .npy, found a .csv.`);
  const { shape, data } = format === "npy" ? readNpy(bytes, source) : fromSafeTensors(space, bytes, source);
  const [count = 0, dimensions = 0] = shape;
  if (shape.length !== 2 || count !== space.size || dimensions === 0) {
    throw new InputError(
      `Cannot read ${source}: expected one row for each of the ${space.size} architectures of ${space.title}, found the shape [${shape.join(", ")}].`,
    );
  }
  return { data, count, dimensions };
}

function fromSafeTensors(space: SearchSpace, bytes: Uint8Array, source: string) {
  const { metadata, tensors } = readSafeTensors(bytes, source);
  const named = metadata["space"];
  if (named !== undefined && named !== space.name) {
    throw new InputError(`Cannot read ${source}: expected an embedding of ${space.name}, found one of ${named}.`);
  }
  checkSampleMetadata(space, metadata, source, "an embedding");
  const tensor = tensors.get("embedding");
  if (!tensor) {
    const hint = tensors.has("fc1.weight") ? " (this is a model: give it as a model, or embed it first)" : "";
    throw new InputError(`Cannot read ${source}: expected a tensor "embedding", found none${hint}.`);
  }
  return { shape: tensor.shape, data: toFloat32(tensor) };
}
