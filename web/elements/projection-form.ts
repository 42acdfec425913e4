import { css, html, nothing, type TemplateResult } from "lit";
import type { Lab } from "../state/context.ts";
import { PROJECTIONS } from "../state/settings.ts";

type Projection = (typeof PROJECTIONS)[number];

const WORDS: Readonly<Record<Projection, string>> = { pca: "PCA", umap: "UMAP" };

/** How the map shows 16 dimensions in two; how far a layout is, and the way to end it. */
export function projectionForm({ settings, instruments }: Lab): TemplateResult {
  const { projection, umapSeed } = settings.value;
  const { share } = instruments.projecting.store.value;
  const onSeed = (event: Event): void => {
    const field = event.target as HTMLInputElement;
    if (field.value !== "" && field.checkValidity()) settings.set({ umapSeed: field.valueAsNumber });
    else field.reportValidity();
  };
  return html`<div class="fields">
    <label class="field" title="How 16 dimensions become two. PCA keeps distances as well as a plane can, UMAP keeps near what is near">
      <span>Projection</span>
      <select name="projection" @change=${(event: Event) => settings.set({ projection: (event.target as HTMLSelectElement).value as Projection })}>
        ${PROJECTIONS.map((name) => html`<option value=${name} ?selected=${name === projection}>${WORDS[name]}</option>`)}
      </select>
    </label>
    ${
      projection === "umap"
        ? html`<label class="field" title="The same seed gives the same layout: 0 to 4,294,967,295">
            <span>Seed of UMAP</span>
            <input type="number" name="umapSeed" required min="0" max=${2 ** 32 - 1} step="1" .value=${String(umapSeed)} @change=${onSeed} />
          </label>`
        : html`<p class="small quiet hint">UMAP keeps near what is near, and takes a while.</p>`
    }
    ${
      share === undefined
        ? nothing
        : html`<div class="wide row">
            <progress max="1" .value=${share} aria-label="Progress of UMAP"></progress>
            <button type="button" data-cancel-projection title="Back to PCA" @click=${instruments.projecting.cancel}>Cancel</button>
          </div>`
    }
  </div>`;
}

export const projectionStyles = css`
  .hint {
    align-self: end;
  }
  progress {
    flex: 1;
    height: 4px;
    accent-color: var(--accent);
  }
`;
