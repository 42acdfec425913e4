import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { isTestMetric } from "../../src/formats/metric-units.ts";
import { STRATEGIES, STRATEGY_TITLES, type StrategyName } from "../../src/search/strategies.ts";
import { summarise } from "../../src/search/summary.ts";
import type { Trace } from "../../src/search/trace.ts";
import { count, duration, inUnit, plural } from "../format.ts";
import { PAPER, publishedSearch } from "../published.ts";
import type { Lab } from "../state/context.ts";
import { type RunView, resultOf, type SearchPlan } from "../state/searching.ts";
import { SEARCHED, SEARCHED_WORDS } from "../state/settings.ts";
import { Watch } from "../state/store.ts";
import { shared } from "../styles/shared.ts";
import { linkCells, pointedStyles } from "./pointing.ts";
import { numberInput, step, stepStyles } from "./step.ts";
import { strategyOptions, strategyOptionsStyles } from "./strategy-options.ts";

const COLUMN_HINTS: Readonly<Record<"metric" | "report" | "cost", string>> = {
  metric: "What the search is told of each cell that it asks for",
  report: "What is shown of the best cell by then; the search does not see it",
  cost: "The column that says how long each cell trains",
};

/** Step 4: look for the best cell with few evaluations. */
export class ArchscapeSearch extends LitElement {
  static override properties = { lab: { attribute: false } };
  static override styles = [
    shared,
    stepStyles,
    strategyOptionsStyles,
    pointedStyles,
    css`
      progress {
        width: 100%;
        height: 4px;
        accent-color: var(--accent);
      }
      .scroll {
        max-height: 232px;
        overflow: auto;
      }
      th {
        overflow-wrap: anywhere;
      }
      tbody tr {
        cursor: pointer;
      }
      tr[aria-current="true"] td {
        background: var(--accent-wash);
      }
      td button.plain {
        min-height: 16px;
      }
      .figure {
        font-size: var(--size-head);
        line-height: 28px;
        font-weight: 600;
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
      this.lab.searching.store,
      this.lab.studying.store,
    ]);
  }

  protected override render(): TemplateResult {
    const { lab } = this;
    const { job, plan } = lab.searching.store.value;
    const running = job === "running" || job === "cancelling";
    const primary = running
      ? {
          label: "Cancel",
          hint: "Ends the search; what it found stays",
          run: lab.searching.cancel,
          obstacle: job === "cancelling" ? "It ends after the evaluation under way." : undefined,
        }
      : {
          label: "Search",
          hint: "Looks for the best cell, one run for each seed",
          run: lab.startSearch,
          obstacle: lab.obstacle("search"),
        };
    const summary = plan ? `${STRATEGY_TITLES[plan.strategy]}, ${job}` : "find good cells with few evaluations";
    return step({
      lab,
      panel: "search",
      number: 4,
      title: "Search",
      summary,
      primary,
      body: html`${this.result()} ${this.comparison()} ${this.form(running)}`,
    });
  }

  /** The way to many strategies at once; says how far they are while nobody looks. */
  private comparison(): TemplateResult {
    const { studying } = this.lab;
    const { job, progress } = studying.store.value;
    return html`<div class="row">
      <button type="button" data-compare title="Several strategies, each over many seeds, as tables and charts" @click=${studying.show}>Compare strategies …</button>
      <span class="small quiet">${job === "idle" ? "over many seeds" : progress ? `${count(progress.runs)} of ${plural(progress.total, "run")}` : "begins"}</span>
    </div>`;
  }

  private form(running: boolean): TemplateResult {
    const { lab } = this;
    const { settings } = lab;
    const { table } = lab.labels.value;
    const set = (name: string) => (event: Event) => settings.set({ [name]: (event.target as HTMLSelectElement).value });
    const { strategy, points, searchProtocol, metric, report, cost, budget, seeds } = settings.value;
    // Another strategy has other options.
    const choose = (event: Event): void =>
      settings.set({ strategy: (event.target as HTMLSelectElement).value as StrategyName, options: "" });
    const column = (
      name: "metric" | "report" | "cost",
      label: string,
      chosen: string,
      none?: string,
    ): TemplateResult => html`<label class="field wide" title=${COLUMN_HINTS[name]}>
      <span>${label}</span>
      <select name=${name} ?disabled=${running || !table} @change=${set(name)}>
        ${none === undefined ? nothing : html`<option value="" ?selected=${chosen === ""}>${none}</option>`}
        ${(table?.metrics ?? [])
          .filter((candidate) => name !== "cost" || candidate.quantity === "time")
          .map(
            (candidate) =>
              html`<option value=${candidate.name} ?selected=${candidate.name === chosen}>${candidate.name}</option>`,
          )}
        ${table ? nothing : html`<option>needs a label table</option>`}
      </select>
    </label>`;
    return html`
      <div class="fields">
        <label class="field wide" title="How the next cell to ask for is chosen">
          <span>Strategy</span>
          <select name="strategy" ?disabled=${running} @change=${choose}>
            ${STRATEGIES.map((name) => html`<option value=${name} ?selected=${name === strategy}>${STRATEGY_TITLES[name]}</option>`)}
          </select>
        </label>
        <label class="field wide" title="What the strategy knows of a cell before it asks">
          <span>Search in</span>
          <select name="points" ?disabled=${running} @change=${set("points")}>
            ${SEARCHED.map((name) => html`<option value=${name} ?selected=${name === points}>${SEARCHED_WORDS[name]}</option>`)}
          </select>
        </label>
        ${strategyOptions(lab, lab.searchSetting(), running)} ${column("metric", "Metric to search", metric)}
        ${isTestMetric(metric) ? html`<p class="wide small warn" data-warning="test">${metric} is a test metric: a search on it optimises what should only be reported.</p>` : nothing}
        ${column("report", "Metric to report for the best one found", report, "none")}
        <label class="field" title="When a run ends: after so many queries, or when so much training time would have been spent">
          <span>Budget in</span>
          <select name="budget" ?disabled=${running} @change=${set("budget")}>
            <option value="queries" ?selected=${budget === "queries"}>queries</option>
            <option value="seconds" ?selected=${budget === "seconds"}>simulated seconds</option>
          </select>
        </label>
        ${
          budget === "queries"
            ? html`<label class="field" title="Cells whose accuracy is looked up, as if each had been trained"><span>Queries a run</span>${numberInput(lab, "queries", { min: 1, max: lab.space.size, step: 1 }, running)}</label>`
            : html`<label class="field" title="Sum of the training times that the table names"><span>Seconds a run</span>${numberInput(lab, "seconds", { min: 0.001, step: "any" }, running)}</label>`
        }
        ${column("cost", "Seconds are paid from", cost, "none: evaluations are free")}
        <label class="field" title="One run each: numbers and ranges, as 1-5 or 1, 7">
          <span>Seeds</span>
          <input name="seeds" type="text" .value=${seeds} ?disabled=${running} pattern="[0-9,\\s\\-]+" autocomplete="off" @change=${(event: Event) => settings.set({ seeds: (event.target as HTMLInputElement).value })} />
        </label>
        <label class="field" title="released: as the code of the paper searches; corrected: without its slips">
          <span>Search protocol</span>
          <select name="searchProtocol" ?disabled=${running} @change=${set("searchProtocol")}>
            <option value="corrected" ?selected=${searchProtocol === "corrected"}>corrected</option>
            <option value="released" ?selected=${searchProtocol === "released"}>released</option>
          </select>
        </label>
      </div>
    `;
  }

  private result(): TemplateResult | typeof nothing {
    const { job, plan, runs, queries, startedAt } = this.lab.searching.store.value;
    if (!plan) return nothing;
    const running = job === "running" || job === "cancelling";
    return html`
      ${running ? this.progress(plan, queries, startedAt) : this.headline(plan, runs)} ${runs.length > 0 ? this.runs(plan, runs) : nothing}
      ${!running && runs.length > 0 ? this.exports() : nothing}
    `;
  }

  private progress(plan: SearchPlan, queries: number, startedAt: number): TemplateResult {
    const { runs } = this.lab.searching.store.value;
    const seconds = (performance.now() - startedAt) / 1000;
    const rate = queries / Math.max(seconds, 1e-3);
    const ended = runs.filter((run) => run.trace).length;
    const total = "queries" in plan.budget ? plan.budget.queries * plan.seeds.length : undefined;
    const share = total ? queries / total : ended / plan.seeds.length;
    return html`<div class="stack">
      <progress max="1" .value=${share} aria-label="Progress of the search"></progress>
      <p class="small">
        ${plural(queries, "query", "queries")}${total ? ` of ${count(total)}` : ""}, run ${Math.min(ended + 1, plan.seeds.length)} of
        ${plan.seeds.length}${share > 0.02 ? `, ${duration((seconds * (1 - share)) / share)} left` : ""}, ${count(rate)}/s
      </p>
    </div>`;
  }

  private headline(plan: SearchPlan, runs: readonly RunView[]): TemplateResult | typeof nothing {
    const traces = runs.flatMap((run): Trace[] => (run.trace ? [run.trace] : []));
    const searched = summarise(traces, "metric");
    const reported = plan.report && summarise(traces, "report");
    if (!searched) return nothing;
    const spread = (deviation: number | undefined, scale: number): string =>
      deviation === undefined ? "" : ` ± ${(deviation * scale).toFixed(2)}`;
    const published = plan.report && publishedSearch(this.lab.space.name, plan.strategy, plan.points, plan.report.name);
    return html`<div data-result>
      ${
        plan.report && reported
          ? html`<p class="figure">${inUnit(reported.mean, plan.report)}<span class="quiet">${spread(reported.deviation, plan.report.scale)}</span></p>
              <p class="small quiet">${plan.report.name} of the best ${plan.metric.name} found, mean of ${plural(reported.runs, "run")}</p>`
          : nothing
      }
      <p class="small">${plan.metric.name}: ${inUnit(searched.mean, plan.metric)}${spread(searched.deviation, plan.metric.scale)}${plan.report ? "" : `, mean of ${plural(searched.runs, "run")}`}</p>
      ${
        published !== undefined && plan.report
          ? html`<p class="small quiet">
              Published for ${plan.report.name}: ${inUnit(published, plan.report)} (<a href=${PAPER.link} target="_blank" rel="noreferrer">${PAPER.short}</a>, 500 runs,
              budget in seconds)
            </p>`
          : nothing
      }
    </div>`;
  }

  private runs(plan: SearchPlan, runs: readonly RunView[]): TemplateResult {
    const { searching } = this.lab;
    const shown = searching.run();
    // Where every run has the same number of queries, the number is no news.
    const counted = "seconds" in plan.budget || runs.some((run) => run.trace?.end !== "budget");
    const follow = (run: RunView) => () => {
      searching.follow(run.seed);
      const result = resultOf(run);
      if (result) this.lab.select(result.index);
    };
    return html`<div class="scroll" tabindex="0" role="region" aria-label="Runs">
      <table data-runs>
        <thead>
          <tr>
            <th scope="col" title="One run each">Seed</th>
            ${counted ? html`<th scope="col" class="number" title="Cells that the run asked for">Queries</th>` : nothing}
            <th scope="col" class="number" title="The best value that the run found">${plan.metric.name}</th>
            ${plan.report ? html`<th scope="col" class="number" title="Of the cell with that value; the search did not see it">${plan.report.name}</th>` : nothing}
          </tr>
        </thead>
        <tbody>
          ${runs.map((run) => {
            const result = resultOf(run);
            return html`<tr data-cell=${result?.index ?? nothing} aria-current=${run.seed === shown?.seed} @click=${follow(run)}>
              <td><button type="button" class="plain" title="Shows this run on the map and selects its best cell" aria-label=${`Show the run of seed ${run.seed} on the map`}>${run.seed}</button></td>
              ${counted ? html`<td class="number">${count(run.queries.length)}</td>` : nothing}
              <td class="number">${result ? inUnit(result.value, plan.metric) : "–"}</td>
              ${plan.report ? html`<td class="number">${result?.report === undefined ? "–" : inUnit(result.report, plan.report)}</td>` : nothing}
            </tr>`;
          })}
        </tbody>
      </table>
    </div>`;
  }

  private exports(): TemplateResult {
    return html`<div class="row">
      <button type="button" data-replay title="The run on the map again, query by query" @click=${this.lab.instruments.replaying.open}>Play its path</button>
      <button type="button" title="Every query of every run, one run a line" @click=${() => this.lab.exportSearch("jsonl")}>Traces (JSON lines)</button>
      <button type="button" title="Every query of every run, one query a row" @click=${() => this.lab.exportSearch("csv")}>CSV</button>
      <button type="button" class="plain" title="Forgets these runs" @click=${this.lab.searching.clear}>Clear</button>
    </div>`;
  }
}
