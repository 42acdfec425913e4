import adam from "../../../shaders/adam.wgsl?raw";
import aggregate from "../../../shaders/aggregate.wgsl?raw";
import backward from "../../../shaders/backward.wgsl?raw";
import batch from "../../../shaders/batch.wgsl?raw";
import broadcast4 from "../../../shaders/broadcast-4.wgsl?raw";
import broadcast8 from "../../../shaders/broadcast-8.wgsl?raw";
import decode from "../../../shaders/decode.wgsl?raw";
import embed from "../../../shaders/embed.wgsl?raw";
import encode from "../../../shaders/encode.wgsl?raw";
import encodeInput from "../../../shaders/encode-input.wgsl?raw";
import encodeTail from "../../../shaders/encode-tail.wgsl?raw";
import graph from "../../../shaders/graph.wgsl?raw";
import head from "../../../shaders/head.wgsl?raw";
import neighbours from "../../../shaders/neighbours.wgsl?raw";
import normalize from "../../../shaders/normalize.wgsl?raw";
import normalizeBackward from "../../../shaders/normalize-backward.wgsl?raw";
import prepare from "../../../shaders/prepare.wgsl?raw";
import random from "../../../shaders/random.wgsl?raw";
import reduce from "../../../shaders/reduce.wgsl?raw";
import reduceSubgroup from "../../../shaders/reduce-subgroup.wgsl?raw";
import shape from "../../../shaders/shape.wgsl?raw";
import sharedGradients from "../../../shaders/shared-gradients.wgsl?raw";
import sharedGradientsSubgroup from "../../../shaders/shared-gradients-subgroup.wgsl?raw";
import sharedLoads from "../../../shaders/shared-loads.wgsl?raw";
import sharedLoadsSubgroup from "../../../shaders/shared-loads-subgroup.wgsl?raw";
import stage from "../../../shaders/stage.wgsl?raw";
import type { Variant } from "./variant.ts";

/** Each kernel's text with the texts it builds on; `constants` (buffers.ts) and shape.wgsl go before all of them. */
const KERNELS = {
  prepare: [random, graph, batch, prepare],
  encodeInput: [stage, reduce, normalize, neighbours, aggregate, encodeTail, encodeInput],
  encode: [stage, sharedLoads, reduce, normalize, neighbours, aggregate, encodeTail, encode],
  head: [random, stage, sharedLoads, head],
  backward: [stage, sharedLoads, sharedGradients, reduce, normalize, neighbours, aggregate, normalizeBackward, backward],
  adam: [random, graph, batch, reduce, adam],
  embed: [stage, embed],
  decode: [decode],
} as const;

export type KernelName = keyof typeof KERNELS;
export const KERNEL_NAMES = Object.keys(KERNELS) as readonly KernelName[];

/** Complete WGSL of a kernel for the given constants. */
export function shaderText(name: KernelName, constants: string, { subgroup }: Variant): string {
  if (subgroup === 0) return [constants, shape, ...KERNELS[name]].join("\n");
  const texts = KERNELS[name].map((text) => {
    if (text === reduce) return reduceSubgroup;
    if (text === sharedGradients) return sharedGradientsSubgroup;
    return text === sharedLoads ? sharedLoadsSubgroup : text;
  });
  return ["enable subgroups;", constants, shape, subgroup === 4 ? broadcast4 : broadcast8, ...texts].join("\n");
}
