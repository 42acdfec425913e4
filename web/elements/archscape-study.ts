import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import type { OpenedStudy, StudyView } from "../../workers/study-protocol.ts";
import { count, duration, plural, significant } from "../format.ts";
import type { Lab } from "../state/context.ts";
import { Watch } from "../state/store.ts";
import { isOther } from "../state/study-draft.ts";
import type { StudyingView } from "../state/studying.ts";
import { dialogStyles } from "../styles/dialog.ts";
import { shared } from "../styles/shared.ts";
import { phoneQuery } from "../theme.ts";
import { keepEscape, showDialog } from "./dialog.ts";
import { studyForm, studyFormStyles } from "./study-form.ts";
import { studyResults, studyResultsStyles } from "./study-results.ts";

/** Strategies compared over seeds: composed, run and looked at in a dialog over the lab; running goes on while it is closed. */
export class ArchscapeStudy extends LitElement {
  static override properties = { lab: { attribute: false } };
  static override styles = [
    shared,
    dialogStyles,
    studyFormStyles,
    studyResultsStyles,
    css`
      header {
        flex-wrap: wrap;
      }
      .status {
        flex-basis: 100%;
      }
      progress {
        width: 100%;
        height: 4px;
        accent-color: var(--accent);
      }
      /* Below what they would cover elsewhere: buttons and charts. */
      archscape-notices {
        top: auto;
        bottom: 40px;
      }
      .columns {
        display: grid;
        grid-template-columns: 320px minmax(0, 1fr);
        min-height: 0;
      }
      .columns > * {
        overflow: auto;
        padding: 16px;
        gap: 16px;
        /* Tables that scroll would shrink instead. */
        grid-auto-rows: max-content;
        scrollbar-width: thin;
      }
      .columns > :first-child {
        border-right: 1px solid var(--rule);
      }
      @media (max-width: 800px) {
        header h2 {
          flex-basis: 100%;
        }
        .columns {
          display: block;
          overflow: auto;
        }
        .columns > * {
          overflow: visible;
        }
        .columns > :first-child {
          border-right: 0;
          border-bottom: 1px solid var(--rule);
        }
      }
    `,
  ];

  declare lab: Lab;
  private listening = new AbortController();

  constructor() {
    super();
    new Watch(this, () => [this.lab.studying.store, this.lab.labels, this.lab.settings, this.lab.atlas.store]);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.listening = new AbortController();
    phoneQuery().addEventListener("change", () => this.requestUpdate(), { signal: this.listening.signal });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.listening.abort();
  }

  protected override updated(): void {
    showDialog(this.renderRoot, this.lab.studying.store.value.isShown);
  }

  protected override render(): TemplateResult {
    const { lab } = this;
    const { studying } = lab;
    const state = studying.store.value;
    return html`<dialog aria-labelledby="title" @close=${studying.hide} @keydown=${keepEscape}>
      ${state.isShown ? this.content(state) : nothing}
    </dialog>`;
  }

  private content(state: StudyingView): TemplateResult {
    const { lab } = this;
    const { studying } = lab;
    const { draft, job, opened, problem } = state;
    return html`
      <header>
        <h2 id="title">Compare strategies</h2>
        ${
          job === "idle"
            ? html`<button type="button" class="primary" data-run ?disabled=${!opened || problem !== undefined || opened.runs === opened.total} @click=${() => void studying.run()}>${runLabel(state)}</button>`
            : html`<button type="button" class="primary" data-cancel ?disabled=${job === "cancelling"} @click=${studying.cancel}>Cancel</button>`
        }
        <button type="button" ?disabled=${job !== "idle"} @click=${() => void lab.pickFiles(".json,.jsonl,.csv,.gz,.safetensors")}>Open …</button>
        <button type="button" autofocus @click=${studying.hide}>Close</button>
        <div class="status stack">${this.status(state)}</div>
      </header>
      <div class="columns">
        <section class="stack" aria-label="The study">${draft && lab.labels.value.table ? this.form(state, draft) : this.missing()}</section>
        <section class="stack" aria-label="Results">${this.results(state)}</section>
      </div>
      <archscape-notices .board=${lab.notices}></archscape-notices>
    `;
  }

  /** On a phone it makes room once there is something to look at. */
  private form({ view }: StudyingView, draft: NonNullable<StudyingView["draft"]>): TemplateResult {
    const form = studyForm(this.lab, draft);
    if (!phoneQuery().matches) return form;
    return html`<details ?open=${!view}><summary>${draft.name}</summary>${form}</details>`;
  }

  private missing(): TemplateResult {
    const { lab } = this;
    const { loading } = lab.labels.value;
    return html`
      <p>A comparison looks accuracies up in a label table, and there is none yet.</p>
      <div class="row">
        ${lab.space.name === "nasbench201" ? html`<button type="button" ?disabled=${loading} data-demo @click=${() => void lab.loadDemoLabels()}>Load demo labels</button>` : nothing}
        <button type="button" ?disabled=${loading} @click=${() => void lab.pickFiles(".csv,.json,.gz")}>Open a table …</button>
      </div>
    `;
  }

  /** How many runs there are, once the results are theirs. */
  private there({ runs, total }: OpenedStudy, view: StudyView | undefined): TemplateResult {
    if (view?.runs !== runs) return html`<p class="quiet">The runs are looked up and compared …</p>`;
    const words =
      runs === total ? `All ${plural(total, "run")} are there` : `${count(runs)} of ${plural(total, "run")} are there`;
    return html`<p class="quiet" data-kept>
      ${words}; this browser keeps those that it made.
      <button type="button" class="plain" @click=${() => void this.lab.studying.forget()}>Forget them</button>
    </p>`;
  }

  private status({ draft, job, opened, problem, progress, failed, view }: StudyingView): TemplateResult {
    const { lab } = this;
    const { studying } = lab;
    const isMap = problem !== undefined && opened?.searchesEmbedding && draft && isOther(draft, lab.atlas.store.value.atlas);
    const done = progress ?? opened;
    return html`
      ${
        job !== "idle" && done
          ? html`<progress max=${done.total} .value=${done.runs} aria-label="Progress of the comparison"></progress>
              <p class="small" data-progress>${count(done.runs)} of ${plural(done.total, "run")}${progress && progress.rate > 0 ? `, ${significant(progress.rate, 2)} runs/s` : ""}${progress?.secondsLeft === undefined ? "" : `, ${duration(progress.secondsLeft)} left`}</p>`
          : nothing
      }
      <div role="status" class="stack small">
        ${problem === undefined ? nothing : html`<p class="warn" data-problem>${problem}</p>`}
        ${isMap ? html`<div class="row"><button type="button" @click=${studying.takeMap}>Search what is on the map</button></div>` : nothing}
        ${job === "idle" && opened && opened.runs > 0 ? this.there(opened, view) : nothing}
        ${opened?.searchesTestMetric ? html`<p class="warn" data-warning="test">These searches optimise test labels, which should only be reported: no fair comparison with searches on validation labels.</p>` : nothing}
        ${opened?.warnings.map((warning) => html`<p class="quiet">${warning}</p>`)}
        ${failed.map(({ name, seed, reason }) => html`<p class="warn">The run of ${name} with seed ${seed} came to nothing: ${reason.replace(/\.$/, "")}.</p>`)}
      </div>
    `;
  }

  private results({ view, look, opened, job }: StudyingView): TemplateResult {
    const { studying } = this.lab;
    if (!view || !(view.runs > 0)) {
      const words = opened || job !== "idle" ? "Curves and a table appear here with the first runs." : "Nothing to show yet.";
      return html`<p class="quiet">${words}</p>`;
    }
    const file = (kind: Parameters<typeof studying.save>[0], label: string): TemplateResult =>
      html`<button type="button" data-save=${kind} @click=${() => void studying.save(kind)}>${label}</button>`;
    return html`
      ${studyResults(view, look, studying)}
      <div class="row" role="group" aria-label="Save">
        ${file("study", "Study (JSON)")} ${file("runs", "Runs (JSON lines)")} ${file("report", "Report (HTML)")} ${file("curves", "Curves (CSV)")}
      </div>
      <p class="small quiet">archscape study goes on with study and runs, in one folder with the table.</p>
    `;
  }
}

function runLabel({ opened }: StudyingView): string {
  if (!opened) return "Run";
  const left = opened.total - opened.runs;
  if (left === 0) return "All runs are there";
  return opened.runs === 0 ? `Run ${plural(left, "search", "searches")}` : `Go on: ${count(left)} left`;
}
