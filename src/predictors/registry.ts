import { blend } from "./blend.ts";
import { dngo } from "./dngo.ts";
import { forest } from "./forest.ts";
import { gp } from "./gp.ts";
import { mlp } from "./mlp.ts";
import type { Predictor } from "./predictor.ts";
import { ridge } from "./ridge.ts";
import { MODEL_FREE } from "./sources.ts";

/** Predictors that read features; the fine-tuned encoder (`fine-tuning.ts`) needs a model besides and is opened when it is asked for. */
const FEATURE_PREDICTORS: readonly Predictor[] = [blend("blend", [gp, mlp]), gp, mlp, dngo, forest, ridge];

export const ENCODER = "encoder";
export const PREDICTORS: readonly string[] = [...FEATURE_PREDICTORS.map(({ name }) => name), ENCODER];

/** Undefined for the encoder. */
export const featurePredictor = (name: string): Predictor | undefined =>
  FEATURE_PREDICTORS.find((predictor) => predictor.name === name);

/** Models that come with the package, as names of features; with `-mean` each cell stands at the mean of all cells that are the same. */
const MODEL_FEATURES = ["released", "corrected", "released-mean", "corrected-mean"] as const;

/** All names that features can be asked for by. `graph`: nothing beside the graph, for the encoder alone. */
export const FEATURES: readonly string[] = [...MODEL_FREE, ...MODEL_FEATURES, "graph"];

/** Whether a predictor goes with these features: the encoder reads the graph, with or without the features that are best; others need features. */
export const goTogether = (predictor: string, features: string): boolean =>
  predictor === ENCODER ? features === "graph" || features === "combined" : features !== "graph";
