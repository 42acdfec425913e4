/**
 * The file of the self-test (data/self-test.safetensors): for each model a tensor a step and one for evaluation, a row of `ROW` numbers a tensor
 * of the result (sums.ts), in the order of `results.ts`. Made by scripts/self-test.mjs.
 */
import { InputError } from "../../errors.ts";
import { readSafeTensors, type Tensor, writeSafeTensors } from "../../formats/safetensors.ts";
import { ENCODINGS } from "../../spaces/encodings.ts";
import type { SpaceName } from "../../spaces/space.ts";
import { ENCODERS } from "../config.ts";
import { type KnownModel, keyOf, STEPS } from "./known.ts";
import { ROW, signedSums } from "./sums.ts";

const FORMAT = "archscape self-test 1";

/** Results by name, in a fixed order. */
export type Results = ReadonlyMap<string, ArrayLike<number>>;

export interface ExpectedModel extends KnownModel {
  /** Rows of `ROW` numbers by step, in the order of the step's results. */
  readonly steps: ReadonlyMap<number, Float32Array>;
  readonly evaluation: Float32Array;
}

/** By `keyOf`. */
export type Expected = ReadonlyMap<string, ExpectedModel>;

export const rowsOf = (results: Results): Float32Array =>
  Float32Array.from([...results.values()].flatMap((values) => [...signedSums(values)]));

export function writeExpected(models: readonly ExpectedModel[], madeWith: Readonly<Record<string, string>>): Uint8Array {
  const tensors = new Map<string, Tensor>();
  const add = (name: string, rows: Float32Array): void =>
    void tensors.set(name, { dtype: "F32", shape: [rows.length / ROW, ROW], data: rows });
  const seeds: Record<string, string> = {};
  for (const model of models) {
    const key = keyOf(model);
    seeds[key] = `${model.hidden} ${model.seed}`;
    for (const [step, rows] of model.steps) add(`${key}/step${step}`, rows);
    add(`${key}/evaluation`, model.evaluation);
  }
  return writeSafeTensors({ metadata: { format: FORMAT, ...madeWith, ...seeds }, tensors });
}

/** @throws InputError where it is another kind of file, or not whole */
export function readExpected(bytes: Uint8Array, source = "the self-test's file"): Expected {
  const { metadata, tensors } = readSafeTensors(bytes, source);
  const refuse = (sentence: string): never => {
    throw new InputError(`Cannot use ${source}: ${sentence}`);
  };
  if (metadata["format"] !== FORMAT) refuse(`expected the format "${FORMAT}", found "${metadata["format"] ?? "none"}".`);
  const rows = (name: string): Float32Array => {
    const tensor = tensors.get(name);
    return tensor?.dtype === "F32" && tensor.shape[1] === ROW
      ? tensor.data
      : refuse(`expected a tensor ${name} of ${ROW} columns, found none.`);
  };
  const models = new Map<string, ExpectedModel>();
  for (const space of Object.keys(ENCODINGS) as SpaceName[]) {
    for (const encoder of ENCODERS) {
      const key = keyOf({ space, encoder });
      const text = metadata[key];
      if (text === undefined) continue;
      const [hidden = Number.NaN, seed = Number.NaN] = text.split(" ").map(Number);
      if (!Number.isInteger(hidden) || !Number.isInteger(seed))
        refuse(`expected a width and a seed for ${key}, found "${text}".`);
      const steps = new Map(STEPS.map((step) => [step as number, rows(`${key}/step${step}`)] as const));
      models.set(key, { space, encoder, hidden, seed, steps, evaluation: rows(`${key}/evaluation`) });
    }
  }
  if (models.size === 0) refuse("it holds no model.");
  return models;
}
