import { css, html, LitElement, type TemplateResult } from "lit";
import { count, plural } from "../format.ts";
import { sourceText } from "../state/atlas.ts";
import type { Lab } from "../state/context.ts";
import { Watch } from "../state/store.ts";
import { isActive } from "../state/training.ts";
import { shared } from "../styles/shared.ts";
import { operationLook } from "../theme.ts";
import { step, stepStyles } from "./step.ts";

/** Step 1: which architectures there are, and which shipped embedding shows them. */
export class ArchscapeSpace extends LitElement {
  static override properties = { lab: { attribute: false } };
  static override styles = [
    shared,
    stepStyles,
    css`
      .operations {
        display: flex;
        flex-wrap: wrap;
        gap: 4px;
      }
      .operation {
        fill: currentColor;
      }
      .operations svg {
        display: block;
      }
      .operations text {
        font: 600 12px/1 var(--sans);
      }
    `,
  ];

  declare lab: Lab;

  constructor() {
    super();
    new Watch(this, () => [this.lab.settings, this.lab.atlas.store, this.lab.training.store]);
  }

  protected override render(): TemplateResult {
    const { lab } = this;
    const { space, atlas, settings } = lab;
    const shown = atlas.store.value.atlas;
    const { model } = settings.value;
    const isShown = shown.status === "ready" && shown.source.kind === "shipped" && shown.source.protocol === model;
    const busy = isActive(lab.training.store.value.job);
    const obstacle = isShown
      ? "This map is on the screen."
      : busy
        ? "Pre-training is drawing the map; cancel it first."
        : undefined;
    const choose = (event: Event): void => {
      const chosen = (event.target as HTMLSelectElement).value as "released" | "corrected";
      settings.set({ model: chosen });
      if (!busy) void atlas.showShipped(chosen);
    };
    return step({
      lab,
      panel: "space",
      number: 1,
      title: "Space",
      summary: `${space.title}, ${count(space.size)} cells`,
      primary: { label: "Show map", run: () => void atlas.showShipped(model), obstacle },
      body: html`
        <p>
          A cell is a small network of ${space.nodes} nodes. Six of them choose one of ${atlas.facts.choices.length} operations, which makes
          ${count(space.size)} cells; the map places each by what a model learned about their structure, without any accuracy.
        </p>
        <div class="operations">${atlas.facts.choices.map(chip)}</div>
        <label class="field">
          <span>Shipped embedding (model protocol)</span>
          <select name="model" @change=${choose}>
            <option value="released" ?selected=${model === "released"}>released, as the paper's code</option>
            <option value="corrected" ?selected=${model === "corrected"}>corrected</option>
          </select>
        </label>
        <p class="small quiet">
          On the map: ${shown.status === "ready" ? sourceText(shown.source) : shown.status === "loading" ? "loading" : "nothing"}.
          ${plural(space.trainSize, "cell")} train the model, ${count(space.size - space.trainSize)} are held out.
        </p>
        <div class="row">
          <button type="button" ?disabled=${busy} @click=${() => void lab.openShippedWeights()}>Load its weights</button>
          <button type="button" ?disabled=${busy} @click=${() => void lab.pickFiles(".safetensors")}>Open a checkpoint …</button>
        </div>
      `,
    });
  }
}

function chip(name: string): TemplateResult {
  const look = operationLook(name);
  const width = 16 + look.label.length * 7;
  return html`<svg width=${width} height="20" role="img" aria-label=${look.label}>
    <rect width=${width} height="20" rx="4" fill=${look.fill} />
    <text x=${width / 2} y="14" text-anchor="middle" fill=${look.text}>${look.label}</text>
  </svg>`;
}
