import { html, LitElement, nothing, type TemplateResult } from "lit";
import { nasbench201 } from "../../src/spaces/index.ts";
import { VERSION } from "../../src/version.ts";
import { count } from "../format.ts";
import type { Lab } from "../state/context.ts";
import { createLab } from "../state/lab.ts";
import { PANELS, type Panel } from "../state/settings.ts";
import { Watch } from "../state/store.ts";
import { shared } from "../styles/shared.ts";
import { phoneQuery } from "../theme.ts";
import { labStyles } from "./archscape-lab.styles.ts";
import { deviceBadge, helpContent } from "./header.ts";

const TABS: Readonly<Record<Panel, string>> = {
  space: "Space",
  pretrain: "Train",
  explore: "Explore",
  search: "Search",
  cell: "Cell",
  charts: "Charts",
};

/** The whole page: header, four steps, map, charts, selected cell. On a phone the map is on top and one panel at a time below. */
export class ArchscapeLab extends LitElement {
  static override properties = { lab: { state: true }, dragged: { state: true }, folded: { state: true } };
  static override styles = [shared, labStyles];

  declare lab: Lab;
  declare dragged: boolean;
  /** On a phone: the sheet is down and the map has the screen. */
  declare folded: boolean;

  private listening = new AbortController();

  constructor() {
    super();
    this.lab = createLab(nasbench201());
    this.dragged = false;
    this.folded = false;
    new Watch(this, () => [this.lab.settings, this.lab.training.store, this.lab.searching.store]);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.listening = new AbortController();
    const { signal } = this.listening;
    addEventListener("keydown", this.onKeyDown, { signal });
    addEventListener("dragover", this.onDragOver, { signal });
    addEventListener("dragleave", this.onDragLeave, { signal });
    addEventListener("drop", this.onDrop, { signal });
    phoneQuery().addEventListener("change", () => this.requestUpdate(), { signal });
    void this.begin();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.listening.abort();
  }

  /** The map first; then what the link asks for; the device last, because nothing on the screen waits for it. */
  private async begin(): Promise<void> {
    const { lab } = this;
    const { model, labels, colour } = lab.settings.value;
    await lab.atlas.showShipped(model);
    if (labels === "demo") {
      await lab.loadDemoLabels();
      if (colour !== "params") lab.settings.set({ colour });
    }
    await lab.training.open();
  }

  private onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    // An open popover takes the key for itself.
    if (this.renderRoot.querySelector(":popover-open")) return;
    if (this.lab.notices.dismissLatest()) return;
    if (this.lab.settings.value.cell >= 0) this.lab.select(-1);
  };

  private onDragOver = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.dragged = true;
  };

  private onDragLeave = (event: DragEvent): void => {
    if (event.relatedTarget === null) this.dragged = false;
  };

  private onDrop = (event: DragEvent): void => {
    this.dragged = false;
    if (!event.dataTransfer) return;
    event.preventDefault();
    void this.lab.openFiles([...event.dataTransfer.files]);
  };

  private onTab(panel: Panel): void {
    const { settings } = this.lab;
    this.folded = settings.value.panel === panel ? !this.folded : false;
    settings.set({ panel });
  }

  protected override render(): TemplateResult {
    const { lab } = this;
    const { panel } = lab.settings.value;
    const hasCharts = lab.training.store.value.metricsCount > 0 || lab.searching.store.value.runs.length > 0;
    return html`
      <a class="skip" href="#" @click=${this.skipToMap}>Skip to the map</a>
      <header>
        <h1>Archscape</h1>
        <p class="space quiet">${lab.space.title} <span class="wide">· ${count(lab.space.size)} architectures</span></p>
        <div class="tools">
          ${deviceBadge(lab)}
          <button type="button" @click=${() => void lab.copyLink()}>Copy link</button>
          <button type="button" popovertarget="help" aria-label="Help">?</button>
        </div>
      </header>
      <div id="help" class="pop" popover role="dialog" aria-label="Help">${helpContent(VERSION)}</div>
      <main class=${`${hasCharts ? "charted" : ""} ${this.folded ? "folded" : ""}`} data-panel=${panel}>
        <nav class="steps" aria-label="Steps">
          <archscape-space .lab=${lab} data-step="space"></archscape-space>
          <archscape-training .lab=${lab} data-step="pretrain"></archscape-training>
          <archscape-explore .lab=${lab} data-step="explore"></archscape-explore>
          <archscape-search .lab=${lab} data-step="search"></archscape-search>
        </nav>
        <archscape-map .lab=${lab}></archscape-map>
        <archscape-charts .lab=${lab} role="region" aria-label="Charts"></archscape-charts>
        <archscape-cell .lab=${lab} role="region" aria-label="Selected cell"></archscape-cell>
        <div class="tabs" role="group" aria-label="Panels">
          ${PANELS.map(
            (name) =>
              html`<button type="button" aria-pressed=${name === panel && !this.folded} @click=${() => this.onTab(name)}>${TABS[name]}</button>`,
          )}
        </div>
      </main>
      <archscape-notices .board=${lab.notices}></archscape-notices>
      ${this.dragged ? html`<div class="drop"><p>Drop a checkpoint (.safetensors) or a label table (.csv, .json)</p></div>` : nothing}
    `;
  }

  private skipToMap = (event: Event): void => {
    event.preventDefault();
    this.renderRoot.querySelector("archscape-map")?.shadowRoot?.querySelector<HTMLElement>(".canvas")?.focus();
  };
}
