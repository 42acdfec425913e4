import { html, LitElement, nothing, type TemplateResult } from "lit";
import { operationLook } from "../../src/drawing/operation-look.ts";
import { writeModelSpec } from "../../src/spaces/model-spec.ts";
import type { Graph } from "../../src/spaces/space.ts";
import { LATENT } from "../../src/vgae/config.ts";
import { saveFile } from "../files.ts";
import { compact, count, inUnit, plural, significant } from "../format.ts";
import { choicesOf } from "../map/facts.ts";
import { quantityOf } from "../map/quantity.ts";
import { SPACE_TEXTS } from "../spaces.ts";
import { sourceText } from "../state/atlas.ts";
import type { Lab } from "../state/context.ts";
import { Watch } from "../state/store.ts";
import { shared } from "../styles/shared.ts";
import { cellStyles } from "./archscape-cell.styles.ts";
import { nearestForm, walkForm } from "./cell-forms.ts";
import { drawn } from "./drawings.ts";
import { cellGlyph, glyphStyles, operationGlyph } from "./glyph.ts";
import { linkCells, pointedStyles } from "./pointing.ts";

/** The selected cell: drawing, numbers, neighbours, export. */
export class ArchscapeCell extends LitElement {
  static override properties = { lab: { attribute: false }, isDrawing: { state: true } };
  static override styles = [shared, glyphStyles, cellStyles, pointedStyles];

  declare lab: Lab;
  /** Whether the cell is changed by hand. */
  declare isDrawing: boolean;

  constructor() {
    super();
    this.isDrawing = false;
    linkCells(this);
    new Watch(this, () => [
      this.lab.settings,
      this.lab.atlas.store,
      this.lab.labels,
      this.lab.surroundings,
      this.lab.instruments.walking.store,
      this.lab.instruments.insights,
    ]);
  }

  protected override render(): TemplateResult {
    const { lab } = this;
    const { cell } = lab.settings.value;
    if (cell < 0 || cell >= lab.space.size) return this.introduction();
    const graph = lab.space.graph(cell);
    const text = lab.space.format(cell);
    return html`
      <header>
        <h2>Cell ${count(cell)}</h2>
        <button type="button" class="plain" @click=${() => lab.select(-1)} title="Selects nothing (Escape)">Clear</button>
      </header>
      <figure>
        ${this.drawing(cell, text)}
        ${lab.space.name === "darts" ? html`<figcaption class="small quiet">Normal and reduction cell are the same; in a reduction cell what reads c<sub>k−2</sub> or c<sub>k−1</sub> has stride 2.</figcaption>` : nothing}
      </figure>
      <div class="notation">
        <code class="mono" tabindex=${text.length > 200 ? 0 : nothing}>${text.replaceAll("+", "\u200b+")}</code>
        <button type="button" class="plain small" title=${`Puts the ${SPACE_TEXTS[lab.space.name].notation} into the clipboard`} @click=${() => void this.copy(text, SPACE_TEXTS[lab.space.name].notation)}>Copy</button>
      </div>
      ${
        lab.space.name === "darts"
          ? nothing
          : html`<details class="editor" ?open=${this.isDrawing} @toggle=${this.onDrawing}>
              <summary title="Other operations and edges: the cell that it becomes is selected at once">Change it by hand</summary>
              ${this.isDrawing ? html`<archscape-editor .lab=${lab}></archscape-editor>` : nothing}
            </details>`
      }
      ${this.numbers(cell)} ${this.neighbours(cell)} ${walkForm(lab, cell)} ${nearestForm(lab, cell)}
      <section class="stack">
        <h3>Export</h3>
        <div class="row">
          <button type="button" title="Graph, costs, labels and embedding of this cell" @click=${() => this.saveJson(cell, graph, text)}>JSON</button>
          <button type="button" title="The drawing above" @click=${() => this.saveSvg(cell)}>SVG</button>
          ${
            lab.space.name === "nasbench101"
              ? html`<button type="button" title="matrix and ops, as the benchmark's code takes them" @click=${() => void this.copy(writeModelSpec(lab.space, graph), "ModelSpec")}>Copy ModelSpec</button>`
              : nothing
          }
        </div>
      </section>
    `;
  }

  private onDrawing = (event: Event): void => {
    this.isDrawing = (event.target as HTMLDetailsElement).open;
  };

  /** From any cell, for a start. */
  private draw = (): void => {
    this.isDrawing = true;
    this.lab.select(Math.floor(this.lab.space.size / 2));
  };

  private introduction(): TemplateResult {
    const { lab } = this;
    const choices = choicesOf(lab.space);
    return html`
      <header><h2>No cell selected</h2></header>
      <p>Every point is one neural network cell. Close points are similar in structure, as a model learned it without seeing any accuracy.</p>
      <p>Point at one, press it, or move with the arrow keys: its drawing, its numbers and its neighbours appear here.</p>
      <section class="stack">
        <h3>Operations</h3>
        <ul class="key">
          ${choices.map((name) => html`<li>${operationGlyph(name)}<span>${operationLook(name).label}</span><span class="quiet small">${MEANING[name] ?? ""}</span></li>`)}
        </ul>
      </section>
      <div class="row"><button type="button" title="Selects any one" @click=${() => lab.select(Math.floor(Math.random() * lab.space.size))}>Random cell</button>
        ${lab.space.name === "darts" ? nothing : html`<button type="button" data-draw title="Begins with a cell of the space, to be changed by hand" @click=${this.draw}>Draw a cell</button>`}</div>
    `;
  }

  private drawing(cell: number, text: string): TemplateResult {
    const drawing = drawn(this, this.lab.space, cell);
    if (!drawing) return html`<div class="waiting"></div>`;
    const { width, height, content } = drawing;
    return html`<svg
      class="cell"
      xmlns="http://www.w3.org/2000/svg"
      viewBox="0 0 ${width} ${height}"
      width=${width}
      height=${height}
      role="img"
      aria-label=${`Cell ${text}`}
      font-family="system-ui, sans-serif"
      font-size="12"
    >
      ${content}
    </svg>`;
  }

  private numbers(cell: number): TemplateResult {
    const { lab } = this;
    const { params, macs } = lab.space.cost(cell);
    const { network } = SPACE_TEXTS[lab.space.name];
    const { vertices, edges } = lab.atlas.store.value.facts ?? {};
    const { table } = lab.labels.value;
    const twin = lab.space.canonical(cell);
    const row = (label: string, hint: string, value: string | TemplateResult, colour?: string): TemplateResult => html`<div>
      <dt title=${hint}>${
        colour === undefined
          ? label
          : html`<button type="button" class="plain" title=${`${hint}. Press to colour the map by it`} aria-pressed=${lab.settings.value.colour === colour} @click=${() => lab.settings.set({ colour })}>${label}</button>`
      }</dt>
      <dd>${value}</dd>
    </div>`;
    return html`<section class="stack">
      <h3>Numbers</h3>
      <dl>
        ${row("Parameters", `Trainable numbers of the ${network}`, html`<span title=${count(params)}>${compact(params)}</span>`, "params")}
        ${row("MACs", `Multiply-adds of the ${network} for one image`, html`<span title=${count(macs)}>${compact(macs)}</span>`, "macs")}
        ${vertices ? row("Vertices", "Nodes of the graph, input and output included", count(vertices[cell] as number), "vertices") : nothing}
        ${edges && lab.space.name === "nasbench101" ? row("Edges", "Connections between nodes", count(edges[cell] as number), "edges") : nothing}
        ${
          twin === cell
            ? nothing
            : row(
                "Computes the same as",
                "The first cell of the space that is the same network: connections that carry nothing are left out",
                html`<button type="button" class="plain" data-cell=${twin} title="Select it" @click=${() => lab.select(twin)}>cell ${count(twin)}</button>`,
              )
        }
        ${(table?.metrics ?? []).map((metric) => {
          const own = metric.values[cell] as number;
          return row(
            metric.name,
            `${metric.name} of this cell, from ${table?.source}`,
            Number.isFinite(own) ? inUnit(own, metric) : html`<span class="quiet">not in the table</span>`,
            `label:${metric.name}`,
          );
        })}
      </dl>
      <p class="small quiet">Parameters and MACs of the ${network}${table ? `; the rest from ${table.source}` : ""}.</p>
    </section>`;
  }

  private neighbours(cell: number): TemplateResult {
    const { lab } = this;
    const { atlas } = lab.atlas.store.value;
    const quantity = quantityOf(lab.settings.value.colour, lab.known());
    const item = (index: number, note: string): TemplateResult => {
      const value = quantity.values[index] as number;
      return html`<li>
        <button type="button" data-cell=${index} title=${`Select cell ${count(index)}`} @click=${() => lab.select(index)}>
          <span class="vh">Cell ${index}: </span>
          ${cellGlyph(lab.space, index, cell)}
          <span class="small">${Number.isFinite(value) ? quantity.brief(value) : "–"}</span>
          <span class="small quiet">${note}</span>
        </button>
      </li>`;
    };
    const found = lab.surroundings.value.around;
    const { near, edits } = found?.cell === cell ? found : { near: [], edits: undefined };
    const sign = quantity.goal === "min" ? 1 : -1;
    const place = (index: number): number => {
      const value = quantity.values[index] as number;
      return Number.isFinite(value) ? sign * value : Number.POSITIVE_INFINITY;
    };
    const sorted = [...(edits ?? [])].sort((a, b) => (place(a) === place(b) ? a - b : place(a) - place(b)));
    const absent =
      atlas.status === "ready"
        ? edits
          ? "This cell is not on the map yet."
          : "They are being looked for."
        : "There is no embedding on the map yet.";
    const { edit } = SPACE_TEXTS[lab.space.name];
    return html`<section class="stack" data-space=${lab.space.name}>
        <h3>Nearest in the embedding</h3>
        ${
          near.length > 0
            ? html`<p class="heads small quiet">
                  <span title="Operations; what differs from the selected cell is marked">changes marked</span><span title=${quantity.source}>${quantity.label}</span
                  ><span title="Between the 16 numbers of both cells (L2)">distance</span>
                </p>
                <ul class="cells" data-neighbours="embedding">
                  ${near.map(({ index, distance }) => item(index, significant(distance, 2)))}
                </ul>`
            : html`<p class="small quiet">${absent}</p>`
        }
      </section>
      <section class="stack" data-space=${lab.space.name}>
        <details>
          <summary title="The smallest changes of this cell that are cells of the space"><h3>${edit}, ${edits ? plural(edits.length, "cell") : "…"}</h3></summary>
          ${
            edits?.length === 0
              ? html`<p class="small quiet">None of the cells one edit away ${lab.space.sample ? "was drawn" : "is in the space"}.</p>`
              : html`<ul class="cells" data-neighbours="edit">
                  ${sorted.map((index) => item(index, ""))}
                </ul>`
          }
        </details>
      </section>`;
  }

  private async copy(text: string, what: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      this.lab.notices.say(`The ${what} is in the clipboard.`);
    } catch {
      this.lab.notices.post("problem", "The browser refused the clipboard; select the text and copy it by hand.");
    }
  }

  private saveJson(cell: number, graph: Graph, text: string): void {
    const { lab } = this;
    const { atlas } = lab.atlas.store.value;
    const { table } = lab.labels.value;
    const { nodes, operations, name } = lab.space;
    const row = atlas.status === "ready" && atlas.present ? atlas.present.indexOf(cell) : cell;
    const edges = [...graph.adjacency].flatMap((bit, i) => (bit ? [[Math.floor(i / nodes), i % nodes]] : []));
    const labels = table?.metrics.map(({ name: metric, unit, scale, values }) => {
      const value = values[cell] as number;
      return { metric, unit, value: Number.isFinite(value) ? value * scale : null };
    });
    const content = {
      space: name,
      index: cell,
      architecture: text,
      canonical: lab.space.canonical(cell),
      operations: [...graph.operations].flatMap((operation) => operations[operation] ?? []),
      edges,
      ...lab.space.cost(cell),
      ...(table ? { labels: { source: table.source, metrics: labels } } : {}),
      ...(lab.space.sample ? { sample: lab.space.sample } : {}),
      ...(atlas.status === "ready" && row >= 0
        ? { embedding: { source: sourceText(atlas.source), values: [...atlas.rows.subarray(row * LATENT, (row + 1) * LATENT)] } }
        : {}),
    };
    saveFile(`${name}-${cell}.json`, `${JSON.stringify(content, null, 2)}\n`, "application/json");
  }

  private saveSvg(cell: number): void {
    const drawn = this.renderRoot.querySelector("svg.cell");
    if (!drawn) return;
    const copy = drawn.cloneNode(true) as SVGElement;
    copy.setAttribute("color", "#17181a");
    copy.removeAttribute("class");
    saveFile(`${this.lab.space.name}-${cell}.svg`, new XMLSerializer().serializeToString(copy), "image/svg+xml");
  }
}

const MEANING: Readonly<Record<string, string>> = {
  none: "cuts the connection",
  skip_connect: "passes its input on",
  nor_conv_1x1: "ReLU, convolution, batch norm",
  nor_conv_3x3: "ReLU, convolution, batch norm",
  avg_pool_3x3: "mean of a 3×3 window",
  max_pool_3x3: "largest of a 3×3 window",
  maxpool3x3: "largest of a 3×3 window",
  "conv1x1-bn-relu": "convolution, batch norm, ReLU",
  "conv3x3-bn-relu": "convolution, batch norm, ReLU",
  sep_conv_3x3: "separable, twice in a row",
  sep_conv_5x5: "separable, twice in a row",
  dil_conv_3x3: "every other pixel of 5×5",
  dil_conv_5x5: "every other pixel of 9×9",
};
