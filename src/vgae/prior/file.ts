import { md5 } from "js-md5";
import { InputError } from "../../errors.ts";
import { readSafeTensors, type Tensor, toFloat32, writeSafeTensors } from "../../formats/safetensors.ts";
import type { ModelShape } from "../config.ts";
import { layoutOf } from "./code-network.ts";
import { type CodesPrior, codesPrior } from "./codes.ts";
import { effectRows } from "./effects.ts";

/**
 * A fitted prior as `.safetensors`. It holds for one set of weights only, whose digest it carries. Same prior, same bytes.
 */

const KIND = "prior 2";

/** Digest of a model's weights, by which a prior knows its model. */
export function weightsDigest(parameters: Float32Array): string {
  return md5(new Uint8Array(parameters.buffer, parameters.byteOffset, parameters.byteLength));
}

export function writePrior(
  { parts }: CodesPrior,
  parameters: Float32Array,
  provenance: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const { nodes, latent, books, codes, effects, noise } = parts;
  const width = nodes * latent;
  const floats = (data: Float32Array, ...shape: number[]): Tensor => ({ dtype: "F32", shape, data });
  const tensors = new Map<string, Tensor>();
  for (const [node, { size, centres }] of books.entries()) tensors.set(`codebook/${node}`, floats(centres, size, latent));
  tensors.set("codes", floats(codes.parameters, codes.parameters.length));
  tensors.set("effects", floats(effects.rows, effects.rows.length / width, width));
  tensors.set("noise/std", floats(noise.std, width));
  tensors.set("noise/axes", floats(noise.axes, width, width));
  const metadata = {
    archscape: KIND,
    ...provenance,
    weights: weightsDigest(parameters),
    hidden: String(codes.hidden),
    tables: codes.paired ? "paired" : "single",
  };
  return writeSafeTensors({ metadata, tensors });
}

/**
 * @param parameters weights of the model that the prior is for
 * @throws InputError with one sentence: no such file, not a prior, of another model, a tensor of another shape, numbers that are not finite
 */
export function readPrior(
  bytes: Uint8Array,
  { nodes, latent }: Pick<ModelShape, "nodes" | "latent">,
  parameters: Float32Array,
  source = "the prior",
): CodesPrior {
  const { metadata, tensors } = readSafeTensors(bytes, source);
  const kind = metadata["archscape"];
  if (kind !== KIND)
    throw new InputError(`${source}: expected a prior ("${KIND}"), found ${kind ? `"${kind}"` : "something else"}.`);
  if (metadata["weights"] !== weightsDigest(parameters)) {
    throw new InputError(`${source}: this prior was fitted to another model; fit one to this model.`);
  }
  const take = (name: string, ...shape: (number | undefined)[]): { data: Float32Array; shape: readonly number[] } => {
    const tensor = tensors.get(name);
    const fits =
      tensor?.shape.length === shape.length && shape.every((size, i) => size === undefined || size === tensor.shape[i]);
    if (!tensor || !fits) {
      const expected = shape.map((size) => size ?? "any").join(", ");
      throw new InputError(
        `${source}: expected a tensor ${name} of shape [${expected}], found ${tensor ? `[${tensor.shape.join(", ")}]` : "none"}.`,
      );
    }
    const data = toFloat32(tensor);
    if (!data.every(Number.isFinite))
      throw new InputError(`${source}: expected finite numbers in ${name}, found NaN or infinity.`);
    return { data, shape: tensor.shape };
  };
  const width = nodes * latent;
  const books = Array.from({ length: nodes }, (_, node) => {
    const { data, shape } = take(`codebook/${node}`, undefined, latent);
    const size = shape[0] as number;
    if (size < 1 || size > 256) throw new InputError(`${source}: expected 1 to 256 codes of node ${node}, found ${size}.`);
    return { size, centres: data };
  });
  const sizes = books.map(({ size }) => size);
  const hidden = Number(metadata["hidden"]);
  if (!Number.isInteger(hidden) || hidden < 1)
    throw new InputError(`${source}: expected a whole number of hidden units, found ${metadata["hidden"]}.`);
  const tables = metadata["tables"];
  if (tables !== "paired" && tables !== "single")
    throw new InputError(`${source}: expected tables "single" or "paired", found "${tables}".`);
  const parts = { sizes, hidden, paired: tables === "paired" };
  return codesPrior({
    nodes,
    latent,
    books,
    codes: { ...parts, parameters: take("codes", layoutOf(parts).length).data },
    effects: { sizes, width, rows: take("effects", effectRows(sizes), width).data },
    noise: { std: take("noise/std", width).data, axes: take("noise/axes", width, width).data },
  });
}
