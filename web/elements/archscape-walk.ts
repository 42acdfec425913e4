import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { count, inUnit, plural } from "../format.ts";
import { type Quantity, quantityOf } from "../map/quantity.ts";
import type { Lab } from "../state/context.ts";
import { PATHS } from "../state/settings.ts";
import { shippedModels } from "../state/shipped.ts";
import { Watch } from "../state/store.ts";
import type { Path, Stop, Walk } from "../state/walking.ts";
import { shared } from "../styles/shared.ts";
import { drawn } from "./drawings.ts";
import { cellGlyph, glyphStyles } from "./glyph.ts";
import { linkCells, pointedStyles } from "./pointing.ts";

const PATH_HINTS: Readonly<Record<Path, string>> = {
  line: "Even steps through the 16 dimensions, each decoded to a cell, or shown as the nearest one",
  neighbours: "From cell to cell, each time to a near one that is closer to the end",
};
const PATH_WORDS: Readonly<Record<Path, string>> = { line: "Straight line", neighbours: "Nearest neighbours" };

/** The film strip of a walk: its cells in a row, what changes from one to the next, and what each is worth. */
export class ArchscapeWalk extends LitElement {
  static override properties = { lab: { attribute: false } };
  static override styles = [
    shared,
    glyphStyles,
    pointedStyles,
    css`
      :host {
        display: grid;
        gap: 4px;
        grid-template-columns: minmax(0, 1fr);
        --height: 72px;
      }
      .choice button[aria-pressed="false"] {
        text-decoration-color: transparent;
        color: var(--quiet);
      }
      .choice button[aria-pressed="true"] {
        font-weight: 600;
        text-decoration-color: var(--accent);
        text-decoration-thickness: 2px;
      }
      ol {
        display: flex;
        gap: 4px;
        overflow-x: auto;
        padding: 4px;
        margin: 0 -4px;
        scrollbar-width: thin;
      }
      li {
        flex: none;
        display: grid;
      }
      li > * {
        display: grid;
        grid-template-rows: 16px var(--height) auto auto;
        gap: 4px;
        justify-items: center;
        align-content: start;
        min-width: 116px;
        padding: 4px 6px;
        border: 1px solid var(--rule);
        border-radius: 6px;
        text-align: center;
        font-weight: 400;
      }
      .none {
        max-width: 164px;
        border-style: dashed;
        border-color: var(--rule-strong);
      }
      [aria-current="true"] {
        border-color: var(--accent);
        box-shadow: inset 0 0 0 1px var(--accent);
      }
      .head {
        display: flex;
        gap: 8px;
        justify-content: space-between;
        width: 100%;
      }
      .head strong {
        font-weight: 600;
      }
      .cell {
        display: block;
        height: var(--height);
        width: auto;
        max-width: 156px;
      }
      .cell text {
        display: none;
      }
      .reason {
        grid-row: 2 / -1;
        align-self: center;
        overflow: auto;
        max-height: 116px;
      }
      @container (max-width: 800px) {
        :host {
          --height: 48px;
        }
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
      this.lab.training.store,
      this.lab.instruments.walking.store,
    ]);
  }

  protected override render(): TemplateResult | typeof nothing {
    const { lab } = this;
    const { walk, isLooking } = lab.instruments.walking.store.value;
    if (!walk) return isLooking ? html`<p class="small quiet" role="status">The walk is being looked for …</p>` : nothing;
    const { path } = lab.settings.value;
    const choose = (next: Path) => () => lab.instruments.walking.start(walk.from, walk.to, next);
    return html`
      <div class="row">
        <div class="choice" role="group" aria-label="Kind of walk">
          ${PATHS.map((name) => html`<button type="button" class="plain" title=${PATH_HINTS[name]} aria-pressed=${name === path} @click=${choose(name)}>${PATH_WORDS[name]}</button>`)}
        </div>
        <p class="small quiet" aria-live="polite">${isLooking ? "Looking for the walk …" : walkWords(walk)}</p>
        ${walk.how === "nearest" ? this.offer() : nothing}
      </div>
      <ol aria-label=${`Walk from cell ${walk.from} to cell ${walk.to}`}>
        ${framesOf(walk).map((frame, i, all) => html`<li>${this.frame(frame, all[i - 1])}</li>`)}
      </ol>
    `;
  }

  /** Where weights come with the page, the line can be decoded. */
  private offer(): TemplateResult | typeof nothing {
    const { lab } = this;
    const { busy } = lab.training.store.value;
    const { atlas } = lab.atlas.store.value;
    if (atlas.status !== "ready" || atlas.source.kind !== "shipped" || !shippedModels(lab.space.name)[atlas.source.protocol]) {
      return nothing;
    }
    return html`<button type="button" class="plain small" data-decode title="Loads the model behind the map, which makes cells of the points between" ?disabled=${busy !== undefined} @click=${() => void lab.openShippedWeights()}>
      ${busy === "loading" ? "Loading the weights …" : "Decode it with the shipped weights"}
    </button>`;
  }

  private frame({ stop: { cell, reason }, first, last, edits }: Frame, before: Frame | undefined): TemplateResult {
    const { lab } = this;
    const numbers = first === last ? String(first) : `${first}–${last}`;
    if (cell === undefined) {
      return html`<div class="none small">
        <span class="head"><strong>${numbers}</strong><span>no cell</span></span>
        <span class="reason">${reason}</span>
      </div>`;
    }
    const step = edits === undefined ? "" : plural(edits, "edit");
    const quantity = this.quantity();
    const value = quantity.values[cell] as number;
    const worth = Number.isFinite(value) ? quantity.show(value) : "–";
    const drawing = drawn(this, lab.space, cell);
    return html`<button
      type="button"
      class="small"
      data-cell=${cell}
      aria-current=${lab.settings.value.cell === cell}
      title=${`Cell ${count(cell)}`}
      @click=${() => lab.select(cell)}
    >
      <span class="head"><strong><span class="vh">Stop </span>${numbers}<span class="vh">, cell ${count(cell)}</span></strong><span class="quiet" title="Edges and operations to change, from the cell before">${step}</span></span>
      ${
        drawing
          ? html`<svg class="cell" viewBox="0 0 ${drawing.width} ${drawing.height}" aria-hidden="true">${drawing.content}</svg>`
          : html`<span></span>`
      }
      ${cellGlyph(lab.space, cell, before?.stop.cell)}
      <span title=${quantity.label}><span class="vh">${quantity.label} </span>${worth}</span>
    </button>`;
  }

  /** The searched metric of the table, where one is loaded; else what colours the map. */
  private quantity(): Pick<Quantity, "label" | "values" | "show"> {
    const { lab } = this;
    const { colour, metric: name } = lab.settings.value;
    const metric = lab.labels.value.table?.metrics.find((candidate) => candidate.name === name);
    if (!metric || colour.startsWith("label:")) return quantityOf(colour, lab.known());
    return { label: metric.name, values: metric.values, show: (value) => inUnit(value, metric) };
  }
}

/** Stops in a row that are the same cell, or none for the same reason. */
interface Frame {
  readonly stop: Stop;
  /** Numbers of the stops, from 1. */
  readonly first: number;
  readonly last: number;
  /** From the last cell before. */
  readonly edits: number | undefined;
}

function framesOf({ stops }: Walk): Frame[] {
  const frames: Frame[] = [];
  for (const [i, stop] of stops.entries()) {
    const open = frames.at(-1);
    if (open && open.stop.cell === stop.cell && open.stop.reason === stop.reason) frames.splice(-1, 1, { ...open, last: i + 1 });
    else frames.push({ stop, first: i + 1, last: i + 1, edits: stop.edits });
  }
  return frames;
}

function walkWords({ from, to, how, stops, reach }: Walk): string {
  const ends = `from cell ${count(from)} to cell ${count(to)}`;
  if (how === "stepped") {
    return `${plural(stops.length - 1, "step")} ${ends}: each goes to the one of the ${reach} nearest cells that lies closest to the end.`;
  }
  const points = `${stops.length} even points of the line ${ends}`;
  if (how === "nearest")
    return `${points}. No model is loaded to decode them, so each shows the cell of the space that is nearest.`;
  const invalid = stops.filter(({ cell }) => cell === undefined).length;
  return `${points}, decoded entry by entry: ${invalid === 0 ? "all are cells of the space" : `${invalid} of them no cell of the space`}.`;
}
