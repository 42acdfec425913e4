import { html, type TemplateResult } from "lit";

/** What a chart shows, for those who cannot see it. */
export interface ChartTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Rows of a table that is read aloud. */
const MOST = 12;

/** At most so many of these, evenly spread, first and last among them. */
export function fewOf<T>(items: readonly T[], most = MOST): readonly T[] {
  if (items.length <= most) return items;
  return Array.from({ length: most }, (_, i) => items[Math.round((i * (items.length - 1)) / (most - 1))] as T);
}

/** Not drawn, but there for screen readers. */
export const chartTable = (caption: string, { columns, rows }: ChartTable): TemplateResult => html`<table class="vh">
  <caption>${caption}</caption>
  <thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
  <tbody>${rows.map((row) => html`<tr>${row.map((value) => html`<td>${value}</td>`)}</tr>`)}</tbody>
</table>`;
