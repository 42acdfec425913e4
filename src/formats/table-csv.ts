import Papa from "papaparse";
import { InputError } from "../errors.ts";
import type { SearchSpace } from "../spaces/space.ts";
import { byNotation, byNumber, type Named } from "./table-architecture.ts";
import { INDEX_COLUMNS, isDescribing, notationColumn } from "./table-columns.ts";
import type { TableRow, TableRows } from "./table-rows.ts";

/**
 * Rows of a comma-, semicolon- or tab-separated table with a header: `arch` (official notation; for NAS-Bench-101 also `hash`) or
 * `idx`, or both, and any number of metric columns. Blank rows are passed over; row numbers count them, and the header as row 1.
 * @throws InputError where there is no such header
 */
export function readCsvRows(space: SearchSpace, text: string, source: string): TableRows {
  const { data, errors } = Papa.parse<string[]>(text, { delimiter: delimiterOf(text) });
  const broken = errors.find(({ type }) => type === "Quotes");
  if (broken)
    throw new InputError(`Cannot read ${source}: a quoted cell in row ${(broken.row ?? 0) + 1} is not closed properly.`);

  const headerRow = data.findIndex((cells) => !isBlank(cells));
  const header = (data[headerRow] ?? []).map((cell) => cell.trim());
  const notation = notationColumn(space.name, header);
  const number = header.findIndex((name) => INDEX_COLUMNS.includes(name.toLowerCase()));
  if (notation < 0 && number < 0) {
    const found = header.length > 0 ? header.slice(0, 8).join(", ") : "nothing";
    throw new InputError(`Cannot read ${source}: its header must have a column "arch" or "idx", found ${found}.`);
  }
  const others = header.flatMap((_, column) => (column === notation || column === number ? [] : [column]));
  const unnamed = others.filter((column) => header[column] === "").length;
  const describing = others.filter((column) => isDescribing(space.name, header[column] as string));
  const named = others.filter((column) => header[column] !== "" && !describing.includes(column));

  const rows: TableRow[] = [];
  for (const [i, cells] of data.entries()) {
    if (i <= headerRow || isBlank(cells)) continue;
    const place = String(i + 1);
    if (cells.length !== header.length) {
      const reason = `${cells.length} cells where the header has ${header.length}`;
      rows.push({ place, architecture: { kind: "shape", reason }, cells: [] });
      continue;
    }
    rows.push({
      place,
      architecture: identify(space, cells[notation], cells[number]),
      cells: named.map((column) => cells[column]),
    });
  }
  return {
    noun: "row",
    columns: named.map((column) => header[column] as string),
    rows,
    warnings: [
      ...(unnamed > 0 ? [`${unnamed === 1 ? "A column" : `${unnamed} columns`} without a name was left out.`] : []),
      ...(describing.length > 0
        ? [`Left out, because they are no metrics: ${describing.map((i) => header[i]).join(", ")}.`]
        : []),
    ],
  };
}

function identify(space: SearchSpace, notation: string | undefined, number: string | undefined): Named {
  const digits = number?.trim() ?? "";
  const given = digits === "" ? undefined : /^\d+$/.test(digits) ? Number(digits) : Number.NaN;
  if (notation === undefined) return byNumber(space, given, number ?? "");
  const found = byNotation(space, notation);
  if (!("index" in found) || given === undefined || given === found.index) return found;
  return { kind: "contradiction", reason: `the index is ${digits}, the architecture is number ${found.index}` };
}

/** The separator that the header uses most. Left to guess, the parser may take the bars of architecture strings for one. */
function delimiterOf(text: string): string {
  const header = /\S.*/.exec(text)?.[0] ?? "";
  const uses = (separator: string) => header.split(separator).length;
  return [",", "\t", ";"].reduce((best, candidate) => (uses(candidate) > uses(best) ? candidate : best));
}

function isBlank(cells: readonly string[]): boolean {
  return cells.every((cell) => cell.trim() === "");
}
