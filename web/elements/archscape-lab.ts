import { html, LitElement, nothing, type TemplateResult } from "lit";
import { keyed } from "lit/directives/keyed.js";
import { VERSION } from "../../src/version.ts";
import { count } from "../format.ts";
import { SPACE_TEXTS } from "../spaces.ts";
import { connectAddress } from "../state/address.ts";
import type { Lab, Opening } from "../state/context.ts";
import { createKept } from "../state/kept.ts";
import { createNotices } from "../state/notices.ts";
import type { RenewalStore } from "../state/renewal.ts";
import { DEFAULT_SETTINGS, hiddenIn, PANELS, type Panel, readSettings, requestIn, type Settings } from "../state/settings.ts";
import { createSpaces } from "../state/spaces.ts";
import { createStore, Watch } from "../state/store.ts";
import { createTour, type TourPlace } from "../state/tour.ts";
import { shared } from "../styles/shared.ts";
import { phoneQuery } from "../theme.ts";
import { labStyles } from "./archscape-lab.styles.ts";
import { deviceBadge, helpContent } from "./header.ts";
import { preparation, preparationStyles } from "./preparation.ts";

const TABS: Readonly<Record<Panel, string>> = {
  space: "Space",
  pretrain: "Train",
  explore: "Explore",
  search: "Search",
  cell: "Cell",
  charts: "Charts",
};

/** A cell that has something to show. */
const TOUR_CELL = 1462;

const STEPS = ["space", "pretrain", "explore", "search"] as const satisfies readonly Panel[];
const STEP_ELEMENTS: Readonly<Record<(typeof STEPS)[number], (lab: Lab) => TemplateResult>> = {
  space: (lab) => html`<archscape-space .lab=${lab} data-step="space"></archscape-space>`,
  pretrain: (lab) => html`<archscape-training .lab=${lab} data-step="pretrain"></archscape-training>`,
  explore: (lab) => html`<archscape-explore .lab=${lab} data-step="explore"></archscape-explore>`,
  search: (lab) => html`<archscape-search .lab=${lab} data-step="search"></archscape-search>`,
};

/** Labs stand side by side on a page: what happens in one is not the other's, what happens beside them is the first one's. */
const labs = (): readonly Element[] => [...document.querySelectorAll("archscape-lab")];
const isFirst = (lab: Element): boolean => (labs()[0] ?? lab) === lab;

function isFor(lab: Element, event: Event): boolean {
  const path = event.composedPath();
  return path.includes(lab) || (isFirst(lab) && !labs().some((other) => path.includes(other)));
}

/** Whether a key is a letter of a text, and no command. */
const isTyping = (event: Event): boolean =>
  event
    .composedPath()
    .some((at) => at instanceof Element && at.matches("input:not([type=checkbox], [type=radio]), textarea, select, dialog"));

/** The whole page: header, four steps, map, charts, selected cell. On a phone the map is on top and one panel at a time below. */
export class ArchscapeLab extends LitElement {
  static override properties = {
    dragged: { state: true },
    folded: { state: true },
    link: { attribute: false },
    renewal: { attribute: false },
    tour: { type: Boolean },
  };
  static override styles = [shared, preparationStyles, labStyles];

  declare dragged: boolean;
  /** On a phone: the sheet is down and the map has the screen. */
  declare folded: boolean;
  /** What to begin with, as a link says it, for a lab that has no address of its own because it stands on somebody else's page. */
  declare link: string | undefined;
  /** Tells of newer versions, where the page watches for them. */
  declare renewal: RenewalStore | undefined;

  /** Whether newcomers are offered a tour at their first visit. */
  declare tour: boolean;

  private listening = new AbortController();
  private wasBroken = false;
  private hasBegun = false;
  private readonly settings = createStore<Settings>({ ...DEFAULT_SETTINGS });
  private readonly notices = createNotices();
  readonly spaces = createSpaces(this.settings, this.notices);
  private readonly kept = createKept(this.spaces, this.notices);
  private readonly guide = createTour(() => globalThis.localStorage);

  constructor() {
    super();
    this.dragged = false;
    this.folded = false;
    this.tour = false;
    new Watch(this, () => {
      const { lab } = this;
      return [this.spaces.store, this.settings, ...(lab ? [lab.training.store, lab.searching.store] : [])];
    });
  }

  /** A run whose worker died is offered at once; a panel that is left out is not the open one. */
  protected override updated(): void {
    const isBroken = this.lab?.training.store.value.isBroken === true;
    if (isBroken && !this.wasBroken) void this.kept.look();
    this.wasBroken = isBroken;
    const { hide, panel } = this.settings.value;
    const hidden = hiddenIn({ hide });
    const first = PANELS.find((name) => !hidden.has(name));
    if (hidden.has(panel) && first) this.settings.set({ panel: first });
  }

  /** That of the space on the screen; undefined while the first is being prepared. */
  get lab(): Lab | undefined {
    return this.spaces.store.value.lab;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (!this.hasBegun) this.begin();
    this.listening = new AbortController();
    const { signal } = this.listening;
    addEventListener("keydown", this.onKeyDown, { signal });
    addEventListener("dragover", this.onDragOver, { signal });
    addEventListener("dragleave", this.onDragLeave, { signal });
    addEventListener("drop", this.onDrop, { signal });
    // Another tab may have taken up what is offered here, or left something.
    const look = (): void => void (document.hidden || this.kept.look());
    document.addEventListener("visibilitychange", look, { signal });
    phoneQuery().addEventListener("change", () => this.requestUpdate(), { signal });
  }

  /** The address of the page belongs to its first lab; a second one begins with the defaults. */
  private begin(): void {
    this.hasBegun = true;
    const { settings, notices, spaces, link } = this;
    if (link !== undefined) {
      const { settings: wanted, complaints } = readSettings(link);
      if (complaints.length > 0) notices.post("warning", "Part of the settings was left out.", complaints);
      void spaces.open(requestIn(wanted), wanted);
    } else if (isFirst(this)) connectAddress({ settings, notices, spaces });
    else void spaces.open(requestIn(settings.value), settings.value);
    void this.kept.look();
    if (this.tour) this.guide.offer();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.listening.abort();
  }

  /** Ends all workers; the element is of no use after that. */
  close(): void {
    this.spaces.close();
  }

  private onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "?" && !isTyping(event) && isFor(this, event)) {
      const help = this.renderRoot.querySelector<HTMLElement>("#help");
      if (!help?.togglePopover()) return;
      help.querySelector<HTMLElement>("#keys")?.focus();
      event.preventDefault();
    }
    if (event.key !== "Escape" || event.defaultPrevented || !isFor(this, event)) return;
    // An open popover takes the key for itself.
    if (this.renderRoot.querySelector(":popover-open")) return;
    if (this.notices.dismissLatest()) return;
    if (this.settings.value.cell >= 0) this.lab?.select(-1);
  };

  private onDragOver = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes("Files") || !isFor(this, event)) return;
    event.preventDefault();
    this.dragged = true;
  };

  private onDragLeave = (event: DragEvent): void => {
    if (event.relatedTarget === null) this.dragged = false;
  };

  private onDrop = (event: DragEvent): void => {
    this.dragged = false;
    if (!event.dataTransfer || !isFor(this, event)) return;
    event.preventDefault();
    void this.lab?.openFiles([...event.dataTransfer.files]);
  };

  private onTab(panel: Panel): void {
    const { settings } = this;
    this.folded = settings.value.panel === panel ? !this.folded : false;
    settings.set({ panel });
  }

  protected override render(): TemplateResult {
    const { lab } = this;
    const { opening } = this.spaces.store.value;
    return html`
      <div class="offers">
        ${this.renewal ? html`<archscape-renewal .renewal=${this.renewal}></archscape-renewal>` : nothing}
        <archscape-offer .kept=${this.kept} .spaces=${this.spaces}></archscape-offer>
        ${lab ? html`<archscape-tour .tour=${this.guide} .find=${this.tourTarget}></archscape-tour>` : nothing}
      </div>
      ${lab ? this.whole(lab) : opening ? this.alone(opening) : nothing}
      ${lab ? html`<archscape-study .lab=${lab}></archscape-study><archscape-follow .lab=${lab}></archscape-follow>` : nothing}
      <archscape-notices .board=${this.notices}></archscape-notices>
    `;
  }

  /** The page of a link to a space that is not there yet. */
  private alone(opening: Opening): TemplateResult {
    return html`
      <header><h1>Archscape</h1></header>
      <main class="alone">
        <section class="stack" aria-label="Preparation">
          <h2>${SPACE_TEXTS[opening.request.name].title} is being prepared</h2>
          ${preparation(opening)}
          <div class="row"><button type="button" @click=${this.spaces.cancel}>Cancel, and open ${SPACE_TEXTS.nasbench201.title}</button></div>
        </section>
      </main>
    `;
  }

  private whole(lab: Lab): TemplateResult {
    const hidden = hiddenIn(lab.settings.value);
    const panels = PANELS.filter((name) => !hidden.has(name));
    const { panel } = lab.settings.value;
    const steps = STEPS.filter((name) => !hidden.has(name));
    const hasCharts = lab.training.store.value.metricsCount > 0 || lab.searching.store.value.runs.length > 0;
    const classes = [
      hasCharts && !hidden.has("charts") ? "charted" : "",
      this.folded || panels.length === 0 ? "folded" : "",
      steps.length === 0 ? "stepless" : "",
      hidden.has("cell") ? "cell-less" : "",
    ];
    return html`
      <nav class="skip" aria-label="Skip"><a href="#" @click=${this.skipToMap}>Skip to the map</a></nav>
      <header ?hidden=${hidden.has("header")}>
        <h1>Archscape</h1>
        <p class="space quiet">${lab.space.title} <span class="wide">· ${count(lab.space.size)} architectures</span></p>
        <div class="tools">
          ${deviceBadge(lab)}
          ${
            // On somebody else's page there is no address of its own to share.
            this.link === undefined
              ? html`<button type="button" popovertarget="share" title="A link or a line for an article, with all settings">Share</button>`
              : nothing
          }
          <button type="button" popovertarget="help" aria-label="Help" title="What this is, the words, the keys">?</button>
        </div>
      </header>
      <div id="help" class="pop" popover role="dialog" aria-label="Help">${helpContent(VERSION, this.startTour)}</div>
      <div id="share" class="pop" popover role="dialog" aria-label="Share"><archscape-share .lab=${lab}></archscape-share></div>
      <main class=${classes.join(" ")} data-panel=${panel}>
        <nav class="steps" aria-label="Steps" ?hidden=${steps.length === 0}>${steps.map((name) => STEP_ELEMENTS[name](lab))}</nav>
        ${keyed(lab, html`<archscape-map .lab=${lab}></archscape-map>`)}
        <archscape-map-table .lab=${lab}></archscape-map-table>
        <archscape-tray .lab=${lab}></archscape-tray>
        <archscape-charts .lab=${lab} role="region" aria-label="Charts"></archscape-charts>
        ${hidden.has("cell") ? nothing : html`<archscape-cell .lab=${lab} role="region" aria-label="Selected cell"></archscape-cell>`}
        <div class="tabs" role="group" aria-label="Panels" ?hidden=${panels.length === 0}>
          ${panels.map(
            (name) =>
              html`<button type="button" aria-pressed=${name === panel && !this.folded} @click=${() => this.onTab(name)}>${TABS[name]}</button>`,
          )}
        </div>
      </main>
      ${this.dragged ? html`<div class="drop"><p>Drop a checkpoint (.safetensors), an embedding (.safetensors, .npy), a label table (.csv, .json, also .gz), or a study (.json, .runs.jsonl)</p></div>` : nothing}
    `;
  }

  private startTour = (): void => {
    this.renderRoot.querySelector<HTMLElement>("#help")?.hidePopover();
    this.guide.start();
  };

  /** Opens the panel where a stop of the tour is, and selects a cell for the one about cells. */
  private tourTarget = (place: TourPlace): Element | undefined => {
    const { settings } = this;
    const find = (selector: string): Element | undefined => this.renderRoot.querySelector(selector) ?? undefined;
    if (place === "tools") return find(".tools");
    if (place === "map") return find("archscape-map");
    if (place === "legend") return find("archscape-map")?.shadowRoot?.querySelector("archscape-legend") ?? undefined;
    this.folded = false;
    if (!hiddenIn(settings.value).has(place)) settings.set({ panel: place });
    if (place !== "cell") return find(`[data-step="${place}"]`);
    const { lab } = this;
    if (settings.value.cell < 0) lab?.select(Math.min(TOUR_CELL, lab.space.size - 1));
    return find("archscape-cell");
  };

  private skipToMap = (event: Event): void => {
    event.preventDefault();
    this.renderRoot.querySelector("archscape-map")?.shadowRoot?.querySelector<HTMLElement>(".canvas")?.focus();
  };
}
