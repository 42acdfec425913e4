import { InputError } from "../errors.ts";
import type { SearchSpace } from "../spaces/space.ts";
import { byGraph, byNotation, byNumber, type Named } from "./table-architecture.ts";
import { INDEX_COLUMNS, NOTATION_COLUMNS } from "./table-columns.ts";
import type { TableRow, TableRows } from "./table-rows.ts";

const ADJACENCY = "module_adjacency";
const OPERATIONS = "module_operations";

/**
 * Entries of the JSON that arch2vec's preprocessing writes: an object from the official index to a record with
 * `module_adjacency`, `module_operations` and metrics such as `validation_accuracy`, `test_accuracy`, `training_time`. The
 * graph names the architecture, and the key must agree; a record without a graph is named by `arch`, or else by `idx` or
 * its key. A list of such records is read too. Keys that hold lists or objects in every record are left out.
 * @throws InputError where the file has another shape
 */
export function readJsonRows(space: SearchSpace, text: string, source: string): TableRows {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new InputError(`Cannot read ${source}: it is not valid JSON (${(error as Error).message}).`);
  }
  const isList = Array.isArray(parsed);
  const entries = typeof parsed === "object" && parsed !== null ? Object.entries(parsed) : [];
  const strange = entries.find(([, record]) => !isRecord(record));
  if (entries.length === 0 || strange) {
    const found = strange ? `entry "${strange[0]}" holds something else` : "found none";
    throw new InputError(`Cannot read ${source}: an object of records, one an architecture, is expected; ${found}.`);
  }
  const records = entries as [string, Record<string, unknown>][];
  const { columns, nested } = metricKeys(records);
  const rows = records.map(
    ([key, record]): TableRow => ({
      place: isList ? String(Number(key) + 1) : `"${key}"`,
      architecture: identify(space, record, isList ? undefined : key),
      cells: columns.map((column) => record[column] ?? undefined),
    }),
  );
  const warnings = nested.length > 0 ? [`Left out, because they hold no single values: ${nested.join(", ")}.`] : [];
  return { noun: "entry", columns, rows, warnings };
}

/** Keys of the metrics in order of appearance, and those that never hold a single value. */
function metricKeys(records: readonly (readonly [string, Record<string, unknown>])[]) {
  const single = new Map<string, boolean>();
  for (const [, record] of records) {
    for (const [key, value] of Object.entries(record)) {
      const isSingle = typeof value !== "object" || value === null;
      single.set(key, isSingle || (single.get(key) ?? false));
    }
  }
  const naming = [ADJACENCY, OPERATIONS, ...NOTATION_COLUMNS, ...INDEX_COLUMNS];
  const keys = [...single.keys()].filter((key) => !naming.includes(key.toLowerCase()));
  return { columns: keys.filter((key) => single.get(key)), nested: keys.filter((key) => !single.get(key)) };
}

function identify(space: SearchSpace, record: Record<string, unknown>, key: string | undefined): Named {
  const notation = firstOf(record, NOTATION_COLUMNS);
  const text = String(firstOf(record, INDEX_COLUMNS) ?? key ?? "");
  const number = /^\d+$/.test(text) ? Number(text) : undefined;
  let found: Named;
  if (OPERATIONS in record || ADJACENCY in record) found = byGraph(space, record[ADJACENCY], record[OPERATIONS]);
  else if (notation !== undefined) found = byNotation(space, String(notation));
  else return byNumber(space, number, text);
  if (!("index" in found) || number === undefined || number === found.index) return found;
  return { kind: "contradiction", reason: `the index is ${number}, the architecture is number ${found.index}` };
}

function firstOf(record: Record<string, unknown>, names: readonly string[]): unknown {
  const key = Object.keys(record).find((name) => names.includes(name.toLowerCase()));
  return key === undefined ? undefined : record[key];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
