import { css, html, nothing, type TemplateResult, unsafeCSS } from "lit";
import { unsafeHTML } from "lit/directives/unsafe-html.js";
import { COLOURS, colourOf, dashesOf } from "../../src/study/report/colours.ts";
import {
  countText,
  differenceText,
  intervalText,
  metricLabel,
  pText,
  shareText,
  valueText,
} from "../../src/study/report/text.ts";
import type { Look, MeasureView, Picture, SpreadView, StrategyView, StudyView } from "../../workers/study-protocol.ts";
import { count } from "../format.ts";
import type { StudyingStore } from "../state/studying.ts";

export const studyResultsStyles = css`
  :host {
    ${unsafeCSS(COLOURS.light)}
    --page: var(--paper);
  }
  @media (prefers-color-scheme: dark) {
    :host {
      ${unsafeCSS(COLOURS.dark)}
    }
  }
  .figures {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr));
    gap: 16px 24px;
  }
  figure {
    container-type: inline-size;
    min-width: 0;
  }
  figcaption {
    display: flex;
    justify-content: space-between;
    gap: 8px;
    align-items: baseline;
  }
  .picture svg {
    display: block;
    width: 100%;
    height: auto;
    overflow: visible;
    font: 12px var(--sans);
    color: var(--ink);
  }
  .picture text {
    white-space: pre;
  }
  .narrow {
    display: none;
  }
  @container (max-width: 620px) {
    .wide svg {
      font-size: 16px;
    }
  }
  @container (max-width: 460px) {
    .wide {
      display: none;
    }
    .narrow {
      display: block;
    }
  }
  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: 2px 16px;
  }
  svg.key {
    display: inline-block;
    width: 26px;
    height: 10px;
    margin-right: 6px;
    vertical-align: middle;
  }
  .scroll {
    overflow-x: auto;
  }
  caption {
    padding-bottom: 4px;
    text-align: left;
    color: var(--quiet);
  }
  .results :is(th, td) {
    white-space: nowrap;
    padding-right: 12px;
  }
  .choices {
    display: flex;
    flex-wrap: wrap;
    gap: 8px 16px;
  }
  .choices label.field {
    width: auto;
  }
  @media (max-width: 600px) {
    .choices {
      display: grid;
      grid-template-columns: 3fr 2fr;
    }
    .choices label.field:first-child {
      grid-column: 1 / -1;
    }
  }
`;

/** The line that a strategy has in the pictures. */
const key = (place: number): TemplateResult =>
  html`<svg class="key" viewBox="0 0 26 10" aria-hidden="true"><line x1="0" y1="5" x2="26" y2="5" stroke=${colourOf(place)} stroke-width="3" stroke-dasharray=${dashesOf(place)} /></svg>`;

/** What the runs have come to: pictures, and the numbers behind them as a table. */
export function studyResults(view: StudyView, look: Look, studying: StudyingStore): TemplateResult {
  const measure = view.measures.find(({ info }) => info.name === view.metric.name) as MeasureView;
  const searched = view.measures.at(-1)?.info.name ?? "";
  const what = measure.role === "searched" ? `Best ${searched} so far` : `${measure.info.name} of the best by ${searched} so far`;
  const band = look.band === "mean" ? "mean over seeds, 95 % interval" : "median over seeds, middle half";
  return html`
    ${choices(view, look, studying)}
    <ul class="legend small" aria-label="Strategies">
      ${view.names.map((name, i) => html`<li>${key(i)}${name}</li>`)}
    </ul>
    <div class="figures">
      ${figure("curves", what, `${band}; dashed: the best there is`, view.curves, studying)}
      ${figure("distribution", "What seeds came to", "share of seeds with this value or less", view.distribution, studying)}
    </div>
    ${measure.strategies.length === 0 ? html`<p class="quiet">No run has a value of ${measure.info.name} yet.</p>` : table(measure, view)}
    ${measure.stages.filter(({ strategies }) => strategies.length > 0).map((stage) => table({ ...measure, ...stage }, view, stage.queries))}
    <details>
      <summary>How to read this</summary>
      <div class="stack small">
        <p>A run ends with the architecture that has the best ${searched}; every number is of that one. Regret is its distance to the best value that the table holds.</p>
        <p>Intervals are bootstrapped over seeds (95 %). A strategy is compared with the baseline run by run of the same seed; p is from a paired permutation test, corrected after Holm for all comparisons of the table. With n seeds that differ no p is below 2 / 2^n: with 5 seeds 0.06, with 10 seeds 0.002.</p>
      </div>
    </details>
  `;
}

function choices({ measures, metric }: StudyView, look: Look, studying: StudyingStore): TemplateResult {
  const pick = (name: "metric" | "x" | "band") => (event: Event) =>
    void studying.look({ [name]: (event.target as HTMLSelectElement).value } as Partial<Look>);
  const select = (
    name: "metric" | "x" | "band",
    label: string,
    options: readonly (readonly [string, string])[],
    chosen: string,
  ) =>
    html`<label class="field">
      <span>${label}</span>
      <select name=${`look-${name}`} @change=${pick(name)}>
        ${options.map(([value, words]) => html`<option value=${value} ?selected=${value === chosen}>${words}</option>`)}
      </select>
    </label>`;
  const byCost = studying.store.value.draft?.cost !== undefined;
  return html`<div class="choices">
    ${select(
      "metric",
      "Show",
      measures.map(({ info, role }) => [info.name, `${info.name}, ${role}`] as const),
      metric.name,
    )}
    ${select(
      "band",
      "As",
      [
        ["mean", "mean and its interval"],
        ["median", "median and quartiles"],
      ],
      look.band,
    )}
    ${
      byCost
        ? select(
            "x",
            "By",
            [
              ["queries", "queries"],
              ["seconds", "simulated seconds"],
            ],
            look.x,
          )
        : nothing
    }
  </div>`;
}

function figure(
  id: "curves" | "distribution",
  title: string,
  note: string,
  picture: Picture | undefined,
  studying: StudyingStore,
): TemplateResult | typeof nothing {
  if (!picture) return nothing;
  return html`<figure data-chart=${`study-${id}`}>
    <figcaption class="small">
      <span><strong>${title}</strong> <span class="quiet">${note}</span></span>
      <button type="button" class="plain" aria-label=${`Save the chart ${title} as SVG`} @click=${() => void studying.save(`${id}-picture`)}>SVG</button>
    </figcaption>
    <div class="picture wide">${unsafeHTML(picture.wide)}</div>
    <div class="picture narrow">${unsafeHTML(picture.narrow)}</div>
  </figure>`;
}

/** The values of the strategies and how they compare, at the end or after so many queries. */
function table(
  {
    info,
    optimum,
    strategies,
    comparisons,
  }: Pick<MeasureView, "info" | "optimum" | "comparisons"> & { readonly strategies: readonly (SpreadView | StrategyView)[] },
  { names }: StudyView,
  after?: number,
): TemplateResult {
  const text = (value: number): string => valueText(value, info);
  const signed = (value: number): string => differenceText(value, info);
  const baseline = comparisons[0]?.baseline;
  const when = after === undefined ? "at the end" : `after ${count(after)} queries`;
  const hasOptimum = strategies.some((row) => "toOptimum" in row);
  const compared = ({ name }: SpreadView): TemplateResult => {
    const found = comparisons.find((comparison) => comparison.name === name);
    if (!found)
      return html`<td class="number">${name === baseline ? "baseline" : "–"}</td><td class="number"></td><td class="number"></td>`;
    const { difference, differenceInterval, adjustedP } = found;
    return html`<td class="number">${signed(difference)}</td><td class="number">${intervalText(differenceInterval, signed)}</td><td class="number">${pText(adjustedP)}</td>`;
  };
  const reached = (row: SpreadView | StrategyView): TemplateResult | typeof nothing => {
    if (!("toOptimum" in row)) return nothing;
    const { reached, median } = row.toOptimum;
    return html`<td class="number">${shareText(reached)}</td><td class="number">${median === undefined ? "–" : countText(median)}</td>`;
  };
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${`${info.name} ${when}`}>
    <table class="results" data-results=${after ?? "end"}>
      <caption>${metricLabel(info)} ${when}; the best there is: ${valueText(optimum, info)}</caption>
      <thead>
        <tr>
          <th scope="col">Strategy</th>
          <th scope="col" class="number">Seeds</th>
          <th scope="col" class="number">Mean</th>
          <th scope="col" class="number">95 % interval</th>
          <th scope="col" class="number">Regret</th>
          ${hasOptimum ? html`<th scope="col" class="number" title="Share of seeds that found the best there is">Found best</th><th scope="col" class="number" title="Median over seeds; – where not more than half of them found it">Queries to it</th>` : nothing}
          ${
            baseline === undefined
              ? nothing
              : html`<th scope="col" class="number">Better than ${baseline} by</th><th scope="col" class="number">95 % interval</th><th scope="col" class="number" title="Paired permutation test, corrected after Holm">p (Holm)</th>`
          }
        </tr>
      </thead>
      <tbody>
        ${strategies.map(
          (row) => html`<tr>
            <th scope="row">${key(names.indexOf(row.name))}${row.name}</th>
            <td class="number">${count(row.seeds)}</td>
            <td class="number">${text(row.mean)}</td>
            <td class="number">${intervalText(row.meanInterval, text)}</td>
            <td class="number">${text(row.regret)}</td>
            ${reached(row)} ${baseline === undefined ? nothing : compared(row)}
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
