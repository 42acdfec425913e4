import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import type { MetricInfo } from "../../src/objectives/objective.ts";
import { averageCurve, bestSoFar, type Measure } from "../../src/search/summary.ts";
import { type ChartTable, chartTable, fewOf } from "../charts/chart-table.ts";
import type { ChartStyle, NamedPoint, Reference } from "../charts/plots.ts";
import { thinned } from "../charts/series.ts";
import { saveFile } from "../files.ts";
import { count, inUnit, percent, significant } from "../format.ts";
import { PAPER, PUBLISHED_QUALITY, publishedSearch } from "../published.ts";
import type { Lab } from "../state/context.ts";
import { Watch } from "../state/store.ts";
import { plotStyles } from "../styles/plot.ts";
import { shared } from "../styles/shared.ts";
import { darkQuery } from "../theme.ts";

type Plots = typeof import("../charts/plots.ts");

interface Figure {
  readonly id: string;
  readonly title: string;
  /** Behind the title: source of dashed lines, meaning of bands. */
  readonly note?: string;
  draw(plots: Plots, style: ChartStyle): Element;
  /** The same in words. */
  table(): ChartTable;
}

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
  private waiting: ReturnType<typeof setTimeout> | undefined;
  private listening = new AbortController();

  constructor() {
    super();
    this.width = 0;
    new Watch(this, () => [this.lab.settings, this.lab.training.store, this.lab.searching.store]);
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
      place.replaceChildren(figure.draw(plots, style));
    }
  }

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
    if (topic === "training") return this.trainingFigures();
    return topic === "search" ? this.searchFigures() : [];
  }

  private trainingFigures(): readonly Figure[] {
    const { metrics, metricsCount, epochs, totalSteps, options } = this.lab.training.store.value;
    const figures: Figure[] = [];
    if (metricsCount > 0) {
      const each = options && totalSteps > 0 ? totalSteps / options.epochs : 0;
      const reached = (metrics[metricsCount - 1]?.step ?? 0) + 1;
      const edges = each > 0 ? Array.from({ length: Math.floor(reached / each) }, (_, i) => (i + 1) * each) : [];
      figures.push({
        id: "loss",
        title: "Loss",
        note: "logarithmic",
        draw: (plots, style) => plots.lossChart(thinned(metrics), edges, style),
        table: () => ({
          columns: ["Steps", "Loss", "Operations", "Edges", "KL"],
          rows: thinned(metrics, 12).map(({ step, total, operations, adjacency, kl }) => [
            count(step),
            ...[total, operations, adjacency, kl].map((value) => significant(value, 3)),
          ]),
        }),
      });
    }
    const last = epochs.at(-1);
    if (!last) return figures;
    const shares = (name: string, pick: (epoch: (typeof epochs)[number]) => number): NamedPoint[] =>
      epochs.map((epoch) => ({ x: epoch.epoch, y: pick(epoch), name }));
    const rebuilt = [
      ...shares("cells", ({ reconstruction }) => reconstruction.exact),
      ...shares("edges", ({ reconstruction }) => reconstruction.adjacency),
      ...shares("ops", ({ reconstruction }) => reconstruction.ops),
    ];
    const sampled = [
      ...shares("valid", ({ validity }) => validity),
      ...shares("in space", ({ inSpaceValidity }) => inSpaceValidity),
      ...shares("unique", ({ uniqueness }) => uniqueness),
    ];
    const published = PUBLISHED_QUALITY[this.lab.space.name];
    const paper = (y: number): Reference => ({ y, label: `paper ${(y * 100).toFixed(1)}` });
    const note = `dashed: ${PAPER.short}`;
    figures.push(
      {
        id: "reconstruction",
        title: "Held-out rebuilt",
        note,
        draw: (plots, style) => plots.shareChart("Reconstruction by epoch", rebuilt, [paper(published.accuracy)], "cells", style),
        table: () => ({
          columns: ["Epoch", "Operations rebuilt", "Edges rebuilt", "Whole cells rebuilt"],
          rows: fewOf(epochs).map(({ epoch, reconstruction: { ops, adjacency, exact } }) => [
            count(epoch),
            ...[ops, adjacency, exact].map((share) => percent(share)),
          ]),
        }),
      },
      {
        id: "samples",
        title: "Prior samples",
        note: `dashed: valid, ${PAPER.short}`,
        draw: (plots, style) =>
          plots.shareChart("Validity and uniqueness by epoch", sampled, [paper(published.validity)], "valid", style),
        table: () => ({
          columns: ["Epoch", "Valid", "Valid in the space", "Unique"],
          rows: fewOf(epochs).map(({ epoch, validity, inSpaceValidity, uniqueness }) => [
            count(epoch),
            ...[validity, inSpaceValidity, uniqueness].map((share) => percent(share)),
          ]),
        }),
      },
    );
    return figures;
  }

  private searchFigures(): readonly Figure[] {
    const { searching } = this.lab;
    const { plan, runs } = searching.store.value;
    const shown = searching.run();
    if (!plan || !shown) return [];
    const spread = runs.filter((run) => run.trace).length > 1 ? { note: "mean ± std. error" } : {};
    const curve = (measure: Measure, metric: MetricInfo, title: string): Figure => ({
      id: measure,
      title,
      ...(measure === "metric" ? spread : {}),
      draw: (plots, style) => {
        // A run under way is drawn, but only ended runs are averaged: a mean over runs of unlike length would jump.
        const ended = runs.filter((run) => run.trace);
        const { mean, standardError } = averageCurve(ended.length > 0 ? ended : [shown], measure);
        const scaled = (values: Iterable<number>): number[] => Array.from(values, (value) => value * metric.scale);
        const published = publishedSearch(this.lab.space.name, plan.strategy, plan.points, metric.name);
        const references: Reference[] =
          published === undefined ? [] : [{ y: published * metric.scale, label: `${PAPER.short}, 500 runs` }];
        return plots.searchChart(
          title,
          {
            runs: runs.map((run) => ({ seed: run.seed, values: scaled(bestSoFar(run, measure)) })),
            mean: scaled(mean),
            band: scaled(standardError),
            followed: shown.seed,
            unit: metric.unit,
          },
          references,
          style,
        );
      },
      table: () => {
        const best = [...bestSoFar(shown, measure)];
        const at = fewOf(best.map((_, query) => query));
        return {
          columns: ["Queries", `${title}, seed ${shown.seed}`],
          rows: at.map((query) => [count(query + 1), inUnit(best[query] as number, metric)]),
        };
      },
    });
    const best = new Set<number>();
    let incumbent = -1;
    for (const query of shown.queries) {
      if (query.incumbent !== incumbent) best.add(query.query);
      incumbent = query.incumbent;
    }
    const points = shown.queries.map(({ query, value }) => ({ query, value: value * plan.metric.scale, best: best.has(query) }));
    return [
      curve("metric", plan.metric, `Best ${plan.metric.name}`),
      ...(plan.report ? [curve("report", plan.report, `Its ${plan.report.name}`)] : []),
      {
        id: "queries",
        title: "Every query",
        note: `${plan.metric.name}, seed ${shown.seed}`,
        draw: (plots, style) => plots.queryChart("Every query of the run on the map", points, style),
        table: () => ({
          columns: ["Query that was the best so far", plan.metric.name],
          rows: fewOf(shown.queries.filter(({ query }) => best.has(query))).map(({ query, value }) => [
            count(query),
            inUnit(value, plan.metric),
          ]),
        }),
      },
    ];
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
                ) => html`<button type="button" class="plain" aria-pressed=${topic === current} @click=${() => this.choose(topic)}>
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
              <span class="title"><strong>${title}</strong> <span class="quiet">${note}</span></span>
              <button type="button" class="plain" aria-label=${`Save the chart ${title} as SVG`} @click=${() => this.save(id)}>SVG</button>
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
