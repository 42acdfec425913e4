import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { count, percent, plural, significant } from "../format.ts";
import { type Quantity, quantityOf } from "../map/quantity.ts";
import type { Lab } from "../state/context.ts";
import { Watch } from "../state/store.ts";
import { shared } from "../styles/shared.ts";
import { cellGlyph, glyphStyles } from "./glyph.ts";
import { linkCells, pointedStyles } from "./pointing.ts";

/** Rows of the table at most: more are not read, and all are in the file. */
const MOST_ROWS = 100;

/** The cells that were selected together: how many, what they are worth, which; and the way to files. */
export class ArchscapeSelection extends LitElement {
  static override properties = { lab: { attribute: false } };
  static override styles = [
    shared,
    glyphStyles,
    pointedStyles,
    css`
      :host {
        display: grid;
        gap: 8px;
        grid-template-columns: minmax(0, 1fr);
      }
      .head {
        padding-right: 64px;
        min-height: 28px;
      }
      .scroll {
        max-height: 184px;
        overflow: auto;
        scrollbar-width: thin;
      }
      @container (max-width: 800px) {
        .scroll {
          max-height: 120px;
        }
      }
      thead th {
        position: sticky;
        top: 0;
        background: var(--paper);
      }
      td {
        vertical-align: middle;
      }
      tbody tr {
        cursor: pointer;
      }
      tbody tr:hover td {
        background: var(--ground);
      }
      tr[aria-current="true"] td {
        background: var(--accent-wash);
      }
    `,
  ];

  declare lab: Lab;

  constructor() {
    super();
    linkCells(this);
    new Watch(this, () => [
      this.lab.settings,
      this.lab.labels,
      this.lab.atlas.store,
      this.lab.instruments.selecting.store,
      this.lab.instruments.insights,
    ]);
  }

  protected override render(): TemplateResult | typeof nothing {
    const { lab } = this;
    const { selecting } = lab.instruments;
    const { cells, how } = selecting.store.value;
    if (cells.length === 0) return nothing;
    const quantities = this.quantities();
    const [first] = quantities;
    const rows = first ? sorted(cells, first).slice(0, MOST_ROWS) : [...cells.subarray(0, MOST_ROWS)];
    return html`
      <div class="row head">
        <strong>${plural(cells.length, "cell")}</strong>
        <span class="small quiet">${how}, ${percent(cells.length / lab.space.size)} of the space</span>
        ${quantities.map((quantity) => mean(cells, quantity))}
      </div>
      <div class="scroll" tabindex="0" role="region" aria-label="Selected cells">
        <table>
          <thead>
            <tr>
              <th scope="col">Cell</th>
              <th scope="col">Operations</th>
              ${quantities.map(({ label, source }) => html`<th scope="col" class="number" title=${source}>${label}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${rows.map((cell) => this.line(cell, quantities))}
          </tbody>
        </table>
      </div>
      <div class="row">
        <button type="button" title="Index, notation, place on the map and all metrics of each cell" @click=${() => void selecting.saveTable()}>Table (CSV)</button>
        <button type="button" title="Their rows of the embedding, 16 numbers each, in the order of the table" @click=${selecting.saveRows}>Embedding (npy)</button>
        ${cells.length > rows.length ? html`<span class="small quiet">The list ends after ${rows.length}; the files have all.</span>` : nothing}
      </div>
    `;
  }

  private line(cell: number, quantities: readonly Quantity[]): TemplateResult {
    const { lab } = this;
    const select = (): void => lab.select(cell);
    return html`<tr data-cell=${cell} aria-current=${lab.settings.value.cell === cell} @click=${select}>
      <td><button type="button" class="plain small" title="Select it" aria-label=${`Select cell ${count(cell)}`}>${count(cell)}</button></td>
      <td>${cellGlyph(lab.space, cell)}</td>
      ${quantities.map(({ values, show }) => {
        const value = values[cell] as number;
        return html`<td class="number">${Number.isFinite(value) ? show(value) : "–"}</td>`;
      })}
    </tr>`;
  }

  /** What colours the map first, then the searched metric of the table. */
  private quantities(): Quantity[] {
    const { lab } = this;
    const { colour, metric } = lab.settings.value;
    const known = lab.known();
    const keys = [colour, ...(known.table?.metrics.some(({ name }) => name === metric) ? [`label:${metric}`] : [])];
    return [...new Set(keys)].map((key) => quantityOf(key, known)).filter(({ values }) => values.length > 0);
  }
}

/** Best first where there is a best, else as they were selected; those without a value last. */
function sorted(cells: Uint32Array, { values, goal }: Quantity): number[] {
  if (goal === "none") return [...cells];
  const sign = goal === "max" ? -1 : 1;
  const place = (cell: number): number => {
    const value = values[cell] as number;
    return Number.isFinite(value) ? sign * value : Number.POSITIVE_INFINITY;
  };
  return [...cells].sort((a, b) => (place(a) === place(b) ? a - b : place(a) - place(b)));
}

function mean(cells: Uint32Array, { values, label, show, discrete }: Quantity): TemplateResult | typeof nothing {
  let [sum, known] = [0, 0];
  for (const cell of cells) {
    const value = values[cell] as number;
    if (!Number.isFinite(value)) continue;
    sum += value;
    known++;
  }
  if (known === 0) return nothing;
  const of = known < cells.length ? ` of ${count(known)}` : "";
  return html`<span class="small">mean ${label}${of} <strong>${discrete ? significant(sum / known, 3) : show(sum / known)}</strong></span>`;
}
