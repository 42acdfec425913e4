import { html, LitElement, nothing, type TemplateResult } from "lit";
import { levelsOf } from "../../src/figures/drawing/canvas.ts";
import { drawFigure } from "../../src/figures/drawing/draw.ts";
import { FIGURE_WORDS, FIGURES, type FigureName } from "../../src/figures/figure.ts";
import { figureSvg, figureTable } from "../../src/figures/files.ts";
import { type Finding, findings } from "../../src/figures/findings.ts";
import { pngOf, saveFile } from "../files.ts";
import { percent } from "../format.ts";
import { PAPER } from "../published.ts";
import type { Lab } from "../state/context.ts";
import type { FigureState } from "../state/figures.ts";
import { Watch } from "../state/store.ts";
import { dialogStyles } from "../styles/dialog.ts";
import { plotStyles } from "../styles/plot.ts";
import { shared } from "../styles/shared.ts";
import { darkQuery, isDark } from "../theme.ts";
import { figuresStyles } from "./archscape-figures.styles.ts";
import { keepEscape } from "./dialog.ts";

type Done = Extract<FigureState, { state: "done" }>;

const SEEDS = [1, 3, 10] as const;
/** Figures are drawn no wider, so that their text keeps its size beside them. */
const WIDEST = 720;

/** The paper's figures about what is on the map, in a dialog over the lab. Loaded when it is first opened. */
export class ArchscapeFigures extends LitElement {
  static override properties = { lab: { attribute: false }, width: { state: true } };
  static override styles = [shared, dialogStyles, plotStyles, figuresStyles];

  declare lab: Lab;
  declare width: number;
  private resizing: ResizeObserver | undefined;
  private listening = new AbortController();
  /** What stands drawn, so that a change elsewhere draws nothing anew. */
  private readonly drawn = new Map<FigureName, Done["figure"]>();
  private drawnFor = "";

  constructor() {
    super();
    this.width = 0;
    new Watch(this, () => [this.lab.figures.store, this.lab.labels, this.lab.atlas.store, this.lab.settings]);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.listening = new AbortController();
    darkQuery().addEventListener("change", () => this.requestUpdate(), { signal: this.listening.signal });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.listening.abort();
    this.resizing?.disconnect();
  }

  protected override firstUpdated(): void {
    this.dialog?.showModal();
    const place = this.renderRoot.querySelector(".figures");
    if (!place) return;
    this.resizing = new ResizeObserver(() => {
      // A plot that is not there yet has no width; its title does.
      this.width = this.renderRoot.querySelector(".figures h3")?.clientWidth ?? 0;
    });
    this.resizing.observe(place);
  }

  private get dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector("dialog");
  }

  protected override updated(): void {
    const styles = getComputedStyle(this);
    const { scheme } = this.lab.settings.value;
    const dark = isDark(this);
    const look = `${this.width} ${scheme} ${dark}`;
    if (look !== this.drawnFor) this.drawn.clear();
    this.drawnFor = look;
    const token = (name: string): string => styles.getPropertyValue(name).trim();
    const palette = {
      accent: token("--accent"),
      quiet: token("--quiet"),
      rule: token("--rule"),
      paper: token("--paper"),
      levels: levelsOf(scheme, dark),
    };
    for (const name of FIGURES) {
      const place = this.renderRoot.querySelector(`[data-figure="${name}"] .plot`);
      const state = this.lab.figures.store.value.figures[name];
      if (!place || state.state !== "done" || this.width < 200 || this.drawn.get(name) === state.figure) continue;
      const svg = drawFigure(state.figure, this.lab.space, { document, width: Math.min(WIDEST, this.width), palette });
      // A strict policy refuses what Plot writes into its figure; the rules stand in the element's own style sheet.
      for (const style of svg.querySelectorAll("style")) style.remove();
      place.replaceChildren(svg);
      this.drawn.set(name, state.figure);
    }
  }

  private onClose = (): void => {
    this.dispatchEvent(new Event("close"));
  };

  protected override render(): TemplateResult {
    const { figures } = this.lab;
    const { isRunning } = figures.store.value;
    const possible = FIGURES.filter((name) => figures.obstacle(name) === undefined);
    const left = possible.filter((name) => figures.store.value.figures[name].state !== "done" || figures.isOutdated(name));
    return html`<dialog aria-labelledby="title" @close=${this.onClose} @keydown=${keepEscape}>
      <header>
        <h2 id="title">Figures of the paper</h2>
        ${
          isRunning
            ? html`<button type="button" class="primary" data-cancel title="What is made already stays" @click=${figures.cancel}>Cancel</button>`
            : html`<button type="button" class="primary" data-make title="All that can be made of this map and these labels" ?disabled=${left.length === 0} @click=${() => void figures.make(left)}>
                ${left.length === 0 && possible.length > 0 ? "All made" : left.length < FIGURES.length && left.length > 0 ? `Make ${left.length}` : "Make all"}
              </button>`
        }
        <button type="button" autofocus title="Back to the map (Escape)" @click=${() => this.dialog?.close()}>Close</button>
      </header>
      <div class="scroll">
        <div class="stack intro">
          <p class="small quiet">
            What ${this.lab.space.title}'s embedding on the map can do, as
            <a href=${PAPER.link} target="_blank" rel="noreferrer">${PAPER.short}</a> show it for theirs; what they have stands beside it. Curves of
            searches are in step 4.
          </p>
          ${this.choices()}
        </div>
        <div class="figures">${FIGURES.map((name) => this.figure(name))}</div>
      </div>
      <archscape-notices .board=${this.lab.notices}></archscape-notices>
    </dialog>`;
  }

  private choices(): TemplateResult {
    const { figures, labels } = this.lab;
    const { isRunning, seeds } = figures.store.value;
    const { table, loading } = labels.value;
    const metric = figures.metric();
    return html`<div class="row choices">
      ${
        table
          ? html`<label class="field" title="The column of the table that figures are about">
              <span>Labels, of ${table.source}</span>
              <select name="column" ?disabled=${isRunning} @change=${(event: Event) => figures.choose({ column: (event.target as HTMLSelectElement).value })}>
                ${table.metrics.map(({ name }) => html`<option value=${name} ?selected=${name === metric?.name}>${name}</option>`)}
              </select>
            </label>`
          : html`<div class="field">
              ${this.lab.space.name === "nasbench201" ? html`<button type="button" data-demo ?disabled=${loading} @click=${() => void this.lab.loadDemoLabels()}>Load demo labels</button>` : nothing}
              <button type="button" ?disabled=${loading} @click=${() => void this.lab.pickFiles(".csv,.json,.gz")}>Open labels …</button>
            </div>`
      }
      <label class="field" title="Repeats of what is drawn at random: more take longer, and say how sure a number is">
        <span>Seeds</span>
        <select name="seeds" ?disabled=${isRunning} @change=${(event: Event) => figures.choose({ seeds: Number((event.target as HTMLSelectElement).value) })}>
          ${SEEDS.map((count) => html`<option value=${count} ?selected=${count === seeds}>${count === 10 ? "10, as in the paper" : count}</option>`)}
        </select>
      </label>
    </div>`;
  }

  private figure(name: FigureName): TemplateResult {
    const { figures } = this.lab;
    const state = figures.store.value.figures[name];
    const { title, number, about, unlike } = FIGURE_WORDS[name];
    return html`<section class="stack" data-figure=${name} data-state=${state.state} aria-labelledby=${`title-${name}`}>
      <h3 id=${`title-${name}`}>${title} <span class="number-of">figure ${number}</span></h3>
      <p class="small">${about}</p>
      ${this.progress(name, state)}
      <div class="plot" ?hidden=${state.state !== "done"}></div>
      ${
        state.state === "done"
          ? html`
              ${numbers(findings(state.figure))}
              <p class="small quiet">${state.source}. ${unlike}</p>
              <div class="row" role="group" aria-label=${`Save ${title}`}>
                <button type="button" data-save="svg" title="For papers: the figure with its source below" @click=${() => void this.save(state, "svg")}>SVG</button>
                <button type="button" data-save="png" title="The same as a picture of pixels" @click=${() => void this.save(state, "png")}>PNG</button>
                <button type="button" data-save="csv" title="The numbers that are drawn" @click=${() => void this.save(state, "csv")}>CSV</button>
              </div>
            `
          : nothing
      }
    </section>`;
  }

  /** What is under way, and what can be done where nothing is. */
  private progress(name: FigureName, state: FigureState): TemplateResult | typeof nothing {
    const { figures } = this.lab;
    const { title } = FIGURE_WORDS[name];
    if (state.state === "running") {
      return html`<div class="empty stack">
        <progress max="1" .value=${state.share} aria-label=${title}></progress>
        <p class="small quiet">${percent(state.share, 0)}</p>
      </div>`;
    }
    if (state.state === "waiting") return html`<p class="empty small quiet">Waits for the one before.</p>`;
    if (state.state === "done" && !figures.isOutdated(name)) return nothing;
    const obstacle = figures.obstacle(name);
    const told = state.state === "done" ? "Made of other labels, seeds or another map than now." : undefined;
    return html`<div class=${told ? "row" : "empty row"}>
      <button
        type="button"
        data-make-one
        title="This figure only"
        aria-label=${`${told ? "Make anew" : "Make"}: ${title}`}
        ?disabled=${obstacle !== undefined || figures.store.value.isRunning}
        @click=${() => void figures.make([name])}
      >
        ${told ? "Make anew" : "Make"}
      </button>
      <span class="small quiet" data-obstacle>${obstacle ?? told ?? nothing}</span>
    </div>`;
  }

  private async save({ figure, source }: Done, kind: "svg" | "png" | "csv"): Promise<void> {
    const { space, settings, notices } = this.lab;
    const name = `${space.name}-${figure.name}`;
    if (kind === "csv") return saveFile(`${name}.csv`, figureTable(figure, space), "text/csv");
    const { title, number } = FIGURE_WORDS[figure.name];
    const svg = figureSvg(figure, space, settings.value.scheme, [`${title} (figure ${number} of ${PAPER.short})`, source]);
    if (kind === "svg") return saveFile(`${name}.svg`, svg, "image/svg+xml");
    try {
      saveFile(`${name}.png`, await pngOf(svg), "image/png");
    } catch (error) {
      notices.post("problem", error instanceof Error ? error.message : String(error));
    }
  }
}

/** Published values have columns where there are any. */
function numbers(rows: readonly Finding[]): TemplateResult {
  const isPublished = rows.some(({ published }) => published);
  const isSupervised = rows.some(({ supervised }) => supervised);
  return html`<table>
    <thead>
      <tr>
        <th scope="col"><span class="vh">Quantity</span></th>
        <th scope="col" class="number">here</th>
        ${isPublished ? html`<th scope="col" class="number">published</th>` : nothing}
        ${isSupervised ? html`<th scope="col" class="number">supervised</th>` : nothing}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        ({ what, here, published, supervised }) => html`<tr>
          <td>${what}</td>
          <td class="number">${here}</td>
          ${isPublished ? html`<td class="number">${published ?? "–"}</td>` : nothing}
          ${isSupervised ? html`<td class="number">${supervised ?? "–"}</td>` : nothing}
        </tr>`,
      )}
    </tbody>
  </table>`;
}
