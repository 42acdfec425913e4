/** Figures as one HTML file without scripts: drawn for wide screens and for phones, in light and dark colours. */
import type { Scheme } from "../drawing/colour-maps.ts";
import type { SearchSpace } from "../spaces/space.ts";
import { type Column, page, pairs, table } from "../study/report/page.ts";
import { escaped, svgDocument } from "../study/report/svg-document.ts";
import type { Figure } from "./compute.ts";
import { LEVELS, levelsOf, type Palette } from "./drawing/canvas.ts";
import { drawFigure } from "./drawing/draw.ts";
import { FIGURE_WORDS, type FigureName } from "./figure.ts";
import { markup } from "./files.ts";
import { type Finding, findings } from "./findings.ts";
import { PAPER } from "./published.ts";

export interface FiguresPage {
  readonly space: SearchSpace;
  readonly figures: readonly Figure[];
  /** Those that could not be had, and why. */
  readonly missing: readonly { readonly name: FigureName; readonly why: string }[];
  /** In words: what it was made of. */
  readonly source: string;
  /** Names and values, for the end of the page. */
  readonly facts: readonly (readonly [string, string])[];
  readonly scheme: Scheme;
  readonly version: string;
}

const WIDE = 720;
const NARROW = 340;

const PALETTE: Palette = {
  accent: "var(--accent)",
  quiet: "var(--soft)",
  rule: "var(--line)",
  paper: "var(--page)",
  levels: Array.from({ length: LEVELS }, (_, i) => `var(--l${i})`),
};

const variables = (accent: string, levels: readonly string[]): string =>
  `:root { --accent: ${accent}; ${levels.map((colour, i) => `--l${i}: ${colour};`).join(" ")} }`;

const style = (scheme: Scheme): string => {
  const light = variables("#b5135b", levelsOf(scheme, false));
  return `\n${light}\n@media (prefers-color-scheme: dark) { ${variables("#ff7fae", levelsOf(scheme, true))} }\n@media print { ${light} }`;
};

export function figuresPage({ space, figures, missing, source, facts, scheme, version }: FiguresPage): string {
  const title = `Figures of ${space.title}`;
  const sections = figures.map((figure) => section(figure, space));
  const absent = missing.map(({ name, why }) => `${heading(name)}\n<p class="soft">Not here: ${escaped(why)}</p>`);
  const body = [
    `<h1>${escaped(title)}</h1>`,
    `<p class="soft">${escaped(source)} Beside it what the paper (<a href="${PAPER.link}">${escaped(PAPER.short)}</a>) has.</p>`,
    ...sections,
    ...absent,
    `<h2>Settings</h2>\n${pairs("What the figures were made of", [...facts, ["made with", `archscape ${version}`]])}`,
  ];
  return page(title, version, body.join("\n"), style(scheme));
}

const heading = (name: FigureName): string =>
  `<h2>${escaped(FIGURE_WORDS[name].title)} <span class="soft">(figure ${FIGURE_WORDS[name].number})</span></h2>`;

function section(figure: Figure, space: SearchSpace): string {
  const { about, unlike } = FIGURE_WORDS[figure.name];
  const draw = (width: number): string =>
    markup(drawFigure(figure, space, { document: svgDocument() as unknown as Document, width, palette: PALETTE }));
  return `${heading(figure.name)}
<p>${escaped(about)}</p>
<figure><div class="wide">${draw(WIDE)}</div><div class="narrow">${draw(NARROW)}</div><figcaption>${escaped(unlike)}</figcaption></figure>
${numbers(findings(figure))}`;
}

/** Published values have columns where there are any. */
function numbers(rows: readonly Finding[]): string {
  const columns: Column<Finding>[] = [
    { head: "", cell: ({ what }) => what, kind: "text" },
    { head: "here", cell: ({ here }) => here },
  ];
  if (rows.some(({ published }) => published)) columns.push({ head: "published", cell: ({ published }) => published ?? "–" });
  if (rows.some(({ supervised }) => supervised)) {
    columns.push({ head: "published, supervised", cell: ({ supervised }) => supervised ?? "–" });
  }
  return table("", columns, rows);
}
