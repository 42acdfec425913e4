import type { Gpu } from "../../gpu/device.ts";
import type { ModelShape } from "../config.ts";

/** Lanes of a subgroup that the kernels count on; 0: they use none. */
export type Subgroup = 0 | 8;

/**
 * The kernels that suit an adapter. On one that computes on the CPU with subgroups of eight (Mesa's lavapipe), where a read costs more
 * than ten multiplications, the lanes of a subgroup read for each other and a workgroup owns as many features as there are lanes
 * (measured: docs/development.md); a GPU has caches for that, and wants many workgroups.
 */
export function subgroupFor(gpu: Gpu, { hidden, latent }: ModelShape): Subgroup {
  const fits = hidden % 32 === 0 && (2 * latent) % 8 === 0;
  return gpu.status === "software-adapter" && gpu.subgroupSize === 8 && fits ? 8 : 0;
}

/** Name of the kernel variant: part of a run's identity, for another one gives other bits. */
export function variantName(subgroup: Subgroup): string {
  return subgroup === 0 ? "f32, 4 columns" : `f32, ${subgroup} columns, subgroups`;
}
