/** The learnt embedding that a command searches: read from a file, or made with a model. */
import { basename } from "node:path";
import { type EmbeddingValues, readEmbedding } from "../formats/embedding.ts";
import type { SearchSpace } from "../spaces/space.ts";
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
