import type { SpaceName } from "../spaces/space.ts";

/** Which columns of a table name an architecture and which only describe it: header names, in lower case. */

/** Its official notation. */
export const NOTATION_COLUMNS: readonly string[] = ["arch", "architecture", "arch_str"];
/** Its official index. */
export const INDEX_COLUMNS: readonly string[] = ["idx", "index"];

/** NAS-Bench-101 names its cells by their module hashes. */
const HASH_COLUMNS: Partial<Record<SpaceName, readonly string[]>> = { nasbench101: ["hash", "module_hash"] };
/** What a name implies anyway: no metric, though it may look like a number. */
const DESCRIBING_COLUMNS: Partial<Record<SpaceName, readonly string[]>> = {
  nasbench101: ["n_vertices", "adj_bits", "ops", "hash", "module_hash"],
};

/** Position of the column that holds the official notation; -1 where there is none. */
export function notationColumn(space: SpaceName, header: readonly string[]): number {
  const lower = header.map((name) => name.toLowerCase());
  const known = [...NOTATION_COLUMNS, ...(HASH_COLUMNS[space] ?? [])].map((name) => lower.indexOf(name));
  return known.find((column) => column >= 0) ?? -1;
}

export function isDescribing(space: SpaceName, name: string): boolean {
  return DESCRIBING_COLUMNS[space]?.includes(name.toLowerCase()) ?? false;
}
