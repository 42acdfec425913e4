/** The frame of a report: one HTML file without scripts that loads nothing, for screens of any width, light and dark, and paper. */
import { COLOURS } from "./colours.ts";
import { escaped } from "./svg-document.ts";

const STYLE = `
:root { color-scheme: light dark; --page: #fff; --text: #1c1c1c; --soft: #5a5a5a; --line: #d9d9d9; --panel: #f6f6f4; --warn: #a33c00; ${COLOURS.light} }
@media (prefers-color-scheme: dark) {
  :root { --page: #141414; --text: #e8e8e8; --soft: #a5a5a5; --line: #3a3a3a; --panel: #1e1e1e; --warn: #ff9a5c; ${COLOURS.dark} }
}
@media print { :root { color-scheme: light; --page: #fff; --text: #000; --soft: #444; --line: #bbb; --panel: #fff; --warn: #a33c00; ${COLOURS.light} } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 800px; padding: 24px 20px 64px; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; overflow-wrap: break-word }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 4px; text-wrap: balance }
h2 { font-size: 1.15rem; margin: 40px 0 8px; padding-top: 12px; border-top: 1px solid var(--line) }
h3 { font-size: 1rem; margin: 24px 0 6px }
p { margin: 6px 0 }
.soft, figcaption, caption { color: var(--soft); font-size: .87rem }
.warn { color: var(--warn); font-weight: 600 }
.scroll { overflow-x: auto; margin: 12px 0 }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem }
caption { text-align: left; padding: 0 0 4px; caption-side: top }
th, td { padding: 4px 13px 4px 0; text-align: left; vertical-align: baseline; border-bottom: 1px solid var(--line); white-space: nowrap }
th { font-weight: 600 }
thead th { color: var(--soft); font-weight: 500 }
td.number, th.number { text-align: right }
table.pairs th, table.pairs td { white-space: normal } table.pairs { width: 100%; margin: 16px 0 } table.pairs th { width: 11em }
ul.soft { padding-left: 1.2em } ul.soft li { margin: 3px 0 }
figure { margin: 20px 0 }
figcaption { margin-top: 2px }
svg { display: block; width: 100%; height: auto; color: var(--text) }
svg.key { display: inline-block; width: 26px; height: 10px; margin-right: 6px; vertical-align: middle }
.narrow { display: none }
.legend { display: flex; flex-wrap: wrap; gap: 2px 18px; padding: 0; margin: 4px 0; list-style: none; font-size: .9rem }
code { font-size: .85em; overflow-wrap: anywhere }
@media screen and (max-width: 560px) { body { padding: 16px 14px 48px } .wide { display: none } .narrow { display: block } }
@media print { body { max-width: none; padding: 0; font-size: 10pt } figure, table { break-inside: avoid } h2, h3 { break-after: avoid } .scroll { overflow: visible } }
`.trim();

/** @param style rules beside the report's own */
export const page = (title: string, version: string, body: string, style = ""): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="archscape ${escaped(version)}">
<title>${escaped(title)}</title>
<style>
${STYLE}${style}
</style>
</head>
<body>
${body}
</body>
</html>
`;

export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => string;
  /** Right-aligned by default. */
  readonly kind?: "number" | "text";
  /** Markup instead of text. */
  readonly markup?: boolean;
}

export function table<Row>(caption: string, columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const kind = ({ kind = "number" }: Column<Row>): string => (kind === "text" ? "" : ` class="${kind}"`);
  const head = columns.map((column) => `<th scope="col"${kind(column)}>${escaped(column.head)}</th>`).join("");
  const cells = (row: Row): string =>
    columns
      .map((column, i) => {
        const content = column.markup ? column.cell(row) : escaped(column.cell(row));
        return i === 0 ? `<th scope="row">${content}</th>` : `<td${kind(column)}>${content}</td>`;
      })
      .join("");
  const body = rows.map((row) => `<tr>${cells(row)}</tr>`).join("\n");
  const told = caption === "" ? "" : `<caption>${escaped(caption)}</caption>`;
  return `<div class="scroll"><table>${told}<thead><tr>${head}</tr></thead>\n<tbody>${body}</tbody></table></div>`;
}

/** Names and what stands for them, broken into lines. */
export function pairs(caption: string, rows: readonly (readonly [string, string])[]): string {
  const body = rows.map(
    ([name, value]) => `<tr><th scope="row">${escaped(name)}</th><td><code>${escaped(value)}</code></td></tr>`,
  );
  return `<table class="pairs"><caption>${escaped(caption)}</caption><tbody>${body.join("\n")}</tbody></table>`;
}
