import { html, nothing, type TemplateResult } from "lit";
import { LATENT } from "../../src/vgae/config.ts";
import { count, duration, percent } from "../format.ts";
import { BETWEEN, LEAST_DISTANCE, MOST_LAID_OUT, NEIGHBOURS } from "../map/umap-settings.ts";
import { partText } from "../state/atlas.ts";
import type { Lab } from "../state/context.ts";
import { isActive } from "../state/training.ts";

/** Why some cells are not on the map, and how far the others are. */
export function partialMap(lab: Lab): TemplateResult | typeof nothing {
  const { placing, placed, job } = lab.training.store.value;
  const text = partText(lab.atlas.store.value.atlas, lab.space);
  if (!text) return nothing;
  const rest = placing
    ? `the others follow, ${duration(placing.secondsLeft)} left`
    : isActive(job)
      ? "the others follow when training ends"
      : placed
        ? "the others are about to be drawn"
        : "the others were not placed";
  return html`<span data-part>${text}; ${rest}</span>`;
}

/** How 16 dimensions became two. */
export function projectionWords(lab: Lab): TemplateResult | typeof nothing {
  const { atlas } = lab.atlas.store.value;
  if (atlas.status !== "ready") return nothing;
  const { share } = lab.instruments.projecting.store.value;
  const rest = share === undefined ? "" : `; UMAP is being laid out, ${percent(share, 0)}`;
  const rows = atlas.present?.length ?? lab.space.size;
  const others =
    rows > MOST_LAID_OUT ? `: ${count(MOST_LAID_OUT)} cells laid out, the others between the ${BETWEEN} nearest of them` : "";
  return atlas.umapSeed === undefined
    ? html`<span>PCA, 2 of ${LATENT} dimensions, ${percent(atlas.explained, 0)} of the variance${rest}</span>`
    : html`<span>UMAP of ${LATENT} dimensions, ${NEIGHBOURS} neighbours, least distance ${LEAST_DISTANCE}, seed ${atlas.umapSeed}${others}${rest}</span>`;
}

/** What the outlines of the density hold. */
export function densityWords(lab: Lab): TemplateResult | typeof nothing {
  if (!lab.settings.value.density) return nothing;
  const { levels } = lab.instruments.thickness.value;
  if (!levels) return html`<span>Outlines are being drawn …</span>`;
  const half = levels.find(({ share }) => share === 0.5);
  return html`<span data-density>
    Outlines hold ${levels.map(({ share }) => Math.round(100 * share)).join(", ")} % of the cells${half ? `; half of them lie on ${percent(half.area, 0)} of the area of the outermost` : ""}
  </span>`;
}

/** What stands on a map without points: why there are none, and what to do. */
export function emptyMap(lab: Lab): TemplateResult {
  const { atlas } = lab.atlas.store.value;
  const { placing, job, busy } = lab.training.store.value;
  if (atlas.status === "loading") return html`<p class="empty quiet">Loading the embedding …</p>`;
  if (placing || busy === "loading") {
    return html`<div class="empty">
        <h2>The map forms</h2>
        <p class="quiet">
          ${placing ? `The model places the first of ${count(lab.space.size)} cells: ${count(placing.done)} so far.` : "The model is being loaded."}
        </p>
      </div>`;
  }
  if (atlas.status !== "missing") {
    return html`<div class="empty">
        <h2>${isActive(job) ? "The map forms after the first epoch" : "No map yet"}</h2>
        <p class="quiet">
          ${
            isActive(job)
              ? "A model is learning from the structure of the cells alone; after every epoch the map shows where it puts them."
              : `No pre-trained model of ${lab.space.title} comes with this page. Pre-train one in step 2, or drop a checkpoint (.safetensors) anywhere on the page. Until then cells can be found in step 3, looked at and labelled.`
          }
        </p>
      </div>`;
  }
  return html`<div class="empty">
      <h2>No map yet</h2>
      <p class="quiet">
        The shipped ${atlas.protocol} embedding could not be loaded (${atlas.reason}). Pre-train one in step 2, or drop a checkpoint
        (.safetensors) anywhere on the page.
      </p>
    </div>`;
}
