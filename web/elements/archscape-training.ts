import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import type { TrainingChange } from "../../src/vgae/changes.ts";
import type { StepMetrics } from "../../src/vgae/trainer.ts";
import { count, duration, percent, significant } from "../format.ts";
import { isLarge } from "../map/cartographer.ts";
import { PAPER, PUBLISHED_QUALITY, uniquenessCeiling } from "../published.ts";
import type { Lab } from "../state/context.ts";
import { FIRST_LOOK } from "../state/placing.ts";
import { Watch } from "../state/store.ts";
import { isActive, PRIOR_SAMPLES, type TrainingView } from "../state/training.ts";
import { shared } from "../styles/shared.ts";
import { preparationStyles } from "./preparation.ts";
import { numberInput, step, stepStyles } from "./step.ts";

const STATES: Readonly<Record<TrainingView["job"], string>> = {
  idle: "not started",
  starting: "starting",
  ending: "ending",
  cancelling: "cancelling",
  running: "running",
  paused: "paused",
  finished: "finished",
  cancelled: "cancelled",
  failed: "failed",
};

const BUSY: Partial<Record<TrainingView["job"], string>> = {
  starting: "The engine is starting.",
  ending: "The run is coming to its end.",
  cancelling: "The run is being cancelled.",
};

/** Step 2: learn an embedding of the space, and keep or bring back a model. */
export class ArchscapeTraining extends LitElement {
  static override properties = { lab: { attribute: false } };
  static override styles = [
    shared,
    stepStyles,
    preparationStyles,
    css`
      .three {
        grid-template-columns: repeat(3, minmax(0, 1fr));
      }
      .terms {
        display: grid;
        grid-template-columns: repeat(4, auto);
        justify-content: space-between;
        gap: 0 12px;
      }
      .facts {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        gap: 4px 12px;
      }
      .buttons {
        display: grid;
        grid-template-columns: repeat(3, 1fr);
        gap: 8px;
      }
      .buttons button {
        padding: 4px;
      }
    `,
  ];

  declare lab: Lab;

  constructor() {
    super();
    new Watch(this, () => [this.lab.settings, this.lab.training.store]);
  }

  protected override render(): TemplateResult {
    const { lab } = this;
    const { training, settings } = lab;
    const { job } = training.store.value;
    const active = isActive(job);
    const primary =
      job === "running"
        ? { label: "Pause", hint: "Pauses after the step under way", run: training.pause }
        : job === "paused"
          ? { label: "Resume", hint: "Goes on from here", run: training.resume }
          : {
              label: "Pre-train",
              hint: "Learns a map on this machine; you can watch, pause and change it",
              run: () => lab.startTraining(),
              obstacle: BUSY[job] ?? lab.obstacle("pretrain"),
            };
    return step({
      lab,
      panel: "pretrain",
      number: 2,
      title: "Pre-train",
      summary: this.summary(),
      primary,
      body: html`
        ${this.progress()}
        <div class="buttons" role="group" aria-label="Control of the run">
          <button type="button" ?disabled=${job === "running" || BUSY[job] !== undefined} title="One optimiser step, then pause" @click=${this.onStep}>Step</button>
          <button type="button" title="Ends the run; its model stays" ?disabled=${!active || job === "ending" || job === "cancelling"} @click=${training.cancel}>Cancel</button>
          <button type="button" title="Forgets the run and its model, and shows the shipped map" ?disabled=${job === "idle"} @click=${lab.resetTraining}>Reset</button>
        </div>
        <div class="row lab-only">
          <button type="button" title="Slow motion: how the model encodes, samples and decodes one cell, and what that costs it" @click=${lab.following.show}>Follow one cell …</button>
        </div>
        ${active ? this.tuning() : nothing}
        <div class="fields">
          <label class="field wide" title="released: as the code of the paper trains, in training mode in the first epoch only; corrected: in every epoch">
            <span>Model protocol</span>
            <select name="protocol" ?disabled=${active} @change=${(event: Event) => settings.set({ protocol: (event.target as HTMLSelectElement).value as "released" | "corrected" })}>
              <option value="released" ?selected=${settings.value.protocol === "released"}>released, as the paper's code</option>
              <option value="corrected" ?selected=${settings.value.protocol === "corrected"}>corrected</option>
            </select>
          </label>
          <label class="field" title="How often the model sees all training cells"><span>Epochs</span>${numberInput(lab, "epochs", { min: 1, max: 10_000, step: 1 }, active)}</label>
          <label class="field" title="Decides initial weights, order and noise: the same seed on the same device gives the same bits"><span>Seed</span>${numberInput(lab, "seed", { min: 0, max: 2 ** 32 - 1, step: 1 }, active)}</label>
        </div>
        <details>
          <summary title="Learning rate, KL, dropout, batch, and when the map is drawn">Advanced</summary>
          <div class="fields">
            ${active ? nothing : this.tunables(false)}
            <label class="field" title="Cells an optimiser step, 1 to 32"><span>Batch (graphs)</span>${numberInput(lab, "batch", { min: 1, max: 32, step: 1 }, active)}</label>
            <label class="field" title="Longer gradients are shortened to this length"><span>Gradient norm ≤</span>${numberInput(lab, "clip", { min: 0, step: "any" }, active)}</label>
            <label class="check wide">
              <input type="checkbox" name="live" ?checked=${settings.value.live} ?disabled=${active} @change=${(event: Event) => settings.set({ live: (event.target as HTMLInputElement).checked })} />
              Redraw the map after every epoch
            </label>
            ${
              isLarge(lab.space)
                ? html`<p class="small quiet wide">
                    All ${count(lab.space.size)} cells would take longer than the steps between: after an epoch the map shows
                    ${count(FIRST_LOOK)} of them, evenly spread, and all at the end.
                  </p>`
                : nothing
            }
          </div>
        </details>
        ${this.quality()} ${this.checkpoints()}
      `,
    });
  }

  /** What may be changed at any time. */
  private tunables(live: boolean): TemplateResult {
    const { lab } = this;
    const { training } = lab;
    const set = (name: "learningRate" | "klWeight" | "dropout") =>
      live ? (value: number) => void training.tune({ [name]: value }) : undefined;
    return html`
      <label class="field" title="Adam's step size"><span>Learning rate</span>${numberInput(lab, "rate", { min: 0, max: 1, step: "any" }, false, set("learningRate"))}</label>
      <label class="field" title="Factor of the KL term, which pulls the cells together around the middle of the map"><span>Weight of KL</span>${numberInput(lab, "kl", { min: 0, step: "any" }, false, set("klWeight"))}</label>
      <label class="field" title="Share of the latent numbers that is set to 0 before the decoder; with the released protocol in the first epoch only"><span>Dropout</span>${numberInput(lab, "dropout", { min: 0, max: 0.999, step: "any" }, false, set("dropout"))}</label>
    `;
  }

  private tuning(): TemplateResult {
    return html`<div class="stack" role="group" aria-labelledby="tuning">
      <h3 id="tuning">Change while it runs</h3>
      <div class="fields three">${this.tunables(true)}</div>
    </div>`;
  }

  private onStep = (): void => {
    const { lab } = this;
    if (lab.training.store.value.job === "paused") lab.training.stepOnce();
    else lab.startTraining({ byStep: true });
  };

  private summary(): string {
    const { job, step: done, options, model } = this.lab.training.store.value;
    if (job === "idle") return model ? `${model} is loaded` : "learn the map on this machine, without labels";
    const run = options ? `${options.protocol}, seed ${options.seed}` : "";
    return `${STATES[job]}${done > 0 ? ` at step ${count(done)}` : ""}${run ? `, ${run}` : ""}`;
  }

  private progress(): TemplateResult | typeof nothing {
    const {
      job,
      step: done,
      totalSteps,
      stepsPerSecond,
      secondsLeft,
      metrics,
      metricsCount,
      kept,
      changes,
    } = this.lab.training.store.value;
    if (job === "idle") return this.placing();
    const last = metrics[metricsCount - 1];
    return html`<div class="stack">
      <progress max=${Math.max(1, totalSteps)} .value=${done} aria-label="Progress of pre-training"></progress>
      <p class="facts small">
        <span data-step=${done}>${count(done)} of ${count(totalSteps)} steps</span>
        ${job === "running" ? html`<span>${significant(stepsPerSecond, 3)} steps/s</span><span>${duration(secondsLeft)} left</span>` : html`<span>${STATES[job]}</span>`}
      </p>
      ${last ? lossTerms(last) : nothing}
      ${changes.length > 0 ? changeList(changes) : nothing}
      ${isActive(job) && kept !== undefined ? html`<p class="small quiet" data-kept=${kept}>Kept in this browser up to step ${count(kept)}.</p>` : nothing}
      ${this.placing()}
    </div>`;
  }

  /** Cells get their places one part after the other. */
  private placing(): TemplateResult | typeof nothing {
    const { lab } = this;
    const { placing, placed, model, job, busy } = lab.training.store.value;
    if (placing) {
      const { done, total, rate, secondsLeft } = placing;
      return html`<div class="stack" data-placing=${done}>
        <progress max=${total} .value=${done} aria-label="Cells placed on the map"></progress>
        <p class="facts small">
          <span>${count(done)} of ${count(total)} cells placed</span>
          ${done > 0 ? html`<span>${significant(rate, 3)} cells/s</span><span>${duration(secondsLeft)} left</span>` : nothing}
        </p>
        <div class="row"><button type="button" @click=${lab.training.stopPlacing}>Stop placing</button></div>
      </div>`;
    }
    if (placed || !model || busy === "loading" || isActive(job)) return nothing;
    return html`<div class="row"><button type="button" @click=${() => void lab.training.place()}>Place all cells on the map</button></div>`;
  }

  private quality(): TemplateResult | typeof nothing {
    const { quality, busy, measured, model, job } = this.lab.training.store.value;
    const published = PUBLISHED_QUALITY[this.lab.space.name];
    if (!quality) {
      if (!model || isActive(job)) return nothing;
      if (busy === "evaluating") {
        return html`<div class="stack" data-measuring>
          <progress max="1" .value=${measured} aria-label="Progress of the measuring"></progress>
          <p class="small">Held-out cells are rebuilt and samples drawn, ${percent(measured, 0)}</p>
          <div class="row"><button type="button" title="The model stays as it is" @click=${this.lab.training.stopEvaluating}>Stop measuring</button></div>
        </div>`;
      }
      return html`<button
        type="button"
        title="How well it rebuilds cells that it was not trained on, and what it makes of ${count(PRIOR_SAMPLES)} samples of the prior"
        ?disabled=${busy !== undefined}
        @click=${() => void this.lab.training.evaluate(this.lab.settings.value.seed)}
      >
        Measure this model
      </button>`;
    }
    const { reconstruction: shares } = quality;
    const row = (label: string, hint: string, measured: number, published?: number): TemplateResult => html`<tr>
      <td title=${hint}>${label}</td>
      <td class="number">${percent(measured)}</td>
      <td class="number quiet">${published === undefined ? "–" : percent(published)}</td>
    </tr>`;
    return html`<div class="stack">
      <table data-quality>
        <thead>
          <tr>
            <th scope="col">Metric</th>
            <th scope="col" class="number">Here</th>
            <th scope="col" class="number">Paper</th>
          </tr>
        </thead>
        <tbody>
          ${row("Operations rebuilt", "Share of node rows of the held-out cells with the right operation", shares.ops, published.accuracy)}
          ${row("Edges rebuilt", "Share of adjacency entries of the held-out cells that are right", shares.adjacency, published.accuracy)}
          ${row("Whole cells rebuilt", "Share of held-out cells that are right in every entry", shares.exact)}
          ${row("Valid", "Share of prior samples that pass the published check", quality.validity, published.validity)}
          ${row("Valid in the space", "Share of prior samples that are cells of the space", quality.inSpaceValidity)}
          ${row("Unique", "Share of distinct graphs among the valid ones", quality.uniqueness, published.uniqueness)}
          ${row("Unique in the space", "Share of distinct cells among those in the space", quality.inSpaceUniqueness)}
        </tbody>
      </table>
      <p class="small quiet">
        Held-out cells;
        ${count(quality.samples)} samples of the prior. Paper:
        <a href=${PAPER.link} target="_blank" rel="noreferrer">${PAPER.short}</a>, table 1.
        ${
          this.lab.space.sample
            ? nothing
            : html`As many uniform draws from this space are ${percent(uniquenessCeiling(quality.samples, this.lab.space.size))} unique at best.`
        }
      </p>
    </div>`;
  }

  private checkpoints(): TemplateResult {
    const { lab } = this;
    const { job, resumable, busy } = lab.training.store.value;
    const obstacle = lab.obstacle("save");
    const active = isActive(job);
    return html`<div class="stack">
      <h3>Model</h3>
      <div class="row">
        <button type="button" ?disabled=${obstacle !== undefined || busy !== undefined} title=${obstacle ?? nothing} @click=${() => void lab.saveCheckpoint(false)}>Save checkpoint</button>
        <button type="button" ?disabled=${obstacle !== undefined || busy !== undefined} title=${obstacle ?? "Without the optimiser; PyTorch loads it"} @click=${() => void lab.saveCheckpoint(true)}>Save weights</button>
        <button type="button" title="A checkpoint, weights, or an embedding (.safetensors, .npy)" ?disabled=${active || busy !== undefined} @click=${() => void lab.pickFiles(".safetensors,.npy")}>Open …</button>
        ${resumable && !active ? html`<button type="button" title="Goes on from the loaded optimiser state up to the number of epochs above" @click=${() => lab.startTraining({ goOn: true })}>Train on</button>` : nothing}
      </div>
    </div>`;
  }
}

/** The loss of the last step and what it is the sum of. */
function lossTerms(last: StepMetrics): TemplateResult {
  const term = (label: string, hint: string, value: number): TemplateResult => html`<div title=${hint}>
    <dt class="quiet">${label}</dt>
    <dd data-term=${label}>${significant(value, 3)}</dd>
  </div>`;
  return html`<dl class="terms small" aria-label="Loss of the last step" data-loss=${last.total}>
    ${term("Loss", "The sum of the three terms, mean over the cells of the last step", last.total)}
    ${term("Operations", "Cross-entropy of the operations that were rebuilt", last.operations)}
    ${term("Edges", "Cross-entropy of the edges that were rebuilt", last.adjacency)}
    ${term("KL", "Distance of the latent numbers from a standard normal distribution, times its weight", last.kl)}
  </dl>`;
}

const CHANGED: Readonly<Record<Exclude<keyof TrainingChange, "step">, string>> = {
  learningRate: "learning rate",
  klWeight: "weight of KL",
  dropout: "dropout",
};

/** A run with changes is not what its seed and options alone would give. */
function changeList(changes: readonly TrainingChange[]): TemplateResult {
  const words = ({ step: _, ...values }: TrainingChange): string =>
    Object.entries(values)
      .map(([name, value]) => `${CHANGED[name as keyof typeof values]} ${significant(value, 4)}`)
      .join(", ");
  return html`<div class="small" data-changes=${changes.length}>
    <p class="quiet">Changed while it ran; its checkpoint says so, and the seed alone does not repeat it:</p>
    <ul>
      ${changes.map((change) => html`<li>from step ${count(change.step)}: ${words(change)}</li>`)}
    </ul>
  </div>`;
}
