import { html, LitElement, nothing, type SVGTemplateResult, svg, type TemplateResult } from "lit";
import type { Graph } from "../../src/spaces/space.ts";
import { LATENT } from "../../src/vgae/config.ts";
import { liveNodes, NODE } from "../charts/cell-graph.ts";
import type { CellLayout } from "../charts/cell-layout.ts";
import { saveFile } from "../files.ts";
import { compact, count, inUnit, significant } from "../format.ts";
import { nearestInEmbedding } from "../map/nearest.ts";
import { quantityOf } from "../map/quantity.ts";
import { sourceText } from "../state/atlas.ts";
import type { Lab } from "../state/context.ts";
import { Watch } from "../state/store.ts";
import { shared } from "../styles/shared.ts";
import { operationLook } from "../theme.ts";
import { cellStyles } from "./archscape-cell.styles.ts";
import { chosenOperations, strip, stripStyles } from "./glyph.ts";

const NEAREST = 8;

type Layouts = typeof import("../charts/cell-layout.ts");

/** The selected cell: drawing, numbers, neighbours, export. */
export class ArchscapeCell extends LitElement {
  static override properties = { lab: { attribute: false }, layouts: { state: true } };
  static override styles = [shared, stripStyles, cellStyles];

  declare lab: Lab;
  declare layouts: Layouts | undefined;
  /** Cells of one topology share a layout. */
  private readonly known = new Map<string, CellLayout>();

  constructor() {
    super();
    new Watch(this, () => [this.lab.settings, this.lab.atlas.store, this.lab.labels]);
  }

  protected override willUpdate(): void {
    if (this.layouts || this.lab.settings.value.cell < 0) return;
    void import("../charts/cell-layout.ts").then((layouts) => {
      this.layouts = layouts;
    });
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
        <button type="button" class="plain" @click=${() => lab.select(-1)} title="Escape">Clear</button>
      </header>
      <figure>${this.drawing(graph, text)}</figure>
      <div class="notation">
        <code class="mono">${text.replaceAll("+", "\u200b+")}</code>
        <button type="button" class="plain small" @click=${() => void this.copy(text)}>Copy</button>
      </div>
      ${this.numbers(cell)} ${this.neighbours(cell)}
      <section class="stack">
        <h3>Export</h3>
        <div class="row">
          <button type="button" @click=${() => this.saveJson(cell, graph, text)}>JSON</button>
          <button type="button" @click=${() => this.saveSvg(cell)}>SVG</button>
        </div>
      </section>
    `;
  }

  private introduction(): TemplateResult {
    const { lab } = this;
    const { choices } = lab.atlas.facts;
    return html`
      <header><h2>No cell selected</h2></header>
      <p>Every point is one neural network cell. Close points are similar in structure, as a model learned it without seeing any accuracy.</p>
      <p>Point at one, press it, or move with the arrow keys: its drawing, its numbers and its neighbours appear here.</p>
      <section class="stack">
        <h3>Operations</h3>
        <ul class="key">
          ${choices.map((name) => html`<li>${strip([name])}<span>${operationLook(name).label}</span><span class="quiet small">${MEANING[name] ?? ""}</span></li>`)}
        </ul>
      </section>
      <div class="row"><button type="button" @click=${() => lab.select(Math.floor(Math.random() * lab.space.size))}>Random cell</button></div>
    `;
  }

  private drawing(graph: Graph, text: string): TemplateResult {
    if (!this.layouts) return html`<div class="waiting"></div>`;
    const topology = graph.adjacency.join("");
    let placed = this.known.get(topology);
    if (!placed) {
      placed = this.layouts.layoutCell(graph);
      this.known.set(topology, placed);
    }
    const { width, height, nodes, edges } = placed;
    const { operations } = this.lab.space;
    const live = liveNodes(graph, (operation) => operations[operation] === "none");
    return html`<svg
      class="cell"
      xmlns="http://www.w3.org/2000/svg"
      viewBox="0 0 ${Math.ceil(width)} ${Math.ceil(height)}"
      width=${Math.ceil(width)}
      height=${Math.ceil(height)}
      role="img"
      aria-label=${`Cell ${text}`}
      font-family="system-ui, sans-serif"
      font-size="12"
    >
      ${edges.map(({ from, to, points }) => edgePath(points, live.has(from) && live.has(to)))}
      ${nodes.map(({ node, x, y }) => nodeBox(operations[graph.operations[node] as number] ?? "", x, y, live.has(node)))}
    </svg>`;
  }

  private numbers(cell: number): TemplateResult {
    const { lab } = this;
    const { params, macs } = lab.atlas.facts;
    const { table } = lab.labels.value;
    const twin = lab.space.canonical(cell);
    const row = (label: string, value: string | TemplateResult, colour?: string): TemplateResult => html`<div>
      <dt>${
        colour === undefined
          ? label
          : html`<button type="button" class="plain" title="Colour the map by this" aria-pressed=${lab.settings.value.colour === colour} @click=${() => lab.settings.set({ colour })}>${label}</button>`
      }</dt>
      <dd>${value}</dd>
    </div>`;
    return html`<section class="stack">
      <h3>Numbers</h3>
      <dl>
        ${row("Parameters", html`<span title=${count(params[cell] as number)}>${compact(params[cell] as number)}</span>`, "params")}
        ${row("MACs", html`<span title=${count(macs[cell] as number)}>${compact(macs[cell] as number)}</span>`, "macs")}
        ${
          twin === cell
            ? nothing
            : row(
                "Computes the same as",
                html`<button type="button" class="plain" @click=${() => lab.select(twin)}>cell ${count(twin)}</button>`,
              )
        }
        ${(table?.metrics ?? []).map((metric) => {
          const own = metric.values[cell] as number;
          return row(
            metric.name,
            Number.isFinite(own) ? inUnit(own, metric) : html`<span class="quiet">not in the table</span>`,
            `label:${metric.name}`,
          );
        })}
      </dl>
      <p class="small quiet">Parameters and MACs of the CIFAR-10 network${table ? `; the rest from ${table.source}` : ""}.</p>
    </section>`;
  }

  private neighbours(cell: number): TemplateResult {
    const { lab } = this;
    const { atlas } = lab.atlas.store.value;
    const { choices } = lab.atlas.facts;
    const own = chosenOperations(lab.space, choices, cell);
    const quantity = quantityOf(lab.settings.value.colour, lab.atlas.facts, lab.labels.value.table);
    const item = (index: number, note: string): TemplateResult => {
      const operations = chosenOperations(lab.space, choices, index);
      const changed = operations.flatMap((name, i) => (name === own[i] ? [] : [i]));
      const value = quantity.values[index] as number;
      return html`<li>
        <button type="button" @click=${() => lab.select(index)} aria-label=${`Cell ${index}: ${operations.map((name) => operationLook(name).label).join(", ")}`}>
          ${strip(operations, changed)}
          <span class="small">${Number.isFinite(value) ? quantity.brief(value) : "–"}</span>
          <span class="small quiet">${note}</span>
        </button>
      </li>`;
    };
    const near = atlas.status === "ready" ? nearestInEmbedding(atlas.embedding, LATENT, cell, NEAREST) : [];
    const edits = [...lab.space.neighbours(cell)];
    const sign = quantity.goal === "min" ? 1 : -1;
    const place = (index: number): number => {
      const value = quantity.values[index] as number;
      return Number.isFinite(value) ? sign * value : Number.POSITIVE_INFINITY;
    };
    edits.sort((a, b) => (place(a) === place(b) ? a - b : place(a) - place(b)));
    return html`<section class="stack">
        <h3>Nearest in the embedding</h3>
        <p class="heads small quiet"><span>changes marked</span><span>${quantity.label}</span><span>distance</span></p>
        <ul class="cells" data-neighbours="embedding">
          ${near.map(({ index, distance }) => item(index, significant(distance, 2)))}
        </ul>
        ${near.length === 0 ? html`<p class="small quiet">There is no embedding on the map yet.</p>` : nothing}
      </section>
      <section class="stack">
        <details>
          <summary><h3>One operation changed, ${edits.length} cells</h3></summary>
          <ul class="cells" data-neighbours="edit">
            ${edits.map((index) => item(index, ""))}
          </ul>
        </details>
      </section>`;
  }

  private async copy(text: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      this.lab.notices.say("The architecture string is in the clipboard.");
    } catch {
      this.lab.notices.post("problem", "The browser refused the clipboard; select the text and copy it by hand.");
    }
  }

  private saveJson(cell: number, graph: Graph, text: string): void {
    const { lab } = this;
    const { atlas } = lab.atlas.store.value;
    const { table } = lab.labels.value;
    const { nodes, operations, name } = lab.space;
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
      operations: [...graph.operations].map((operation) => operations[operation] ?? null),
      edges,
      ...lab.space.cost(cell),
      ...(table ? { labels: { source: table.source, metrics: labels } } : {}),
      ...(atlas.status === "ready"
        ? {
            embedding: {
              source: sourceText(atlas.source),
              values: [...atlas.embedding.subarray(cell * LATENT, (cell + 1) * LATENT)],
            },
          }
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
};

/** Upright at every corner that dagre set, so that the line keeps clear of the nodes. What carries nothing is dotted and pale. */
function edgePath(points: readonly { readonly x: number; readonly y: number }[], live: boolean): SVGTemplateResult {
  const [first, ...rest] = points;
  if (!first) return svg``;
  let { x, y } = first;
  let path = `M${x} ${y}`;
  for (const point of rest) {
    const middle = (y + point.y) / 2;
    path += `C${x} ${middle} ${point.x} ${middle} ${point.x} ${point.y}`;
    ({ x, y } = point);
  }
  return svg`<path d=${path} fill="none" stroke="currentColor" stroke-width=${live ? 1.5 : 1} stroke-opacity=${live ? 0.75 : 0.35}
    stroke-dasharray=${live ? nothing : "2 3"} />`;
}

function nodeBox(name: string, x: number, y: number, live: boolean): SVGTemplateResult {
  const left = x - NODE.width / 2;
  const top = y - NODE.height / 2;
  const terminal = name === "input" || name === "output";
  const { label, fill, text } = operationLook(name);
  if (terminal) {
    return svg`<g><rect x=${left} y=${top} width=${NODE.width} height=${NODE.height} rx="14" fill="none" stroke="currentColor" />
      <text x=${x} y=${y + 4} text-anchor="middle" fill="currentColor">${label}</text></g>`;
  }
  if (!live) {
    return svg`<g><rect x=${left} y=${top} width=${NODE.width} height=${NODE.height} rx="4" fill=${fill} fill-opacity="0.16" stroke=${fill} stroke-dasharray="3 3" />
      <text x=${x} y=${y + 4} text-anchor="middle" fill="currentColor">${label}</text></g>`;
  }
  return svg`<g><rect x=${left} y=${top} width=${NODE.width} height=${NODE.height} rx="4" fill=${fill} />
    <text x=${x} y=${y + 4} text-anchor="middle" fill=${text} font-weight="600">${label}</text></g>`;
}
