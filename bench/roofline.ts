/** How fast a step and its kernels could be: their work at the speeds that the adapter reaches with nothing else to do. */
import type { Ceiling, DispatchProfile } from "./result.ts";

/** What a kernel cannot be faster than, and what sets that. */
export interface Bound {
  readonly ms: number;
  readonly by: "arithmetic" | "memory" | "dispatch";
}

export interface Roof {
  readonly gflops: number;
  /** Between kernels everything stays in the adapter's cache: the copy that stays there, too. */
  readonly gigabytes: number;
  readonly dispatchMicroseconds: number;
}

/** The roof of an adapter; undefined where a ceiling was not measured. */
export function roofOf(ceilings: readonly Ceiling[]): Roof | undefined {
  const value = (name: Ceiling["name"]): number | undefined => ceilings.find((one) => one.name === name)?.value.median;
  const [gflops, gigabytes, dispatchMicroseconds] = [value("product"), value("cached-copy"), value("dispatch")];
  if (gflops === undefined || gigabytes === undefined || dispatchMicroseconds === undefined) return undefined;
  return { gflops, gigabytes, dispatchMicroseconds };
}

/** Of one dispatch: the longest of its arithmetic, its memory and the dispatch itself. */
export function boundOf({ flops, bytes }: { readonly flops: number; readonly bytes: number }, roof: Roof): Bound {
  const bounds: Bound[] = [
    { ms: flops / (roof.gflops * 1e6), by: "arithmetic" },
    { ms: bytes / (roof.gigabytes * 1e6), by: "memory" },
    { ms: roof.dispatchMicroseconds / 1000, by: "dispatch" },
  ];
  return bounds.reduce((longest, bound) => (bound.ms > longest.ms ? bound : longest));
}

/** Dispatches that do the same amount of work, taken together. */
export interface KernelRow {
  readonly title: string;
  /** Dispatches a step. */
  readonly count: number;
  /** Of one dispatch. */
  readonly flops: number;
  readonly bytes: number;
  /** Mean of the dispatches' medians. */
  readonly ms: number;
  readonly bound: Bound;
  /** Bound over time: 1 is the roof. */
  readonly fraction: number;
}

export function kernelRows(dispatches: readonly DispatchProfile[], roof: Roof): KernelRow[] {
  const titles = [...new Set(dispatches.map(({ title }) => title))];
  return titles.map((title) => {
    const same = dispatches.filter((dispatch) => dispatch.title === title);
    const [first] = same as [DispatchProfile];
    const ms = same.reduce((sum, dispatch) => sum + dispatch.ms.median, 0) / same.length;
    const bound = boundOf(first, roof);
    return { title, count: same.length, flops: first.flops, bytes: first.bytes, ms, bound, fraction: bound.ms / ms };
  });
}

export interface StepBound {
  readonly flops: number;
  /** All products of a step at the speed of the ceiling's. */
  readonly arithmeticMs: number;
  /** Bounds of all dispatches, which wait for each other. */
  readonly ms: number;
  /** Both over the step as it was measured. */
  readonly arithmeticFraction: number;
  readonly fraction: number;
}

/** @param stepMs milliseconds that a whole step takes */
export function stepBound(dispatches: readonly DispatchProfile[], stepMs: number, roof: Roof): StepBound {
  const flops = dispatches.reduce((sum, dispatch) => sum + dispatch.flops, 0);
  const arithmeticMs = flops / (roof.gflops * 1e6);
  const ms = dispatches.reduce((sum, dispatch) => sum + boundOf(dispatch, roof).ms, 0);
  return { flops, arithmeticMs, ms, arithmeticFraction: arithmeticMs / stepMs, fraction: ms / stepMs };
}
