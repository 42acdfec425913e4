import adam from "../../../shaders/adam.wgsl?raw";
import aggregate from "../../../shaders/aggregate.wgsl?raw";
import backward from "../../../shaders/backward.wgsl?raw";
import batch from "../../../shaders/batch.wgsl?raw";
import decode from "../../../shaders/decode.wgsl?raw";
import embed from "../../../shaders/embed.wgsl?raw";
import encode from "../../../shaders/encode.wgsl?raw";
import encodeInput from "../../../shaders/encode-input.wgsl?raw";
import encodeTail from "../../../shaders/encode-tail.wgsl?raw";
import graph from "../../../shaders/graph.wgsl?raw";
import head from "../../../shaders/head.wgsl?raw";
import normalize from "../../../shaders/normalize.wgsl?raw";
import normalizeBackward from "../../../shaders/normalize-backward.wgsl?raw";
import prepare from "../../../shaders/prepare.wgsl?raw";
import random from "../../../shaders/random.wgsl?raw";
import reduce from "../../../shaders/reduce.wgsl?raw";
import shape from "../../../shaders/shape.wgsl?raw";
import stage from "../../../shaders/stage.wgsl?raw";

/** Each kernel's text with the texts it builds on; `constants` (buffers.ts) and shape.wgsl go before all of them. */
const KERNELS = {
  prepare: [random, graph, batch, prepare],
  encodeInput: [stage, reduce, normalize, aggregate, encodeTail, encodeInput],
  encode: [stage, reduce, normalize, aggregate, encodeTail, encode],
  head: [random, stage, head],
  backward: [stage, reduce, normalize, aggregate, normalizeBackward, backward],
  adam: [random, graph, batch, reduce, adam],
  embed: [stage, embed],
  decode: [decode],
} as const;

export type KernelName = keyof typeof KERNELS;
export const KERNEL_NAMES = Object.keys(KERNELS) as readonly KernelName[];

/** Complete WGSL of a kernel for the given constants. */
export function shaderText(name: KernelName, constants: string): string {
  return [constants, shape, ...KERNELS[name]].join("\n");
}
