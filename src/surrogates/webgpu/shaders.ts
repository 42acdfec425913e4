import shared from "../../../shaders/dngo.wgsl?raw";
import bounds from "../../../shaders/dngo-bounds.wgsl?raw";
import chance from "../../../shaders/dngo-chance.wgsl?raw";
import exact from "../../../shaders/dngo-exact.wgsl?raw";
import features from "../../../shaders/dngo-features.wgsl?raw";
import improvement from "../../../shaders/dngo-improvement.wgsl?raw";
import observe from "../../../shaders/dngo-observe.wgsl?raw";
import regress from "../../../shaders/dngo-regress.wgsl?raw";
import select from "../../../shaders/dngo-select.wgsl?raw";
import shortlist from "../../../shaders/dngo-shortlist.wgsl?raw";
import sweep from "../../../shaders/dngo-sweep.wgsl?raw";
import train from "../../../shaders/dngo-train.wgsl?raw";
import random from "../../../shaders/random.wgsl?raw";

/** Each kernel's text with the texts it builds on, in the order in which a round runs them. */
const KERNELS = {
  observe: [observe],
  train: [random, chance, train],
  features: [features],
  sweep: [sweep],
  regress: [random, chance, regress],
  bounds: [improvement, bounds],
  shortlist: [shortlist],
  exact: [improvement, exact],
  select: [select],
} as const;

export type KernelName = keyof typeof KERNELS;
export const KERNEL_NAMES = Object.keys(KERNELS) as readonly KernelName[];

/** Complete WGSL of a kernel for the given constants. */
export const shaderText = (name: KernelName, constants: string): string => [constants, shared, ...KERNELS[name]].join("\n");
