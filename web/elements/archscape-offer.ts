import { html, LitElement, nothing, type TemplateResult } from "lit";
import { ago, count, percent } from "../format.ts";
import { SPACE_TEXTS } from "../spaces.ts";
import type { SpacesStore } from "../state/context.ts";
import type { KeptStore } from "../state/kept.ts";
import { Watch } from "../state/store.ts";
import { isActive } from "../state/training.ts";
import { offerStyles } from "../styles/offer.ts";
import { shared } from "../styles/shared.ts";

/** A run that an earlier visit left unfinished: what, how far, when; to be resumed or discarded. */
export class ArchscapeOffer extends LitElement {
  static override properties = { kept: { attribute: false }, spaces: { attribute: false } };
  static override styles = [shared, offerStyles];

  declare kept: KeptStore;
  declare spaces: SpacesStore;

  constructor() {
    super();
    new Watch(this, () => {
      const { lab } = this.spaces.store.value;
      return [this.kept.store, this.spaces.store, ...(lab ? [lab.training.store] : [])];
    });
  }

  protected override render(): TemplateResult | typeof nothing {
    const { offer } = this.kept.store.value;
    const { lab } = this.spaces.store.value;
    // One run at a time: the offer waits for the end of this one.
    if (!offer || (lab && isActive(lab.training.store.value.job))) return nothing;
    const { space, options, step, totalSteps, date } = offer;
    const { protocol, seed } = options;
    const share = step / totalSteps;
    const far = share < 0.01 || share === 1 ? "" : ` (${percent(Math.floor(share * 100) / 100, 0)})`;
    return html`<section class="offer" aria-label="Unfinished training" data-run=${offer.id} data-step=${step}>
      <p>
        <strong>Unfinished training:</strong> ${SPACE_TEXTS[space.name].title}, ${protocol}, seed ${seed}, at step
        ${count(step)} of ${count(totalSteps)}${far}, kept
        <time datetime=${new Date(date).toISOString()} title=${new Date(date).toLocaleString("en-GB")}>${ago(date, Date.now())}</time>.
      </p>
      <div class="row">
        <button type="button" class="primary" @click=${() => void this.kept.resume()}>Resume</button>
        <button type="button" title="Removes it from this browser" @click=${() => void this.kept.discard()}>Discard</button>
      </div>
    </section>`;
  }
}
