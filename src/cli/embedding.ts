/** The learnt embedding that a command searches: read from a file, or made with a model. */
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError } from "../errors.ts";
import { type EmbeddingValues, readEmbedding } from "../formats/embedding.ts";
import { PRETRAINED, type Pretrained } from "../pretrained.ts";
import type { SearchSpace } from "../spaces/space.ts";
import type { Protocol } from "../vgae/config.ts";
import { readInput } from "./files.ts";
import { type CommandBackend, embedSpace, modelProvenance, openModel, readModel } from "./model.ts";
import type { Output } from "./output.ts";

export interface EmbeddingOptions {
  /** Path of a checkpoint. */
  readonly model?: string | undefined;
  /** Path of an embedding. */
  readonly embedding?: string | undefined;
  /** Where the model runs. */
  readonly backend?: CommandBackend | undefined;
}

/** The files of a model that comes with archscape. @throws InputError where there is none */
export function shippedModel(space: SearchSpace, protocol: Protocol): EmbeddingOptions {
  const shipped: Readonly<Partial<Record<Protocol, Pretrained>>> = PRETRAINED[space.name];
  const files = shipped[protocol];
  if (!files) {
    throw new InputError(`No ${protocol} model of ${space.title} comes with archscape: train one, and name it as model.`);
  }
  return files.embedding ? { embedding: fileURLToPath(files.embedding) } : { model: fileURLToPath(files.weights) };
}

export interface OpenedEmbedding {
  /** Undefined where neither file is named. */
  readonly embedding: EmbeddingValues | undefined;
  /** What results say about where it is from. */
  readonly provenance: Record<string, string>;
}

/** @throws InputError where a file is missing or of another space */
export async function openEmbedding(
  space: SearchSpace,
  { model: path, embedding: made, backend: chosen }: EmbeddingOptions,
  to: Output,
): Promise<OpenedEmbedding> {
  if (path === undefined) {
    if (made === undefined) return { embedding: undefined, provenance: {} };
    return { embedding: readEmbedding(space, await readInput(made), made), provenance: { embedding: basename(made) } };
  }
  const model = await readModel(space, path);
  const opened = await openModel(chosen, to, space, model);
  const embedding = await embedSpace(opened, space).finally(opened.close);
  const { backend } = opened;
  return { embedding, provenance: { ...modelProvenance(model), adapter: backend.adapter, backend: backend.name } };
}
