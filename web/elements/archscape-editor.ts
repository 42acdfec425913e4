import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { operationLook } from "../../src/drawing/operation-look.ts";
import { SOURCES, TARGETS } from "../../src/spaces/nasbench201/notation.ts";
import type { Graph, Membership } from "../../src/spaces/space.ts";
import { count } from "../format.ts";
import { choicesOf } from "../map/facts.ts";
import { nodesOf, withEdge, withNodes, withOperation } from "../state/cell-edits.ts";
import type { Lab } from "../state/context.ts";
import { Watch } from "../state/store.ts";
import { shared } from "../styles/shared.ts";
import { glyphStyles, operationGlyph } from "./glyph.ts";

/** Changes the selected cell by hand; what is a cell of the space is selected at once, and so seen on the map. */
export class ArchscapeEditor extends LitElement {
  static override properties = { lab: { attribute: false }, graph: { state: true } };
  static override styles = [
    shared,
    glyphStyles,
    css`
      :host {
        display: grid;
        gap: 8px;
        grid-template-columns: minmax(0, 1fr);
      }
      .edges {
        display: grid;
        grid-template-columns: repeat(3, minmax(0, 1fr));
        gap: 4px 8px;
      }
      label > span {
        font-size: var(--size-small);
        line-height: 16px;
        color: var(--quiet);
      }
      .edges select {
        padding: 4px;
      }
      .nodes {
        display: grid;
        gap: 4px;
      }
      .nodes label,
      .size {
        display: grid;
        grid-template-columns: 64px 16px minmax(0, 1fr);
        gap: 8px;
        align-items: center;
      }
      .size {
        grid-template-columns: 64px minmax(0, 1fr);
      }
      .matrix {
        display: block;
        overflow-x: auto;
      }
      .matrix table {
        width: auto;
      }
      .matrix :is(th, td) {
        padding: 2px;
        border: 0;
        text-align: center;
        vertical-align: middle;
      }
      .matrix th {
        min-width: 24px;
      }
      .matrix button {
        width: 28px;
        min-height: 28px;
        padding: 0;
      }
      .matrix button[aria-pressed="true"] {
        background: var(--ink);
        color: var(--paper);
      }
    `,
  ];

  declare lab: Lab;
  /** What is drawn: it may be none of the space, and the numbering of its nodes is its own. */
  declare graph: Graph | undefined;
  /** The selected cell that `graph` is, or was before it became none. */
  private cell = -1;

  constructor() {
    super();
    new Watch(this, () => [this.lab.settings, this.lab.atlas.store]);
  }

  /** Another cell was selected elsewhere: it is the one to change. */
  protected override willUpdate(): void {
    const { cell } = this.lab.settings.value;
    if (cell === this.cell) return;
    this.cell = cell;
    this.graph = cell >= 0 && cell < this.lab.space.size ? this.lab.space.graph(cell) : undefined;
  }

  private change(graph: Graph): void {
    this.graph = graph;
    const member = this.lab.space.membership(graph);
    if (!("index" in member)) return;
    this.cell = member.index;
    this.lab.select(member.index);
  }

  protected override render(): TemplateResult | typeof nothing {
    const { lab, graph } = this;
    if (!graph || lab.space.name === "darts") return nothing;
    const member = lab.space.membership(graph);
    return html`
      ${lab.space.name === "nasbench201" ? this.sixEdges(graph) : this.anyGraph(graph)}
      <p class="small ${"index" in member ? "quiet" : "warn"}" role="status" data-verdict>${this.verdict(member)}</p>
    `;
  }

  private verdict(member: Membership): string {
    if (!("index" in member)) return `No cell of the space yet, so the drawing and the map show the last one. ${member.reason}`;
    const { atlas } = this.lab.atlas.store.value;
    const isPlaced = atlas.status === "ready" && Number.isFinite(atlas.points[2 * member.index]);
    return `This is cell ${count(member.index)}: ${isPlaced ? "it is ringed on the map" : "it has no place on the map yet"}.`;
  }

  private operation(graph: Graph, node: number, label: string): TemplateResult {
    const { operations } = this.lab.space;
    const onChange = (event: Event): void => {
      const chosen = (event.target as HTMLSelectElement).value;
      this.change(withOperation(graph, node, operations.indexOf(chosen)));
    };
    return html`<select title="The operation there; the cell that it makes is selected" aria-label=${label} data-node=${node} @change=${onChange}>
      ${choicesOf(this.lab.space).map(
        (name) =>
          html`<option value=${name} .selected=${operations.indexOf(name) === graph.operations[node]}>${operationLook(name).label}</option>`,
      )}
    </select>`;
  }

  private sixEdges(graph: Graph): TemplateResult {
    const name = (map: number): string => (map === 0 ? "input" : map === 3 ? "output" : String(map));
    return html`<div class="edges">
        ${SOURCES.map((source, edge) => {
          const title = `${name(source)} → ${name(TARGETS[edge] as number)}`;
          return html`<label><span>${title}</span>${this.operation(graph, edge + 1, `Operation from ${title}`)}</label>`;
        })}
      </div>`;
  }

  private anyGraph(graph: Graph): TemplateResult {
    const { space } = this.lab;
    const nodes = nodesOf(graph);
    const fresh = space.operations.indexOf(choicesOf(space)[0] ?? "");
    const onCount = (event: Event): void =>
      this.change(withNodes(graph, Number((event.target as HTMLSelectElement).value), fresh));
    const inner = Array.from({ length: nodes - 2 }, (_, i) => i + 1);
    return html`
      <label class="size" title="Input and output included">
        <span>Nodes</span>
        <select data-count @change=${onCount}>
          ${Array.from({ length: space.nodes - 1 }, (_, i) => html`<option value=${i + 2} .selected=${i + 2 === nodes}>${i + 2}</option>`)}
        </select>
      </label>
      <div class="nodes">
        ${inner.map(
          (node) => html`<label>
            <span>Node ${node}</span>${operationGlyph(space.operations[graph.operations[node] as number] ?? "")}
            ${this.operation(graph, node, `Operation of node ${node}`)}
          </label>`,
        )}
      </div>
      ${this.matrix(graph, nodes)}
    `;
  }

  /** The upper triangle of the adjacency: a row a node that an edge leaves, a column one that it enters. */
  private matrix(graph: Graph, nodes: number): TemplateResult {
    const size = graph.operations.length;
    const name = (node: number): string => (node === 0 ? "in" : node === nodes - 1 ? "out" : String(node));
    const all = Array.from({ length: nodes }, (_, node) => node);
    return html`<div class="matrix" role="region" aria-label="Edges">
      <table>
        <thead>
          <tr>
            <th scope="col"><span class="vh">from, to</span></th>
            ${all.slice(1).map((to) => html`<th scope="col">${name(to)}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${all.slice(0, -1).map(
            (from) => html`<tr>
              <th scope="row">${name(from)}</th>
              ${all.slice(1).map((to) => {
                if (to <= from) return html`<td></td>`;
                const isThere = graph.adjacency[from * size + to] === 1;
                return html`<td>
                  <button
                    type="button"
                    title=${isThere ? "Takes this edge away" : "Adds this edge"}
                    aria-pressed=${isThere}
                    aria-label=${`Edge from ${name(from)} to ${name(to)}`}
                    @click=${() => this.change(withEdge(graph, from, to, !isThere))}
                  >
                    ${isThere ? "●" : ""}
                  </button>
                </td>`;
              })}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }
}
