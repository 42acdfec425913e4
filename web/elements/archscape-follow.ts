import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { operationLook } from "../../src/drawing/operation-look.ts";
import { PADDING } from "../../src/spaces/space.ts";
import { LATENT } from "../../src/vgae/config.ts";
import type { CellPath } from "../../src/vgae/follow.ts";
import { count, percent, plural, significant } from "../format.ts";
import type { Lab } from "../state/context.ts";
import { STAGES, type Stage } from "../state/following.ts";
import { Watch } from "../state/store.ts";
import { isActive } from "../state/training.ts";
import { dialogStyles } from "../styles/dialog.ts";
import { shared } from "../styles/shared.ts";
import type { Drawing } from "./cell-drawing.ts";
import { keepEscape, showDialog } from "./dialog.ts";
import { edgeMatrix, latentBars, operationMatrix, rightEntries } from "./follow-pictures.ts";

const TITLES: Readonly<Record<Stage, string>> = { encode: "Encode", sample: "Sample", decode: "Decode", loss: "Loss" };

/** Training in slow motion: one cell on its way through the model, in four numbered steps, before and after an optimiser step. */
export class ArchscapeFollow extends LitElement {
  static override properties = { lab: { attribute: false } };
  static override styles = [
    shared,
    dialogStyles,
    css`
      dialog {
        width: min(1040px, calc(100vw - 48px));
        height: min(760px, calc(100dvh - 48px));
      }
      dialog[open] {
        grid-template-rows: auto auto minmax(0, 1fr) auto;
      }
      .stages {
        display: grid;
        grid-template-columns: repeat(4, 1fr);
        border-bottom: 1px solid var(--rule);
      }
      .stages button {
        min-height: 40px;
        border: 0;
        border-radius: 0;
        border-bottom: 2px solid transparent;
      }
      .stages button[aria-current="step"] {
        border-bottom-color: var(--accent);
        font-weight: 600;
      }
      .stages button:focus-visible {
        outline-offset: -2px;
      }
      .body {
        overflow: auto;
        padding: 16px;
        gap: 16px;
        min-height: 200px;
      }
      .body > p {
        max-width: 70ch;
      }
      .pictures {
        display: flex;
        flex-wrap: wrap;
        gap: 16px 32px;
        align-items: flex-start;
      }
      .pictures figure {
        max-width: 100%;
      }
      figcaption {
        margin-bottom: 4px;
      }
      svg {
        display: block;
        max-width: 100%;
        height: auto;
      }
      header h2 {
        flex: none;
      }
      .state {
        flex: 1;
      }
      footer {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        padding: 12px 16px;
        border-top: 1px solid var(--rule);
      }
      footer .end {
        margin-left: auto;
        display: flex;
        gap: 8px;
      }
      @media (max-width: 800px) {
        dialog {
          width: 100vw;
          height: 100dvh;
        }
      }
    `,
  ];

  declare lab: Lab;

  constructor() {
    super();
    new Watch(this, () => [this.lab.following.store, this.lab.training.store]);
  }

  protected override updated(): void {
    showDialog(this.renderRoot, this.lab.following.store.value.isShown);
  }

  protected override render(): TemplateResult {
    const { following } = this.lab;
    return html`<dialog aria-labelledby="title" @close=${following.hide} @keydown=${keepEscape}>
      ${following.store.value.isShown ? this.content() : nothing}
    </dialog>`;
  }

  private content(): TemplateResult {
    const { following, training } = this.lab;
    const { stage, path, waiting, problem, draw } = following.store.value;
    const { job } = training.store.value;
    const place = STAGES.indexOf(stage);
    const move = (by: number) => (): void => following.go(STAGES[place + by] ?? stage);
    const busy = job === "starting" || job === "ending" || job === "cancelling" || waiting !== undefined;
    return html`
      <header>
        <h2 id="title">${path ? `Cell ${count(path.index)}` : "Follow one cell"}</h2>
        ${path ? html`<p class="state small quiet">${this.when(path)}</p>` : nothing}
        <button type="button" @click=${following.hide}>Close</button>
      </header>
      <div class="stages" role="group" aria-label="Steps of the model">
        ${STAGES.map((name, i) => html`<button type="button" aria-current=${name === stage ? "step" : nothing} @click=${() => following.go(name)}>${i + 1} ${TITLES[name]}</button>`)}
      </div>
      <div class="body stack" data-stage=${stage} data-step=${path?.step ?? nothing}>
        ${path ? this[stage](path) : html`<p role="status">${waiting ?? problem ?? "The cell is on its way through the model."}</p>`}
      </div>
      <footer>
        <button type="button" ?disabled=${busy} @click=${following.trainOneStep}>
          ${job === "paused" ? "Train one step" : job === "running" ? "Pause training" : "Train from scratch, one step at a time"}
        </button>
        ${
          stage === "sample" || stage === "decode"
            ? html`<button type="button" ?disabled=${!path} title="Another point from the same distribution" @click=${following.drawAgain}>Draw ${draw > 0 ? "another point" : "a point"}</button>
                <button type="button" ?disabled=${!path || draw === 0} title="Without noise" @click=${following.takeMean}>Take the mean</button>`
            : nothing
        }
        <span class="end">
          <button type="button" ?disabled=${place === 0} @click=${move(-1)}>Back</button>
          <button type="button" class="primary" ?disabled=${place === STAGES.length - 1} @click=${move(1)}>Next</button>
        </span>
      </footer>
    `;
  }

  private when({ step }: CellPath): string {
    const { job, model } = this.lab.training.store.value;
    return isActive(job) || !model ? `after ${plural(step, "training step")}` : model;
  }

  private picture(title: string, { width, height, content }: Drawing, words: string): TemplateResult {
    return html`<figure>
      <figcaption class="small quiet">${title}</figcaption>
      <svg viewBox="0 0 ${width} ${height}" width=${width} height=${height} role="img" aria-label=${words} font-size="12">${content}</svg>
    </figure>`;
  }

  /** What a node is, for people. */
  private word(operation: number | undefined): string {
    return operation === undefined || operation === PADDING
      ? "no node"
      : operationLook(this.lab.space.operations[operation] ?? "").label;
  }

  private truthWords({ graph }: CellPath): string {
    const { nodes } = this.lab.space;
    const edges = [...graph.adjacency].flatMap((bit, i) => (bit ? [`${Math.floor(i / nodes)} to ${i % nodes}`] : []));
    return `Operations by node: ${[...graph.operations].map((operation, node) => `${node} ${this.word(operation)}`).join(", ")}. Edges: ${edges.join(", ")}.`;
  }

  private encode(path: CellPath): TemplateResult {
    const { space } = this.lab;
    const { before } = this.lab.following.store.value;
    return html`
      <p>
        The cell goes in as two tables: which operation each node has, and which node feeds which. Graph layers mix every node with its
        neighbours, and give each node ${LATENT} means and ${LATENT} deviations.
      </p>
      <div class="pictures">
        ${this.picture("Operation of each node", operationMatrix(space, path, "truth"), this.truthWords(path))}
        ${this.picture("Edges, from row to column", edgeMatrix(space, path, "truth"), "The same edges as a table of rows and columns.")}
        ${this.picture(`Mean (bar) ± deviation (line), ${LATENT} numbers a node`, latentBars(space, path, "mean", before), this.latentWords(path.mean))}
      </div>
      <p class="small quiet">The place on the map is made of the mean over the nodes. ${before ? "Dashed: before the last training step." : ""}</p>
    `;
  }

  private latentWords(values: Float32Array): string {
    const means = Array.from({ length: LATENT }, (_, i) => {
      let sum = 0;
      for (let at = i; at < values.length; at += LATENT) sum += values[at] as number;
      return significant((sum * LATENT) / values.length, 2);
    });
    return `Mean over the nodes of each of the ${LATENT} numbers: ${means.join(", ")}.`;
  }

  private sample(path: CellPath): TemplateResult {
    const { space } = this.lab;
    const { before, draw } = this.lab.following.store.value;
    const isDrawn = path.noise.some((value) => value !== 0);
    return html`
      <p>
        ${
          isDrawn
            ? "A point is drawn: mean + deviation × noise. So nearby points have to decode to the same cell, and the map has few holes."
            : "The mean itself is taken, without noise, as the released protocol trains after its first epoch. Draw a point to see what noise does."
        }
      </p>
      <div class="pictures">
        ${this.picture(isDrawn ? "Drawn point (bar), mean (line)" : "Mean", latentBars(space, path, "sampled", before), this.latentWords(path.sampled))}
      </div>
      <p class="small quiet">${isDrawn ? `Draw number ${draw}: the noise stays the same when a training step is made.` : nothing} ${before ? "Dashed: before the last training step." : ""}</p>
    `;
  }

  private decode(path: CellPath): TemplateResult {
    const { space } = this.lab;
    const right = rightEntries(space, path);
    const kinds = space.operations.length;
    return html`
      <p>
        From this point the decoder says how likely each operation is at each node, and each edge: the product of two nodes' numbers,
        through a sigmoid. Ringed: what the cell really has. Crossed: what the decoder gets wrong.
      </p>
      <div class="pictures">
        ${this.picture("Probability of each operation, by area", operationMatrix(space, path, "decoded"), "The table below has the same numbers.")}
        ${this.picture("Probability of each edge, by area", edgeMatrix(space, path, "decoded"), `${right.edges} of ${right.pairs} possible edges are right.`)}
      </div>
      <p data-right=${`${right.operations}/${right.nodes}`}>
        Right: ${right.operations} of ${right.nodes} operations, ${right.edges} of ${right.pairs} possible edges.
      </p>
      <details>
        <summary>Operations as a table</summary>
        <table>
          <thead><tr><th scope="col">Node</th><th scope="col">In the cell</th><th scope="col">Most likely</th><th scope="col" class="number">Probability</th></tr></thead>
          <tbody>
            ${[...path.graph.operations].map((truth, node) => {
              const guess = path.rebuilt.operations[node] as number;
              return html`<tr><td>${node}</td><td>${this.word(truth)}</td><td>${this.word(guess)}</td><td class="number">${percent(path.operations[node * kinds + guess] as number)}</td></tr>`;
            })}
          </tbody>
        </table>
      </details>
    `;
  }

  private loss(path: CellPath): TemplateResult {
    const { before } = this.lab.following.store.value;
    const row = (label: string, hint: string, of: keyof CellPath["loss"]): TemplateResult => html`<tr>
      <td>${label}<br /><span class="quiet">${hint}</span></td>
      ${before ? html`<td class="number">${significant(before.loss[of], 4)}</td>` : nothing}
      <td class="number" data-term=${of}>${significant(path.loss[of], 4)}</td>
    </tr>`;
    return html`
      <p>
        How wrong the cell came back: the loss of a batch is the mean over its cells. An optimiser step changes all weights a little, so that
        the loss of its batch falls; this cell may be in that batch or not.
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col">Term</th>
            ${before ? html`<th scope="col" class="number">After ${plural(before.step, "step")}</th>` : nothing}
            <th scope="col" class="number">${before ? `After ${plural(path.step, "step")}` : "Now"}</th>
          </tr>
        </thead>
        <tbody>
          ${row("Operations", "cross-entropy of the operations, mean over the entries", "operations")}
          ${row("Adjacency", "cross-entropy of the edges, mean over the entries", "adjacency")}
          ${row("KL", "how far mean and deviation are from a standard normal distribution, times the weight of KL", "kl")}
          ${row("Loss", "their sum", "total")}
        </tbody>
      </table>
      <p class="small quiet">
        Measured as the model stands: batch-norm statistics of training so far, no dropout. ${before ? nothing : "Train one step to see before and after."}
      </p>
    `;
  }
}
