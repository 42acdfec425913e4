import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { count, inUnit } from "../format.ts";
import type { Lab } from "../state/context.ts";
import { SPEEDS } from "../state/replaying.ts";
import { Watch } from "../state/store.ts";
import { shared } from "../styles/shared.ts";
import { stillQuery } from "../theme.ts";
import { cellGlyph, glyphStyles } from "./glyph.ts";
import { linkCells, pointedStyles } from "./pointing.ts";

/** Plays a search on the map, query by query. */
export class ArchscapeReplay extends LitElement {
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
      }
      .player {
        display: flex;
        flex-wrap: wrap;
        gap: 8px 12px;
        align-items: center;
        padding-right: 64px;
      }
      .keys {
        display: flex;
      }
      .keys button {
        width: 36px;
        padding: 0;
        border-radius: 0;
        margin-left: -1px;
      }
      .keys button:first-child {
        margin: 0;
        border-radius: 6px 0 0 6px;
      }
      .keys button:last-child {
        border-radius: 0 6px 6px 0;
      }
      .keys path {
        fill: currentColor;
      }
      input[type="range"] {
        flex: 1;
        min-width: 120px;
        height: 24px;
        padding: 0;
        border: 0;
        background: transparent;
        accent-color: var(--accent);
      }
      select {
        width: auto;
      }
      .told {
        display: flex;
        flex-wrap: wrap;
        gap: 4px 12px;
        align-items: center;
      }
      .told button {
        gap: 8px;
      }
    `,
  ];

  declare lab: Lab;
  private listening = new AbortController();

  constructor() {
    super();
    linkCells(this);
    new Watch(this, () => [this.lab.searching.store, this.lab.instruments.replaying.store]);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.listening = new AbortController();
    stillQuery().addEventListener("change", this.onMotion, { signal: this.listening.signal });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.listening.abort();
  }

  private onMotion = (): void => {
    this.lab.instruments.replaying.play(false);
    this.requestUpdate();
  };

  protected override render(): TemplateResult | typeof nothing {
    const { replaying } = this.lab.instruments;
    const { shown, isPlaying, speed } = replaying.store.value;
    const run = this.lab.searching.run();
    const { plan } = this.lab.searching.store.value;
    const query = run?.queries[shown - 1];
    if (!run || !plan || !query) return nothing;
    const total = run.queries.length;
    const isStill = stillQuery().matches;
    const key = (label: string, path: string, act: () => void, disabled = false, title = label): TemplateResult =>
      html`<button type="button" aria-label=${label} title=${title} ?disabled=${disabled} @click=${act}>
        <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d=${path} /></svg>
      </button>`;
    const best = run.queries.find(({ index }) => index === query.incumbent);
    return html`
      <div class="player">
        <div class="keys" role="group" aria-label="Player">
          ${key("To the first query", "M3 2h2v12H3zM14 2v12L6 8z", () => replaying.go(1), shown <= 1)}
          ${key("One query back", "M11 2v12L3 8zM11 2h2v12h-2z", () => replaying.go(shown - 1), shown <= 1)}
          ${
            isPlaying
              ? key("Pause", "M3 2h4v12H3zM9 2h4v12H9z", () => replaying.play(false))
              : key(
                  "Play",
                  "M4 2l10 6-10 6z",
                  () => replaying.play(true),
                  isStill,
                  isStill ? "Your system asks for little motion: step through it" : "Play",
                )
          }
          ${key("One query on", "M5 2v12l8-6zM3 2h2v12H3z", () => replaying.go(shown + 1), shown >= total)}
          ${key("To the last query", "M2 2v12l8-6zM11 2h2v12h-2z", () => replaying.go(total), shown >= total)}
        </div>
        <input
          type="range"
          title="Queries shown, from the first"
          min="1"
          max=${total}
          .value=${String(shown)}
          aria-label="Query"
          aria-valuetext=${`query ${shown} of ${total}`}
          @input=${(event: Event) => replaying.go((event.target as HTMLInputElement).valueAsNumber)}
        />
        <select aria-label="Speed" title="Queries a second" ?disabled=${isStill} @change=${(event: Event) => replaying.pace(Number((event.target as HTMLSelectElement).value))}>
          ${SPEEDS.map((pace) => html`<option value=${pace} ?selected=${pace === speed}>${pace} a second</option>`)}
        </select>
      </div>
      <p class="told small">
        <span>Query ${count(shown)} of ${count(total)}, seed ${run.seed}:</span>
        <button type="button" class="plain" data-cell=${query.index} title="Select it" @click=${() => this.lab.select(query.index)}>
          cell ${count(query.index)} ${cellGlyph(this.lab.space, query.index)}
        </button>
        <span>${plan.metric.name} <strong>${inUnit(query.value, plan.metric)}</strong></span>
        ${best ? html`<span class="quiet">best so far ${inUnit(best.value, plan.metric)}, cell ${count(best.index)}</span>` : nothing}
      </p>
    `;
  }
}
