import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { chartTable } from "../charts/chart-table.ts";
import type { ChartStyle } from "../charts/plots.ts";
import { saveFile } from "../files.ts";
import type { Lab } from "../state/context.ts";
import { Watch } from "../state/store.ts";
import { plotStyles } from "../styles/plot.ts";
import { shared } from "../styles/shared.ts";
import { darkQuery, isDark } from "../theme.ts";
import { type Figure, type Plots, searchFigures, trainingFigures } from "./chart-figures.ts";
import { markPointed } from "./pointing.ts";

/** While data streams in, charts are drawn at most this often. */
const REDRAW_MILLISECONDS = 250;

/** Live charts of pre-training and of the search; which of the two follows the step that is open. */
export class ArchscapeCharts extends LitElement {
  static override properties = {
    lab: { attribute: false },
    plots: { state: true },
    width: { state: true },
    topic: { state: true },
  };
  static override styles = [
    shared,
    plotStyles,
    css`
      :host {
        display: block;
        padding: 8px 16px 4px;
        background: var(--paper);
        overflow: auto;
      }
      .bar {
        display: flex;
        gap: 16px;
        align-items: center;
        min-height: 24px;
      }
      .bar button[aria-pressed="true"] {
        font-weight: 600;
        text-decoration-color: var(--accent);
        text-decoration-thickness: 2px;
      }
      .bar button[aria-pressed="false"] {
        text-decoration-color: transparent;
        color: var(--quiet);
      }
      .figures {
        display: grid;
        grid-auto-flow: column;
        grid-auto-columns: minmax(0, 1fr);
        gap: 24px;
      }
      figure {
        min-width: 0;
        color: var(--ink);
      }
      figcaption {
        display: flex;
        justify-content: space-between;
        align-items: center;
        gap: 8px;
        min-height: 24px;
      }
      .title {
        min-width: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      figcaption {
        position: relative;
      }
      figcaption button {
        position: absolute;
        right: 0;
        background: var(--paper);
        opacity: 0;
      }
      figure:hover figcaption button,
      figcaption button:focus-visible {
        opacity: 1;
      }
      @container (max-width: 800px) {
        .figures {
          grid-auto-flow: row;
        }
      }
    `,
  ];

  declare lab: Lab;
  declare plots: Plots | undefined;
  declare width: number;
  declare topic: "training" | "search" | undefined;

  private resizing: ResizeObserver | undefined;
  private drawn = 0;
  /** What the charts were drawn for. */
  private drawnFor: readonly unknown[] = [];
  private waiting: ReturnType<typeof setTimeout> | undefined;
  private listening = new AbortController();

  constructor() {
    super();
    this.width = 0;
    new Watch(this, () => {
      const { settings, training, searching, instruments } = this.lab;
      return [settings, training.store, searching.store, instruments.selecting.store];
    });
    new Watch(this, () => [this.lab.instruments.pointing], this.markPointed);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.listening = new AbortController();
    darkQuery().addEventListener("change", () => this.requestUpdate(), { signal: this.listening.signal });
    this.resizing = new ResizeObserver(() => {
      this.width = this.clientWidth;
    });
    this.resizing.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.listening.abort();
    this.resizing?.disconnect();
    clearTimeout(this.waiting);
  }

  protected override willUpdate(): void {
    if (this.plots || this.figures().length === 0) return;
    void import("../charts/plots.ts").then((plots) => {
      this.plots = plots;
    });
  }

  protected override updated(): void {
    const rest = this.drawn + REDRAW_MILLISECONDS - performance.now();
    if (rest <= 0) this.draw();
    else this.waiting ??= setTimeout(() => this.draw(), rest);
  }

  private draw(): void {
    clearTimeout(this.waiting);
    this.waiting = undefined;
    const { plots } = this;
    if (!plots || !this.isConnected || this.width === 0) return;
    const { training, searching } = this.lab;
    const recipe = [this.current(), training.store.value, searching.store.value, plots, this.width, isDark(this)];
    // Selections are marked in what stands there.
    if (recipe.every((part, i) => part === this.drawnFor[i])) {
      this.mark();
      return;
    }
    this.drawnFor = recipe;
    this.drawn = performance.now();
    const styles = getComputedStyle(this);
    const token = (name: string): string => styles.getPropertyValue(name).trim();
    for (const figure of this.figures()) {
      const place = this.renderRoot.querySelector<HTMLElement>(`[data-chart="${figure.id}"] .plot`);
      if (!place || place.clientWidth === 0) continue;
      const style: ChartStyle = {
        width: place.clientWidth,
        height: 172,
        accent: token("--accent"),
        quiet: token("--quiet"),
        rule: token("--rule"),
        ground: token("--paper"),
      };
      const drawn = figure.draw(plots, style) as Element & { readonly value?: { readonly cell?: number } | null };
      // Plot tells which point is nearest to the pointer.
      const cellThere = (): number => drawn.value?.cell ?? -1;
      const { pointing } = this.lab.instruments;
      drawn.addEventListener("input", () => pointing.set({ cell: cellThere() }));
      drawn.addEventListener("pointerleave", () => pointing.set({ cell: -1 }));
      drawn.addEventListener("click", () => cellThere() >= 0 && this.lab.select(cellThere()));
      place.replaceChildren(drawn);
    }
    this.mark();
  }

  /** Dots of cells say whether they are selected or pointed at on the map. */
  private mark = (): void => {
    const { settings, instruments } = this.lab;
    const { cell } = settings.value;
    const { cells } = instruments.selecting.store.value;
    const selected = new Set(cells);
    for (const dot of this.renderRoot.querySelectorAll("circle[data-cell]")) {
      const its = Number(dot.getAttribute("data-cell"));
      dot.toggleAttribute("data-chosen", its === cell);
      dot.toggleAttribute("data-inside", selected.has(its));
      dot.toggleAttribute("data-outside", cells.length > 0 && !selected.has(its));
    }
    this.markPointed();
  };

  private markPointed = (): void => markPointed(this.renderRoot, this.lab.instruments.pointing.value.cell);

  private topics(): readonly ("training" | "search")[] {
    const { metricsCount, epochs } = this.lab.training.store.value;
    const { runs } = this.lab.searching.store.value;
    return [
      ...(metricsCount > 0 || epochs.length > 0 ? (["training"] as const) : []),
      ...(runs.length > 0 ? (["search"] as const) : []),
    ];
  }

  /** The topic in view: the pressed one, else that of the open step, else whatever has data. */
  private current(): "training" | "search" | undefined {
    const topics = this.topics();
    const { panel } = this.lab.settings.value;
    const wanted = panel === "search" ? "search" : panel === "pretrain" ? "training" : this.topic;
    return topics.find((topic) => topic === wanted) ?? topics.find((topic) => topic === this.topic) ?? topics.at(-1);
  }

  private figures(): readonly Figure[] {
    const topic = this.current();
    if (topic === "training") return trainingFigures(this.lab);
    return topic === "search" ? searchFigures(this.lab) : [];
  }

  private save(id: string): void {
    const drawn = this.renderRoot.querySelector(`[data-chart="${id}"] svg`);
    if (!drawn) return;
    const copy = drawn.cloneNode(true) as SVGElement;
    copy.setAttribute("color", "#17181a");
    copy.setAttribute("font-family", "system-ui, sans-serif");
    copy.setAttribute("font-size", "12");
    saveFile(`archscape-${id}.svg`, new XMLSerializer().serializeToString(copy), "image/svg+xml");
  }

  protected override render(): TemplateResult | typeof nothing {
    const topics = this.topics();
    const current = this.current();
    if (!current) return html`<p class="quiet small">Charts appear here when something was pre-trained or searched.</p>`;
    return html`
      ${
        topics.length > 1
          ? html`<div class="bar small" role="group" aria-label="Charts of">
              ${topics.map(
                (
                  topic,
                ) => html`<button type="button" class="plain" title="The charts of this step" aria-pressed=${topic === current} @click=${() => this.choose(topic)}>
                  ${topic === "training" ? "Pre-training" : "Search"}
                </button>`,
              )}
            </div>`
          : nothing
      }
      <div class="figures">
        ${this.figures().map(
          ({ id, title, note, table }) => html`<figure data-chart=${id}>
            <figcaption class="small">
              <span class="title" title=${note ?? nothing}><strong>${title}</strong> <span class="quiet">${note}</span></span>
              <button type="button" class="plain" title="Saves the chart as it is drawn" aria-label=${`Save the chart ${title} as SVG`} @click=${() => this.save(id)}>SVG</button>
            </figcaption>
            <div class="plot"></div>
            ${chartTable(title, table())}
          </figure>`,
        )}
      </div>
    `;
  }

  private choose(topic: "training" | "search"): void {
    this.topic = topic;
    const { panel } = this.lab.settings.value;
    if (panel === "search" || panel === "pretrain") this.lab.settings.set({ panel: topic === "search" ? "search" : "pretrain" });
  }
}
