import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { SCHEMES, type Scheme } from "../../src/drawing/colour-maps.ts";
import { EMBEDDING_FORMATS, type EmbeddingFormat } from "../../src/formats/embedding.ts";
import { count, inUnit, plural } from "../format.ts";
import { quantityGroups, quantityOf } from "../map/quantity.ts";
import { SPACE_TEXTS } from "../spaces.ts";
import type { Lab } from "../state/context.ts";
import { Watch } from "../state/store.ts";
import { shared } from "../styles/shared.ts";
import { projectionForm, projectionStyles } from "./projection-form.ts";
import { step, stepStyles } from "./step.ts";

const KEEPS = [
  { share: 1, label: "All" },
  { share: 0.1, label: "Best 10 %" },
  { share: 0.01, label: "Best 1 %" },
] as const;

/** What the file picker offers as a label table. */
const TABLES = ".csv,.json,.gz";

/** The demo labels are of cells of NAS-Bench-201. */
const hasDemo = ({ space }: Lab): boolean => space.name === "nasbench201";

const EMBEDDING_HINTS: Readonly<Record<EmbeddingFormat, string>> = {
  safetensors: "16 numbers a cell, with what is known of their making; this page and the command open it",
  npy: "16 numbers a cell as an array for NumPy; this page and the command open it",
  csv: "One row a cell: index, architecture, 16 numbers",
};

/** Step 3: bring labels, colour the map, find cells. */
export class ArchscapeExplore extends LitElement {
  static override properties = { lab: { attribute: false }, showsFigures: { state: true } };
  static override styles = [
    shared,
    stepStyles,
    projectionStyles,
    css`
      form {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 8px;
        align-items: end;
      }
      .scroll {
        max-height: 220px;
        overflow: auto;
      }
      td {
        overflow-wrap: anywhere;
      }
    `,
  ];

  declare lab: Lab;
  declare showsFigures: boolean;

  constructor() {
    super();
    this.showsFigures = false;
    new Watch(this, () => [
      this.lab.settings,
      this.lab.labels,
      this.lab.atlas.store,
      this.lab.figures.store,
      this.lab.instruments.insights,
      this.lab.instruments.projecting.store,
    ]);
  }

  protected override render(): TemplateResult {
    const { lab } = this;
    const { table, loading } = lab.labels.value;
    const summary = table ? `${table.source}, ${plural(table.rows, "labelled cell")}` : "colour by accuracy, find cells";
    const primary = table
      ? {
          label: "Best cell",
          hint: "Selects the best cell by the number that colours show",
          run: () => this.selectBest(),
          obstacle: this.best() < 0 ? "Choose a metric of the table as colour." : undefined,
        }
      : {
          ...(hasDemo(lab)
            ? {
                label: "Load demo labels",
                hint: "Accuracies of some of the cells, which come with the page",
                run: () => void lab.loadDemoLabels(),
              }
            : {
                label: "Open labels …",
                hint: "A table of accuracies: CSV or JSON, also as .gz",
                run: () => void lab.pickFiles(TABLES),
              }),
          obstacle: loading ? "The table is being read." : undefined,
        };
    const opened = step({
      lab,
      panel: "explore",
      number: 3,
      title: "Explore",
      summary,
      primary,
      body: html`${this.colour()} ${projectionForm(lab)} ${this.finder()} ${this.table()} ${this.figures()} ${this.exports()}`,
    });
    return html`${opened}
      ${this.showsFigures ? html`<archscape-figures .lab=${lab} @close=${this.closeFigures}></archscape-figures>` : nothing}`;
  }

  /** The way to the paper's figures; says how far they are while nobody looks. */
  private figures(): TemplateResult {
    const { figures, isRunning } = this.lab.figures.store.value;
    const made = Object.values(figures).filter(({ state }) => state === "done").length;
    return html`<div class="row">
      <button type="button" data-figures title="Figures 2 to 6 of the paper, made of the map on the screen" @click=${this.openFigures}>Figures of the paper …</button>
      <span class="small quiet">${isRunning ? "being made" : made > 0 ? `${made} of ${Object.keys(figures).length} made` : "of this map"}</span>
    </div>`;
  }

  private openFigures = async (): Promise<void> => {
    const { ArchscapeFigures } = await import("./archscape-figures.ts");
    if (!customElements.get("archscape-figures")) customElements.define("archscape-figures", ArchscapeFigures);
    this.showsFigures = true;
  };

  private closeFigures = (): void => {
    this.showsFigures = false;
  };

  /** The best labelled cell by the metric that colours the map; -1 where there is no such metric. */
  private best(): number {
    const { lab } = this;
    const { goal, values } = quantityOf(lab.settings.value.colour, lab.known());
    if (goal === "none") return -1;
    const sign = goal === "max" ? 1 : -1;
    let best = -1;
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      if (Number.isFinite(value) && (best < 0 || sign * value > sign * (values[best] as number))) best = i;
    }
    return best;
  }

  private selectBest(): void {
    this.lab.select(this.best());
  }

  private colour(): TemplateResult {
    const { lab } = this;
    const { settings } = lab;
    const current = quantityOf(settings.value.colour, lab.known());
    const groups = quantityGroups(lab.known());
    return html`<div class="fields">
      <label class="field wide" title="The number of each cell that colours show">
        <span>Colour by</span>
        <select name="colour" @change=${(event: Event) => settings.set({ colour: (event.target as HTMLSelectElement).value })}>
          ${groups.map(
            ({ title, options }) => html`<optgroup label=${title}>
              ${options.map(({ key, label }) => html`<option value=${key} ?selected=${key === current.key}>${label}</option>`)}
            </optgroup>`,
          )}
        </select>
      </label>
      <label class="field" title="Both can be told apart by colour-blind readers; cividis looks the same to most of them">
        <span>Colour map</span>
        <select name="scheme" @change=${(event: Event) => settings.set({ scheme: (event.target as HTMLSelectElement).value as Scheme })}>
          ${SCHEMES.map((scheme) => html`<option value=${scheme} ?selected=${scheme === settings.value.scheme}>${scheme}</option>`)}
        </select>
      </label>
      <label class="field" title="The other cells become grey">
        <span>Keep in colour</span>
        <select
          name="keep"
          ?disabled=${current.goal === "none"}
          title=${current.goal === "none" ? "Needs a quantity with a best end: a metric of a table" : nothing}
          @change=${(event: Event) => settings.set({ keep: Number((event.target as HTMLSelectElement).value) })}
        >
          ${KEEPS.map(({ share, label }) => html`<option value=${share} ?selected=${share === settings.value.keep}>${label}</option>`)}
        </select>
      </label>
    </div>`;
  }

  private finder(): TemplateResult {
    const onSubmit = (event: SubmitEvent): void => {
      event.preventDefault();
      void this.lab.find(String(new FormData(event.target as HTMLFormElement).get("cell") ?? ""));
    };
    const { notation, example } = SPACE_TEXTS[this.lab.space.name];
    return html`<form @submit=${onSubmit}>
      <label class="field" title="Selects the cell and shows it on the map">
        <span>Find a cell by index or ${notation}</span>
        <input name="cell" type="text" placeholder=${example} autocomplete="off" spellcheck="false" />
      </label>
      <button type="submit" title="Selects the cell">Find</button>
    </form>`;
  }

  private exports(): TemplateResult {
    const { lab } = this;
    const mapped = lab.atlas.store.value.atlas.status === "ready";
    return html`<div class="stack">
      <h3>Export</h3>
      <div class="row">
        <span class="small quiet">Map</span>
        ${(["svg", "png"] as const).map((format) => html`<button type="button" ?disabled=${!mapped} aria-label=${`Save the map as ${format.toUpperCase()}`} title=${mapped ? "The whole map in the colours of the screen" : "There is no map yet"} @click=${() => void lab.exportMap(format)}>${format.toUpperCase()}</button>`)}
      </div>
      <div class="row">
        <span class="small quiet">Embedding</span>
        ${EMBEDDING_FORMATS.map((format) => html`<button type="button" ?disabled=${!mapped} aria-label=${`Save the embedding as ${format}`} title=${mapped ? EMBEDDING_HINTS[format] : "There is no map yet"} @click=${() => void lab.exportEmbedding(format)}>${format}</button>`)}
      </div>
    </div>`;
  }

  private table(): TemplateResult {
    const { lab } = this;
    const { table, loading } = lab.labels.value;
    if (!table) {
      const { column, notation } = SPACE_TEXTS[lab.space.name];
      return html`<p class="small quiet">
          ${hasDemo(lab) ? html`The demo: ${count(2675)} cells that were trained for 3 epochs on Fashion-MNIST, 14×14 pixels.` : nothing} A table of
          your own is a CSV file (also as .gz) with a column <code>${column}</code>${hasDemo(lab) ? nothing : ` (${notation})`} or <code>idx</code> and any
          number of metrics; drop it anywhere on the page.
        </p>
        ${loading ? html`<p class="small" role="status">The table is being read …</p>` : nothing}
        <div class="row"><button type="button" title="CSV or JSON, also as .gz" @click=${() => void lab.pickFiles(TABLES)}>Open a label table …</button></div>`;
    }
    return html`<div class="stack">
      <h3>Columns of ${table.source}</h3>
      <div class="scroll" tabindex="0" role="region" aria-label="Columns of the table">
        <table data-columns>
          <thead>
            <tr>
              <th scope="col" title="A column of the table">Metric</th>
              <th scope="col" class="number" title="Of all cells that have one">Best</th>
              <th scope="col" class="number" title="Cells that have a value">Cells</th>
            </tr>
          </thead>
          <tbody>
            ${table.metrics.map((metric) => {
              const best = extreme(metric.values, metric.goal);
              return html`<tr>
                <td>${metric.name}</td>
                <td class="number">${inUnit(best, metric)}</td>
                <td class="number">${count(metric.present)}</td>
              </tr>`;
            })}
          </tbody>
        </table>
      </div>
      <div class="row">
        <button type="button" title="CSV or JSON, also as .gz" @click=${() => void lab.pickFiles(TABLES)}>Open another …</button>
        <button type="button" title="Forgets the table, and the runs that searched it" @click=${lab.dropLabels}>Remove</button>
      </div>
    </div>`;
  }
}

function extreme(values: Float64Array, goal: "max" | "min"): number {
  let best = Number.NaN;
  for (const value of values) {
    if (Number.isFinite(value) && !(goal === "max" ? value <= best : value >= best)) best = value;
  }
  return best;
}
