import { InputError } from "../errors.ts";
import type { SearchSpace } from "../spaces/space.ts";
import type { LabelTable, Metric } from "./label-table.ts";
import { readHeader, unitOf } from "./metric-units.ts";
import { readCsvRows } from "./table-csv.ts";
import { readJsonRows } from "./table-json.ts";
import { count, LabelTableError, plural, type TableProblem, type TableRows } from "./table-rows.ts";

export interface ReadOptions {
  /** Name of the file or title of the table, for people and messages. */
  readonly source: string;
  /** The table is known to label only a part of the space: no warning about that. */
  readonly partial?: boolean;
}

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * Reads a label table from CSV or from the JSON of arch2vec's preprocessing (text that starts with a brace or bracket).
 * Architectures without a row and empty cells are NaN, and are told as warnings. Anything else that does not fit refuses
 * the whole table: a row twice, an unknown architecture, an index that contradicts it, a cell that is no number, a row of
 * the wrong length.
 * @throws LabelTableError with all problems; InputError where the text is no label table at all
 */
export function readLabelTable(space: SearchSpace, text: string, { source, partial = false }: ReadOptions): LabelTable {
  const isJson = /^[\uFEFF\s]*[{[]/.test(text);
  const table = isJson ? readJsonRows(space, text.replace(/^\uFEFF/, ""), source) : readCsvRows(space, text, source);
  const headers = table.columns.map(readHeader);
  const twice = headers.find(({ name }, i) => headers.findIndex((other) => other.name === name) !== i);
  if (twice) throw new InputError(`Cannot read ${source}: the column "${twice.name}" occurs twice.`);
  if (headers.length === 0)
    throw new InputError(`Cannot read ${source}: it names architectures but has no metric column beside them.`);
  if (table.rows.length === 0) throw new InputError(`Cannot read ${source}: it has a header but no rows.`);

  const { columns, problems } = fill(space, table);
  if (problems.length > 0) throw new LabelTableError(source, table.noun, problems);

  const warnings = [...table.warnings];
  if (!partial && table.rows.length < space.size) {
    warnings.push(`The table labels ${count(table.rows.length)} of the ${count(space.size)} architectures of ${space.title}.`);
  }
  const metrics: Metric[] = [];
  for (const [i, header] of headers.entries()) {
    const { values, present, low, high, empty } = columns[i] as Column;
    if (present === 0) {
      warnings.push(`The column "${header.name}" is empty and was left out.`);
      continue;
    }
    if (empty.length > 0) warnings.push(`The column "${header.name}" is empty in ${placesOf(table.noun, empty)}.`);
    const { warning, ...unit } = unitOf(header, low, high);
    if (warning !== undefined) warnings.push(warning);
    if (unit.scale !== 1) for (let a = 0; a < values.length; a++) values[a] = (values[a] as number) / unit.scale;
    metrics.push({ name: header.name, ...unit, values, present });
  }
  if (metrics.length === 0) throw new InputError(`Cannot read ${source}: all its metric columns are empty.`);
  return { space: space.name, source, rows: table.rows.length, metrics, warnings };
}

/** A metric column as the file gives it: values by architecture, their range, and the places of empty cells. */
interface Column {
  readonly values: Float64Array;
  present: number;
  low: number;
  high: number;
  readonly empty: string[];
}

function fill(space: SearchSpace, { columns: names, rows, noun }: TableRows): { columns: Column[]; problems: TableProblem[] } {
  const columns = names.map((): Column => {
    return { values: new Float64Array(space.size).fill(Number.NaN), present: 0, low: Infinity, high: -Infinity, empty: [] };
  });
  const problems: TableProblem[] = [];
  const firstPlace = new Map<number, string>();
  for (const { place, architecture, cells } of rows) {
    if ("kind" in architecture) problems.push({ place, ...architecture });
    else {
      const earlier = firstPlace.get(architecture.index);
      if (earlier === undefined) firstPlace.set(architecture.index, place);
      else problems.push({ place, kind: "duplicate", reason: `the same architecture stands in ${noun} ${earlier}` });
    }
    for (let i = 0; i < cells.length; i++) {
      const column = columns[i] as Column;
      const value = numberIn(cells[i]);
      if (value === undefined) column.empty.push(place);
      else if (Number.isNaN(value)) {
        problems.push({ place, kind: "number", reason: `"${cells[i]}" in the column "${names[i]}"` });
      } else if ("index" in architecture) {
        column.values[architecture.index] = value;
        column.present++;
        column.low = Math.min(column.low, value);
        column.high = Math.max(column.high, value);
      }
    }
  }
  return { columns, problems };
}

/** The number a cell holds, undefined for an empty cell, NaN for anything else (infinities, too). */
function numberIn(cell: unknown): number | undefined {
  if (cell === undefined) return undefined;
  if (typeof cell === "string") {
    const text = cell.trim();
    if (text === "") return undefined;
    cell = DECIMAL.test(text) ? Number(text) : Number.NaN;
  }
  return typeof cell === "number" && Number.isFinite(cell) ? cell : Number.NaN;
}

/** E.g. `3 rows (4, 9, 12)`. */
function placesOf(noun: string, places: readonly string[]): string {
  const told = places.slice(0, 5).join(", ");
  return `${count(places.length)} ${places.length === 1 ? noun : plural(noun)} (${told}${places.length > 5 ? ", ..." : ""})`;
}
