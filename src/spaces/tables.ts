import { type DartsSample, dartsSample, hasSample, makeSample, useSample } from "./darts/index.ts";
import { hasOrder, makeOrderTables, type OrderTables, orderTables, useOrderTables } from "./nasbench101/index.ts";
import { type SpaceRequest, searchSpace } from "./registry.ts";
import type { SearchSpace } from "./space.ts";
import type { Watch } from "./steps.ts";

/**
 * What a space needs before it answers: plain data, so that one thread makes it and others take it over. One thread holds 9 MB for
 * NAS-Bench-101 (11 MB once cells are looked up) and 10 MB for DARTS (18 MB); NAS-Bench-201 needs nothing.
 */
export type SpaceTables =
  | { readonly name: "nasbench201" }
  | ({ readonly name: "nasbench101" } & OrderTables)
  | ({ readonly name: "darts" } & DartsSample);

/** Whether a space answers at once in this thread. */
export function isPrepared({ name, ...sample }: SpaceRequest): boolean {
  switch (name) {
    case "nasbench101":
      return hasOrder();
    case "nasbench201":
      return true;
    case "darts":
      return hasSample(sample);
  }
}

/**
 * Makes the tables of a space in slices of some 40 ms: 11 s of CPU for NAS-Bench-101, 1 s for DARTS. Nothing else in this thread
 * holds them. Rejects with the signal's reason when aborted.
 */
export async function makeTables({ name, ...sample }: SpaceRequest, watch?: Watch): Promise<SpaceTables> {
  switch (name) {
    case "nasbench101":
      return { name, ...(await makeOrderTables(watch)) };
    case "nasbench201":
      return { name };
    case "darts":
      return { name, ...(await makeSample(sample, watch)) };
  }
}

/** The tables of this thread, to be copied to another; made here, which blocks, where `isPrepared` says no. */
export function tablesOf({ name, ...sample }: SpaceRequest): SpaceTables {
  switch (name) {
    case "nasbench101":
      return { name, ...orderTables() };
    case "nasbench201":
      return { name };
    case "darts":
      return { name, ...dartsSample(sample) };
  }
}

/** Takes over tables (some 20 ms) and returns their space. Throws InputError where they are not those of their space. */
export function useTables(tables: SpaceTables): SearchSpace {
  switch (tables.name) {
    case "nasbench101":
      useOrderTables(tables);
      return searchSpace(tables.name);
    case "nasbench201":
      return searchSpace(tables.name);
    case "darts": {
      const { name, seed, count } = tables;
      useSample(tables);
      return searchSpace({ name, seed, count });
    }
  }
}

/** The memory of tables, for the transfer list of a message: the sender loses them. */
export function memoryOf(tables: SpaceTables): ArrayBuffer[] {
  return Object.values(tables).flatMap((value: unknown) => (ArrayBuffer.isView(value) ? [value.buffer as ArrayBuffer] : []));
}
