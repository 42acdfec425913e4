import { html, LitElement, nothing, type TemplateResult } from "lit";
import type { RenewalStore } from "../state/renewal.ts";
import { Watch } from "../state/store.ts";
import { offerStyles } from "../styles/offer.ts";
import { shared } from "../styles/shared.ts";

/** Says that the site has a newer version than this page. */
export class ArchscapeRenewal extends LitElement {
  static override properties = { renewal: { attribute: false } };
  static override styles = [shared, offerStyles];

  declare renewal: RenewalStore;

  constructor() {
    super();
    new Watch(this, () => [this.renewal.store]);
  }

  protected override render(): TemplateResult | typeof nothing {
    if (!this.renewal.store.value.isReady) return nothing;
    return html`<section class="offer" aria-label="New version">
      <p role="status">A new version of the lab is ready. Reloading keeps all settings; files that you opened have to be opened again.</p>
      <div class="row">
        <button type="button" class="primary" title="A run under way can be resumed from what this browser keeps of it" @click=${() => location.reload()}>Reload</button>
        <button type="button" title="This page goes on as it is" @click=${this.renewal.decline}>Later</button>
      </div>
    </section>`;
  }
}
