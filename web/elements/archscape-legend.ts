import { css, html, LitElement, nothing, svg, type TemplateResult } from "lit";
import { colourAt, cssColour } from "../../src/drawing/colour-maps.ts";
import { count, percent } from "../format.ts";
import { type ColourScale, shareOf } from "../map/colouring.ts";
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
  static override properties = { lab: { attribute: false }, quantity: { attribute: false }, scale: { attribute: false } };
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
      @container (max-width: 800px) {
        :host {
          padding: 4px 12px;
        }
        svg {
          height: 32px;
        }
        .source {
          display: none;
        }
      }
      .ends {
        display: flex;
        justify-content: space-between;
        gap: 8px;
        white-space: nowrap;
      }
    `,
  ];

  declare lab: Lab;
  declare quantity: Quantity | undefined;
  declare scale: ColourScale | undefined;

  constructor() {
    super();
    new Watch(this, () => [this.lab.settings, this.lab.labels, this.lab.atlas.store, this.lab.instruments.insights]);
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
      <label>
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
    return html`${this.drawing(quantity, scale)}
      <div class="ends small">
        <span>${scale.clippedLow ? "≤ " : ""}${quantity.brief(scale.low)}</span>
        <span>${scale.clippedHigh ? "≥ " : ""}${quantity.show(scale.high)}</span>
      </div>
      <p class="small quiet source">${quantity.source}${scale.quantiles && quantity.key !== "order" ? ", coloured by rank" : ""}${all ? "" : `, ${count(scale.present)} of ${count(this.lab.space.size)}`}</p>
    `;
  }

  private drawing(quantity: Quantity, scale: ColourScale): TemplateResult {
    const { scheme, cell } = this.lab.settings.value;
    const dark = isDark(this);
    const bins = scale.histogram.length;
    const step = WIDTH / Math.max(1, bins);
    // Every query has a number of its own: their distribution is no news.
    const isOrder = quantity.key === "order";
    const tallest = Math.max(1, ...scale.histogram);
    const middle = (i: number): number =>
      scale.low + (scale.high - scale.low) * (quantity.discrete ? i / Math.max(1, bins - 1) : (i + 0.5) / bins);
    const colour = (value: number): string => cssColour(colourAt(scheme, shareOf(scale, value), dark));
    const value = cell >= 0 ? (quantity.values[cell] as number) : Number.NaN;
    const share = scale.high > scale.low ? Math.min(1, Math.max(0, (value - scale.low) / (scale.high - scale.low))) : 0.5;
    const place = quantity.discrete ? (share * (bins - 1) + 0.5) * step : share * WIDTH;
    return html`<svg viewBox=${`0 0 ${WIDTH} 52`} preserveAspectRatio="none" role="img" aria-label=${`Distribution of ${quantity.label}`}>
      ${scale.histogram.map((number, i) => {
        const height = number === 0 || isOrder ? 0 : Math.max(1, (BARS * number) / tallest);
        return svg`<rect x=${i * step} y=${BARS - height} width=${Math.max(1, step - 1)} height=${height} fill=${colour(middle(i))} />`;
      })}
      ${scale.histogram.map((_, i) => svg`<rect x=${i * step} y=${BARS + 4} width=${step + 0.5} height=${RAMP} fill=${colour(middle(i))} />`)}
      ${Number.isFinite(value) ? svg`<path class="marker" d=${`M${place} ${BARS + 3}l4 8h-8z`} transform=${`translate(0 ${RAMP - 2})`} />` : nothing}
    </svg>`;
  }
}
