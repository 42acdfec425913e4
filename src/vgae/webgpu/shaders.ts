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
import exchange from "../../../shaders/exchange.wgsl?raw";
import exchangeStorage from "../../../shaders/exchange-storage.wgsl?raw";
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

const backwardTexts = [
  stage,
  sharedLoads,
  sharedGradients,
  reduce,
  normalize,
  neighbours,
  exchange,
  aggregate,
  normalizeBackward,
  backward,
] as const;

/** Each kernel's text with the texts it builds on; `constants` (buffers.ts) and shape.wgsl go before all of them. */
const KERNELS = {
  prepare: [random, graph, batch, prepare],
  encodeInput: [stage, reduce, normalize, neighbours, exchange, aggregate, encodeTail, encodeInput],
  encode: [stage, sharedLoads, reduce, normalize, neighbours, exchange, aggregate, encodeTail, encode],
  head: [random, stage, sharedLoads, head],
  backward: ["const FIRST = false;", ...backwardTexts],
  backwardFirst: ["const FIRST = true;", ...backwardTexts],
  adam: [random, graph, batch, reduce, adam],
  embed: [stage, embed],
  decode: [decode],
} as const;

export type KernelName = keyof typeof KERNELS;
export const KERNEL_NAMES = Object.keys(KERNELS) as readonly KernelName[];

const LOOP = /for \(var (\w+) = 0u; \1 < (\w+); \1(?:\+\+| \+= (\w+))\) \{/;

/**
 * Writes out the loops over a thread's own columns and tiles: some compilers keep an array in memory that is indexed by a variable.
 */
export function unrolled(text: string, counts: Readonly<Record<string, number>>): string {
  let done = "";
  let rest = text;
  for (;;) {
    const found = LOOP.exec(rest);
    if (!found) return done + rest;
    const [head, name, bound, stride = "1u"] = found as unknown as [string, string, string, string?];
    const size = (word: string): number | undefined =>
      counts[word] ?? (/^\d+u$/.test(word) ? Number.parseInt(word, 10) : undefined);
    const [count, step] = [size(bound), size(stride)];
    const start = found.index + head.length;
    done += rest.slice(0, found.index);
    if (count === undefined || step === undefined) {
      done += head;
      rest = rest.slice(start);
      continue;
    }
    let end = start;
    for (let depth = 1; depth > 0; end++) depth += rest[end] === "{" ? 1 : rest[end] === "}" ? -1 : 0;
    const body = rest.slice(start, end - 1);
    let copies = "";
    for (let i = 0; i < count; i += step) copies += `{${body.replace(new RegExp(`\\b${name}\\b`, "g"), `${i}u`)}}`;
    rest = copies + rest.slice(end);
  }
}

/** The lanes' exchange of what products hold, from the text of that of floats. */
const ofHeld = (broadcast: string): string =>
  broadcast.replaceAll("vec4f", "vec4<Held>").replace("fn broadcast(", "fn broadcastHeld(");

/** Complete WGSL of a kernel for the given constants. */
export function shaderText(name: KernelName, constants: string, { columns, subgroup, held }: Variant): string {
  const counts = { TILES: columns / 4, COLUMNS: columns, SUBGROUP: subgroup };
  const broadcast = subgroup === 4 ? broadcast4 : broadcast8;
  const texts = KERNELS[name].flatMap((text) => {
    if (subgroup === 0) return text;
    if (text === reduce) return reduceSubgroup;
    if (text === exchange && subgroup === 4) return exchangeStorage;
    if (text === sharedGradients) return [broadcast, sharedGradientsSubgroup];
    return text === sharedLoads ? [ofHeld(broadcast), sharedLoadsSubgroup] : text;
  });
  const enabled = [...(subgroup === 0 ? [] : ["enable subgroups;"]), ...(held === "f16" ? ["enable f16;"] : [])];
  return unrolled([...enabled, `alias Held = ${held};`, constants, shape, ...texts].join("\n"), counts);
}
