import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { operationLook } from "../../src/drawing/operation-look.ts";
import { requestOf, type SpaceRequest } from "../../src/spaces/request.ts";
import type { SpaceName } from "../../src/spaces/space.ts";
import { PROTOCOLS, type Protocol } from "../../src/vgae/config.ts";
import { count, plural } from "../format.ts";
import { choicesOf } from "../map/facts.ts";
import { SPACE_TEXTS } from "../spaces.ts";
import { partText, sourceText } from "../state/atlas.ts";
import type { Lab, Opening } from "../state/context.ts";
import { DEFAULT_SETTINGS, MOST_DRAWN, SPACES } from "../state/settings.ts";
import { shippedModels } from "../state/shipped.ts";
import { Watch } from "../state/store.ts";
import { isActive } from "../state/training.ts";
import { shared } from "../styles/shared.ts";
import { preparation, preparationStyles } from "./preparation.ts";
import { type Step, step, stepStyles } from "./step.ts";

/** What is drawn of DARTS unless told otherwise: as many as in the paper. */
const DRAWN = { seed: DEFAULT_SETTINGS.drawSeed, count: DEFAULT_SETTINGS.drawn };

/** Step 1: which architectures there are, and which shipped embedding shows them. */
export class ArchscapeSpace extends LitElement {
  static override properties = { lab: { attribute: false } };
  static override styles = [
    shared,
    stepStyles,
    preparationStyles,
    css`
      form button {
        grid-column: 1 / -1;
      }
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
    new Watch(this, () => [
      this.lab.settings,
      this.lab.atlas.store,
      this.lab.training.store,
      this.lab.searching.store,
      this.lab.spaces.store,
    ]);
  }

  protected override render(): TemplateResult {
    const { lab } = this;
    const { space, spaces } = lab;
    const { opening } = spaces.store.value;
    return step({
      lab,
      panel: "space",
      number: 1,
      title: "Space",
      summary: `${space.title}, ${count(space.size)} cells`,
      primary: opening
        ? { label: "Cancel", hint: "Stays in the space that is on the screen", run: spaces.cancel }
        : this.mapButton(),
      body: html`
        ${this.choice(opening)}
        <p>${SPACE_TEXTS[space.name].about(space)}</p>
        <div class="operations">${choicesOf(space).map(chip)}</div>
        ${this.models()}
      `,
    });
  }

  private mapButton(): Step["primary"] {
    const { lab } = this;
    const { model } = lab.settings.value;
    const shown = lab.atlas.store.value.atlas;
    const isShown = shown.status === "ready" && shown.source.kind === "shipped" && shown.source.protocol === model;
    const obstacle = !shippedModels(lab.space.name)[model]
      ? "No model of this space comes with the page: pre-train one in step 2, or open a checkpoint."
      : isShown
        ? "This map is on the screen."
        : isActive(lab.training.store.value.job)
          ? "Pre-training is drawing the map; cancel it first."
          : undefined;
    return {
      label: "Show map",
      hint: "Shows the map that comes with the page",
      run: () => void lab.showShipped(model),
      obstacle,
    };
  }

  private choice(opening: Opening | undefined): TemplateResult {
    const { lab } = this;
    const { space } = lab;
    const chosen = opening?.request ?? requestOf(space);
    const choose = (event: Event): void => {
      const name = (event.target as HTMLSelectElement).value as SpaceName;
      void this.open(name === "darts" ? { name, ...DRAWN } : { name });
    };
    const draw = (event: SubmitEvent): void => {
      event.preventDefault();
      const fields = new FormData(event.target as HTMLFormElement);
      void this.open({ name: "darts", seed: Number(fields.get("drawSeed")), count: Number(fields.get("drawn")) });
    };
    return html`<label class="field" title="Which networks there are: a benchmark, or a sample of a space that is too large to draw whole">
        <span>Search space</span>
        <select name="space" .value=${live(chosen.name)} @change=${choose}>
          ${SPACES.map(
            (name) =>
              html`<option value=${name} ?selected=${name === chosen.name}>${SPACE_TEXTS[name].title}, ${name === "darts" && chosen.count ? `${count(chosen.count)} drawn` : SPACE_TEXTS[name].extent}</option>`,
          )}
        </select>
      </label>
      ${
        chosen.name === "darts"
          ? html`<form class="fields" @submit=${draw}>
              <label class="field" title="So many of them are drawn at random"><span>Cells to draw</span><input name="drawn" type="number" required min="1" max=${MOST_DRAWN} step="1" .value=${String(chosen.count)} ?disabled=${opening !== undefined} /></label>
              <label class="field" title="Decides which cells are drawn: the same seed draws the same ones"><span>Seed</span><input name="drawSeed" type="number" required min="0" max=${2 ** 32 - 1} step="1" .value=${String(chosen.seed)} ?disabled=${opening !== undefined} /></label>
              <button type="submit" title="Another sample of the space" ?disabled=${opening !== undefined}>Draw others</button>
            </form>`
          : nothing
      }
      ${opening ? preparation(opening) : nothing}`;
  }

  private async open(request: SpaceRequest): Promise<void> {
    await this.lab.spaces.open(request);
    // Refused or cancelled: the fields go back to what is on the screen.
    this.requestUpdate();
  }

  private models(): TemplateResult {
    const { lab } = this;
    const { space, settings, atlas, training } = lab;
    const shown = atlas.store.value.atlas;
    const busy = isActive(training.store.value.job);
    const shipped = shippedModels(space.name);
    const { model } = settings.value;
    const choose = (event: Event): void => {
      const chosen = (event.target as HTMLSelectElement).value as Protocol;
      settings.set({ model: chosen });
      if (!busy) void lab.showShipped(chosen);
    };
    const part = partText(shown, space);
    const on = shown.status === "ready" ? sourceText(shown.source) : shown.status === "loading" ? "loading" : "nothing yet";
    return html`
      ${
        Object.keys(shipped).length > 0
          ? html`<label class="field" title="Maps that were learned beforehand and come with the page">
              <span>Shipped embedding (model protocol)</span>
              <select name="model" @change=${choose}>
                ${PROTOCOLS.filter((protocol) => shipped[protocol]).map(
                  (protocol) =>
                    html`<option value=${protocol} ?selected=${protocol === model}>${protocol}${protocol === "released" ? ", as the paper's code" : ""}</option>`,
                )}
              </select>
            </label>`
          : nothing
      }
      <p class="small quiet">
        On the map: ${on}${part ? `, ${part}` : ""}.
        ${plural(space.trainSize, "cell")} train the model, ${count(space.size - space.trainSize)} are held out.
      </p>
      <div class="row">
        ${
          Object.keys(shipped).length > 0
            ? html`<button type="button" title="The model behind the map, to measure it, follow a cell through it or save it" ?disabled=${busy} @click=${() => void lab.openShippedWeights()}>Load its weights</button>`
            : nothing
        }
        <button type="button" title="A model that was saved here or trained by the command, or an embedding (.safetensors, .npy)" ?disabled=${busy} @click=${() => void lab.pickFiles(".safetensors,.npy")}>Open a checkpoint …</button>
      </div>
    `;
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
