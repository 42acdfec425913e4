import { css, html, LitElement, nothing, type SVGTemplateResult, svg, type TemplateResult } from "lit";
import { colourAt, cssColour } from "../../src/drawing/colour-maps.ts";
import { count, percent, plural } from "../format.ts";
import { type ColourScale, histogramOf, shareOf } from "../map/colouring.ts";
import { type Quantity, quantityGroups } from "../map/quantity.ts";
import type { Lab } from "../state/context.ts";
import { Watch } from "../state/store.ts";
import { shared } from "../styles/shared.ts";
import { isDark } from "../theme.ts";

const WIDTH = 240;
const BARS = 32;
const RAMP = 8;

/** What the colours of the map mean: the quantity, how its values are distributed, the ends in their unit, the selected cell's place. */
export class ArchscapeLegend extends LitElement {
  static override properties = {
    lab: { attribute: false },
    quantity: { attribute: false },
    scale: { attribute: false },
    room: { reflect: true },
  };
  static override styles = [
    shared,
    css`
      :host {
        display: block;
        padding: 8px 12px;
        background: color-mix(in srgb, var(--raised) 92%, transparent);
        border: 1px solid var(--rule);
        border-radius: 8px;
      }
      select {
        height: 24px;
        padding: 0;
        border: 0;
        background: transparent;
        font-weight: 600;
        cursor: pointer;
      }
      option,
      optgroup {
        background: var(--raised);
      }
      svg {
        display: block;
        width: 100%;
        height: 52px;
        overflow: visible;
      }
      .marker {
        fill: var(--accent);
      }
      .pointer {
        fill: var(--ink);
      }
      .behind {
        fill: var(--rule-strong);
        fill-opacity: 0.4;
      }
      .ends {
        display: flex;
        justify-content: space-between;
        gap: 8px;
        white-space: nowrap;
      }
      :host(:not([room="full"])) {
        padding: 4px 12px;
      }
      :host([room="little"]) svg {
        height: 32px;
      }
      :host([room="least"]) {
        display: grid;
        grid-template-columns: auto minmax(24px, 1fr) auto;
        gap: 0 8px;
        align-items: center;
      }
      :host([room="least"]) label {
        grid-column: 1 / -1;
      }
      :host([room="least"]) svg {
        grid-area: 2 / 2;
        height: 16px;
        overflow: hidden;
      }
      :host([room="least"]) .ends {
        display: contents;
      }
      :host(:not([room="full"])) .source {
        display: none;
      }
    `,
  ];

  declare lab: Lab;
  declare quantity: Quantity | undefined;
  declare scale: ColourScale | undefined;
  /** How much of it fits on the map: with `little` its source is left out, with `least` also the distribution. */
  declare room: "full" | "little" | "least";
  /** The selected cells' histogram, and of what it is. */
  private chosen: { readonly of: readonly unknown[]; readonly histogram: readonly number[] } | undefined;

  constructor() {
    super();
    this.room = "full";
    new Watch(this, () => {
      const { insights, selecting, pointing } = this.lab.instruments;
      return [this.lab.settings, this.lab.labels, this.lab.atlas.store, insights, selecting.store, pointing];
    });
  }

  /** How the selected cells are distributed; undefined where none are. */
  private ofSelection(quantity: Quantity, scale: ColourScale): readonly number[] | undefined {
    const { cells } = this.lab.instruments.selecting.store.value;
    if (cells.length === 0) return undefined;
    const of = [cells, quantity.values, scale];
    if (!this.chosen || of.some((part, i) => part !== this.chosen?.of[i])) {
      this.chosen = { of, histogram: histogramOf(cells, quantity, scale) };
    }
    return this.chosen.histogram;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { lab, quantity, scale } = this;
    if (!quantity || !scale) return nothing;
    const groups = quantityGroups(lab.known());
    const { facts, counted } = lab.atlas.store.value;
    const counting = `The cells' ${quantity.label} are being counted, ${percent(counted, 0)}.`;
    const absence = quantity.absence ?? (quantity.values.length === 0 && !facts ? counting : undefined);
    const onChange = (event: Event): void => lab.settings.set({ colour: (event.target as HTMLSelectElement).value });
    return html`
      <label title="The number of each cell that colours show">
        <span class="vh">Colour the map by</span>
        <select @change=${onChange}>
          ${groups.map(
            (group) => html`<optgroup label=${group.title}>
              ${group.options.map((option) => html`<option value=${option.key} ?selected=${option.key === quantity.key}>${option.label}</option>`)}
            </optgroup>`,
          )}
        </select>
      </label>
      ${absence === undefined ? this.explanation(quantity, scale) : html`<p class="small quiet" role="status">${absence}</p>`}
    `;
  }

  private explanation(quantity: Quantity, scale: ColourScale): TemplateResult {
    const all = scale.present === this.lab.space.size;
    const selected = this.ofSelection(quantity, scale);
    return html`${this.drawing(quantity, scale, selected)}
      <div class="ends small" title=${`The ends of the colours: ${quantity.label}, ${quantity.source}`}>
        <span>${scale.clippedLow ? "≤ " : ""}${quantity.brief(scale.low)}</span>
        <span>${scale.clippedHigh ? "≥ " : ""}${this.room === "least" ? quantity.brief(scale.high) : quantity.show(scale.high)}</span>
      </div>
      <p class="small quiet source">${quantity.source}${scale.quantiles && quantity.key !== "order" ? ", coloured by rank" : ""}${all ? "" : `, ${count(scale.present)} of ${count(this.lab.space.size)}`}</p>
      ${selected ? html`<p class="small quiet source" data-selected>In colour ${plural(total(selected), "selected cell")}, in grey all, each to a scale of its own</p>` : nothing}
    `;
  }

  private drawing(quantity: Quantity, scale: ColourScale, selected: readonly number[] | undefined): TemplateResult {
    const { scheme, cell } = this.lab.settings.value;
    const dark = isDark(this);
    const bins = scale.histogram.length;
    const step = WIDTH / Math.max(1, bins);
    // Every query has a number of its own: their distribution is no news.
    const isOrder = quantity.key === "order";
    const middle = (i: number): number =>
      scale.low + (scale.high - scale.low) * (quantity.discrete ? i / Math.max(1, bins - 1) : (i + 0.5) / bins);
    const colour = (value: number): string => cssColour(colourAt(scheme, shareOf(scale, value), dark));
    /** Where the value of a cell stands; undefined where it has none. */
    const placeOf = (index: number): number | undefined => {
      const value = index >= 0 ? (quantity.values[index] as number) : Number.NaN;
      if (!Number.isFinite(value)) return undefined;
      const share = scale.high > scale.low ? Math.min(1, Math.max(0, (value - scale.low) / (scale.high - scale.low))) : 0.5;
      return quantity.discrete ? (share * (bins - 1) + 0.5) * step : share * WIDTH;
    };
    const [chosen, pointed] = [placeOf(cell), placeOf(this.lab.instruments.pointing.value.cell)];
    const bars = (histogram: readonly number[], isBehind: boolean): SVGTemplateResult[] => {
      const tallest = Math.max(1, ...histogram);
      return histogram.map((number, i) => {
        const height = number === 0 || isOrder ? 0 : Math.max(1, (BARS * number) / tallest);
        return svg`<rect class=${isBehind ? "behind" : ""} x=${i * step} y=${BARS - height} width=${Math.max(1, step - 1)} height=${height} fill=${colour(middle(i))} />`;
      });
    };
    return html`<svg viewBox=${this.room === "least" ? `0 ${BARS + 2} ${WIDTH} 16` : `0 0 ${WIDTH} ${BARS + 20}`} preserveAspectRatio="none" role="img" aria-label=${`Distribution of ${quantity.label}`}>
      ${bars(scale.histogram, selected !== undefined)} ${selected ? bars(selected, false) : nothing}
      ${scale.histogram.map((_, i) => svg`<rect x=${i * step} y=${BARS + 4} width=${step + 0.5} height=${RAMP} fill=${colour(middle(i))} />`)}
      ${pointed === undefined ? nothing : svg`<rect class="pointer" x=${pointed - 1} y="0" width="2" height=${BARS + 4 + RAMP} />`}
      ${chosen === undefined ? nothing : svg`<path class="marker" d=${`M${chosen} ${BARS + 3}l4 8h-8z`} transform=${`translate(0 ${RAMP - 2})`} />`}
    </svg>`;
  }
}

const total = (histogram: readonly number[]): number => histogram.reduce((sum, number) => sum + number, 0);
