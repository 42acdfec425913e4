import { css, html, nothing, type TemplateResult } from "lit";
import { STRATEGIES, STRATEGY_TITLES, type StrategyName } from "../../src/search/strategies.ts";
import type { Points, SearchProtocol } from "../../src/search/strategy.ts";
import type { EntryDraft, StudyDraft } from "../../src/study/draft.ts";
import { budgetText } from "../../src/study/report/text.ts";
import type { Lab } from "../state/context.ts";
import { SEARCHED, SEARCHED_WORDS } from "../state/settings.ts";
import { readOptions } from "../state/strategy-options.ts";
import { likelyPoints, withCost, withEntry, withoutEntry, withReport } from "../state/study-draft.ts";

export const studyFormStyles = css`
  .entries li {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 0 8px;
    padding: 4px 0;
    border-bottom: 1px solid var(--rule);
  }
  .entries .small {
    overflow-wrap: anywhere;
  }
  .entries button {
    grid-row: 1 / span 2;
    grid-column: 2;
    align-self: center;
  }
  fieldset {
    display: grid;
    gap: 16px;
    min-width: 0;
    margin: 0;
    padding: 0;
    border: 0;
  }
  .adding {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 8px;
    align-items: end;
  }
`;

/** What an entry is beside its strategy's name, in words. */
function told({ strategy: name, options = {}, protocol, points = "embedding", budget }: EntryDraft): string {
  const changed = Object.entries(options).map(([option, value]) => `${option} ${value}`);
  const searched = points === "embedding" ? "embedding" : SEARCHED_WORDS[points];
  return [
    name,
    // Chance goes by nothing.
    ...(name === "random" ? [] : [searched]),
    ...(protocol === "released" ? ["released protocol"] : []),
    ...changed,
    ...(budget ? [budgetText(budget)] : []),
  ].join(", ");
}

const value = (event: Event): string => (event.target as HTMLInputElement | HTMLSelectElement).value;

/** Composes a study: strategies, what they search, for how long, with which seeds. */
export function studyForm(lab: Lab, draft: StudyDraft): TemplateResult {
  const { studying } = lab;
  const { job } = studying.store.value;
  const metrics = lab.labels.value.table?.metrics ?? [];
  const edit = (change: (draft: StudyDraft, text: string) => StudyDraft) => (event: Event) =>
    studying.edit((before) => change(before, value(event)));
  const column = (name: string, label: string, chosen: string, change: Parameters<typeof edit>[0], none?: string) => {
    const known = metrics.filter(({ quantity }) => name !== "cost" || quantity === "time").map((metric) => metric.name);
    const names = chosen === "" || known.includes(chosen) ? known : [chosen, ...known];
    return html`<label class="field wide">
      <span>${label}</span>
      <select name=${name} @change=${edit(change)}>
        ${none === undefined ? nothing : html`<option value="" ?selected=${chosen === ""}>${none}</option>`}
        ${names.map((one) => html`<option value=${one} ?selected=${one === chosen}>${one}</option>`)}
      </select>
    </label>`;
  };
  const { budget, cost } = draft;
  const amount = "queries" in budget ? budget.queries : budget.seconds;
  const spend = (unit: string, text: string): StudyDraft["budget"] =>
    unit === "queries" ? { queries: Number(text) } : { seconds: Number(text) };
  const names = draft.strategies.map(({ name, strategy }) => name ?? strategy);
  const reported = [draft.report ?? []].flat();
  return html`<fieldset ?disabled=${job !== "idle"}>
    <legend class="vh">The study</legend>
    <label class="field"><span>Name</span><input name="name" type="text" required .value=${draft.name} @change=${edit((before, name) => ({ ...before, name }))} /></label>
    ${entries(lab, draft)}
    <div class="fields">
      ${column("metric", "Metric to search", draft.metric, (before, metric) => ({ ...before, metric }))}
      ${column("report", "Metric to report for the best one found", reported[0] ?? "", withReport, "none")}
      <label class="field">
        <span>Budget in</span>
        <select name="unit" @change=${edit((before, unit) => ({ ...before, budget: spend(unit, unit === "queries" ? "40" : String(lab.settings.value.seconds)) }))}>
          <option value="queries" ?selected=${"queries" in budget}>queries</option>
          <option value="seconds" ?selected=${"seconds" in budget}>simulated seconds</option>
        </select>
      </label>
      <label class="field">
        <span>${"queries" in budget ? "Queries" : "Seconds"} a run</span>
        <input name="amount" type="number" required min="0" step="any" .value=${String(amount)} @change=${edit((before, text) => ({ ...before, budget: spend("queries" in budget ? "queries" : "seconds", text) }))} />
      </label>
      ${column("cost", "Seconds are paid from", typeof cost === "object" ? cost.column : (cost ?? ""), withCost, "none: evaluations are free")}
      ${typeof cost === "object" && cost.times !== 1 ? html`<p class="wide small quiet">times ${cost.times}, as the study has it</p>` : nothing}
      <label class="field">
        <span>Seeds</span>
        <input name="seeds" type="text" autocomplete="off" .value=${draft.seeds} @change=${edit((before, seeds) => ({ ...before, seeds }))} />
      </label>
      <label class="field">
        <span>Compared with</span>
        <select name="baseline" @change=${edit((before, baseline) => ({ ...before, baseline }))}>
          ${names.map((name, i) => html`<option value=${name} ?selected=${name === (draft.baseline ?? names[0]) && i === names.indexOf(name)}>${name}</option>`)}
        </select>
      </label>
    </div>
    <div class="row">
      <button type="button" class="plain" @click=${studying.startOver}>Start over</button>
    </div>
  </fieldset>`;
}

function entries({ studying, settings }: Lab, draft: StudyDraft): TemplateResult {
  const add = (event: Event): void => {
    event.preventDefault();
    const fields = new FormData(event.target as HTMLFormElement);
    const strategy = fields.get("strategy") as StrategyName;
    const points = fields.get("points") as Points | "";
    const protocol = fields.get("protocol") as SearchProtocol;
    studying.edit((before) => {
      const chosen = points === "" ? likelyPoints(strategy, before) : points;
      return withEntry(before, { strategy, points: chosen, ...(protocol === "released" ? { protocol } : {}) });
    });
  };
  const { strategy, options, points, searchProtocol } = settings.value;
  const own: EntryDraft = {
    strategy,
    ...(options === "" ? {} : { options: readOptions(options) }),
    ...(searchProtocol === "released" ? { protocol: searchProtocol } : {}),
    points,
  };
  return html`<div class="stack">
    <h3>Strategies</h3>
    <ol class="entries" data-entries>
      ${draft.strategies.map(
        (entry, place) => html`<li>
          <span>${entry.name ?? STRATEGY_TITLES[entry.strategy] ?? entry.strategy}</span>
          <span class="small quiet">${told(entry)}</span>
          <button type="button" class="plain" aria-label=${`Remove ${entry.name ?? entry.strategy}`} ?disabled=${draft.strategies.length === 1} @click=${() => studying.edit((before) => withoutEntry(before, place))}>✕</button>
        </li>`,
      )}
    </ol>
    <details data-add>
      <summary>Add a strategy</summary>
      <div class="stack">
        <form class="fields" @submit=${add}>
          <label class="field wide">
            <span>Strategy</span>
            <select name="strategy">${STRATEGIES.map((name) => html`<option value=${name}>${STRATEGY_TITLES[name]}</option>`)}</select>
          </label>
          <label class="field wide">
            <span>Search in</span>
            <select name="points">
              <option value="">what suits the strategy</option>
              ${SEARCHED.map((name) => html`<option value=${name}>${SEARCHED_WORDS[name]}</option>`)}
            </select>
          </label>
          <label class="field">
            <span>Protocol</span>
            <select name="protocol"><option>corrected</option><option>released</option></select>
          </label>
          <div class="field"><button type="submit">Add with defaults</button></div>
        </form>
        <div class="adding">
          <p class="small quiet">As step 4 is set: ${told(own)}</p>
          <button type="button" @click=${() => studying.edit((before) => withEntry(before, own))}>Add this</button>
        </div>
      </div>
    </details>
  </div>`;
}
