/** What predictors of a command work with: features and models, each opened when it is first asked for. */
import { fileURLToPath } from "node:url";
import { InputError } from "../errors.ts";
import type { FeatureSource } from "../predictors/features.ts";
import type { Predictor } from "../predictors/predictor.ts";
import { featurePredictor } from "../predictors/registry.ts";
import {
  embeddingSource,
  graphOnly,
  MODEL_FREE,
  type ModelFree,
  meanEmbeddingSource,
  modelFreeSource,
} from "../predictors/sources.ts";
import { PRETRAINED, type Pretrained } from "../pretrained.ts";
import type { SearchSpace } from "../spaces/space.ts";
import type { Protocol } from "../vgae/config.ts";
import { openEmbedding, shippedModel } from "./embedding.ts";
import { readModel } from "./model.ts";
import type { Output } from "./output.ts";

export interface OpenFeatures {
  source(name: string): Promise<FeatureSource>;
  predictor(name: string): Promise<Predictor>;
}

/** @param embeddings files by the protocol of the model that made them, instead of the models that come with the package */
export function openFeatures(space: SearchSpace, embeddings: Readonly<Record<string, string>>, to: Output): OpenFeatures {
  const opened = async (protocol: Protocol) => {
    const file = embeddings[protocol];
    const { embedding } = await openEmbedding(
      space,
      file === undefined ? shippedModel(space, protocol) : { embedding: file },
      to,
    );
    if (!embedding) throw new Error(`No embedding was opened for ${protocol}.`);
    return embedding;
  };
  const open = async (name: string): Promise<FeatureSource> => {
    if (name === graphOnly.name) return graphOnly;
    if ((MODEL_FREE as readonly string[]).includes(name)) return modelFreeSource(space, name as ModelFree);
    const protocol = name.startsWith("released") ? "released" : "corrected";
    const points = await opened(protocol);
    return name === protocol ? embeddingSource(name, space, points) : meanEmbeddingSource(name, space, points);
  };
  return {
    source: remembered(open),
    predictor: remembered(async (name) => featurePredictor(name) ?? openEncoder(space)),
  };
}

/** The encoder of the shipped model `released`. TensorFlow.js comes with it. */
async function openEncoder(space: SearchSpace): Promise<Predictor> {
  const models: { readonly released?: Pretrained } = PRETRAINED[space.name];
  if (!models.released) throw new InputError(`No model of ${space.title} comes with archscape: the predictor encoder needs one.`);
  const { fineTunedEncoder } = await import("../predictors/fine-tuning.ts");
  return fineTunedEncoder(space, await readModel(space, fileURLToPath(models.released.weights)));
}

function remembered<T>(open: (name: string) => Promise<T>): (name: string) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (name) => {
    const found = known.get(name) ?? open(name);
    known.set(name, found);
    return found;
  };
}
