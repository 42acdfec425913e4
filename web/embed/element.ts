import type { Lab } from "../state/context.ts";
import type { EmbedEvents } from "./events.ts";
import { sheets } from "./sheets.ts";
import type { Kind, Mounted } from "./views.ts";

/** Servers have no elements: there the classes are never made. */
const Base = (globalThis.HTMLElement ?? class {}) as typeof HTMLElement;

/** Where the build lies: this module is part of its entry. */
const BASE = import.meta.url.replace(/[^/]*$/, "");

/** How far an element has come. */
export type Status = "waiting" | "loading" | "ready" | "failed";

/** What was named first holds for the page. @internal */
let workerUrl: string | undefined;

/** Attributes that are no settings of a link. */
const OWN: readonly string[] = ["group", "labels", "loading", "poster", "theme", "worker-url"];

/** So far beyond the edge of the screen a lazy element begins to load. */
const NEAR = "50%";

/** "draw-seed" as settings have it: "drawSeed". */
const settingName = (attribute: string): string => attribute.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/**
 * What all elements have in common: a frame with a poster, which loads everything else when it is needed.
 *
 * Elements of the same `space`, `model` and `group` belong together: they share one engine, one embedding, one selection and one search, so that
 * a press on a map shows in the cell beside it.
 *
 * @attr {"nasbench201" | "nasbench101" | "darts"} [space=nasbench201] - The search space.
 * @attr {"released" | "corrected"} [model=released] - The shipped model whose embedding is shown.
 * @attr {number} [drawn=600000] - Cells of DARTS to draw, up to a million.
 * @attr {number} [draw-seed=0] - The seed that they are drawn with.
 * @attr {string} [group] - A name for elements that are to stand apart: another group has an engine, a selection and a map of its own.
 * @attr {number} [cell] - Index of the selected architecture; -1 or none: nothing is selected.
 * @attr {"demo" | string} [labels] - Accuracies: "demo" for the table that comes along (NAS-Bench-201 only), or the address of a label table (.csv, .json, also .gz).
 * @attr {"eager" | "lazy"} [loading=eager] - With "lazy" nothing but this element's frame loads until it is near the screen.
 * @attr {string} [poster] - Address of a picture that stands there until the element is ready. A slot of the same name takes any content.
 * @attr {"light" | "dark"} [theme] - Colours. By default those of the page's `color-scheme`, and of the reader where that leaves both open.
 * @attr {string} [worker-url] - Address of a copy of `archscape.worker.js` on the page's own site, for pages whose policy bars workers of any other form. The first one on a page holds for all.
 *
 * @slot poster - Stands in the frame until the element is ready.
 * @slot - Content for readers without JavaScript; also stands in the frame until the element is ready.
 * @slot caption - Below the frame.
 *
 * @csspart frame - What has the element's size.
 * @csspart poster - The poster with all that is slotted into it.
 * @csspart view - What the element draws.
 * @csspart caption - The caption below the frame.
 * @csspart problem - The sentence about what could not be done.
 *
 * @cssprop [--archscape-paper] - Background.
 * @cssprop [--archscape-ground] - Background of the map.
 * @cssprop [--archscape-raised] - Background of what lies above others: legend, fields, tips.
 * @cssprop [--archscape-ink] - Text.
 * @cssprop [--archscape-quiet] - Text of lesser weight.
 * @cssprop [--archscape-rule] - Thin lines.
 * @cssprop [--archscape-accent] - Selection, links, focus.
 * @cssprop [--archscape-font] - Font family.
 *
 * @fires {CustomEvent<{ space: string, size: number }>} archscape-ready - Everything is there. `size`: architectures of the space.
 * @fires {CustomEvent<{ cell: number, text: string }>} archscape-select - Another architecture is selected, `text` in the space's notation, or none with -1 and "".
 * @fires {CustomEvent<{ message: string }>} archscape-error - Something could not be done, why in one sentence.
 */
export abstract class ArchscapeElement extends Base {
  /** Attributes of this element alone: settings of a link, but for `link`, which is many. @internal */
  static readonly settings: readonly string[] = [];
  /** @internal */
  static get observedAttributes(): readonly string[] {
    // biome-ignore lint/complexity/noThisInStatic: each element has its own.
    return ["space", "model", "cell", "drawn", "draw-seed", ...OWN, ...this.settings];
  }

  /** @internal */
  abstract readonly kind: Kind;

  #status: Status = "waiting";
  #given: Lab | undefined;
  #mounted: Promise<Mounted> | undefined;
  #connection = new AbortController();
  #isSeen = false;
  readonly #view: HTMLElement | undefined;
  readonly #poster: HTMLElement | undefined;
  readonly #problem: HTMLElement | undefined;
  readonly #frame: HTMLElement | undefined;

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = sheets();
    const make = (tag: string, part: string, ...children: readonly Node[]): HTMLElement => {
      const made = document.createElement(tag);
      made.setAttribute("part", part);
      made.className = part;
      made.append(...children);
      return made;
    };
    const slot = (name: string): HTMLSlotElement => {
      const made = document.createElement("slot");
      made.name = name;
      return made;
    };
    this.#view = make("div", "view");
    this.#poster = make("div", "poster", slot("poster"), slot(""));
    this.#problem = make("p", "problem");
    this.#problem.setAttribute("role", "alert");
    this.#frame = make("div", "frame", this.#view, this.#poster, this.#problem);
    root.append(this.#frame, make("div", "caption", slot("caption")));
  }

  /** How far the element has come. Also as the attribute `data-status`. */
  get status(): Status {
    return this.#status;
  }

  /** Index of the selected architecture, or -1. */
  get cell(): number {
    return Number(this.getAttribute("cell") || -1);
  }
  set cell(index: number) {
    this.setAttribute("cell", String(index));
  }

  /** The lab that this element is a part of. Inside a lab only. @internal */
  set lab(lab: Lab) {
    if (lab === this.#given) return;
    this.#given = lab;
    this.toggleAttribute("inside", true);
    if (this.isConnected) this.#restart();
  }
  get lab(): Lab | undefined {
    return this.#given;
  }

  /** Loads and shows the element now, also where it is lazy and far from the screen. */
  async load(): Promise<void> {
    await this.mounted();
  }

  /** @internal */
  connectedCallback(): void {
    this.#connection = new AbortController();
    const { signal } = this.#connection;
    this.#dress();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#dress(), { signal });
    if (this.#given) return void this.mounted();
    this.#tellStatus("waiting");
    const seen = new IntersectionObserver((entries) => this.#see(entries.at(-1)?.isIntersecting ?? false));
    seen.observe(this);
    document.addEventListener("visibilitychange", () => this.#see(this.#isSeen), { signal });
    const near = new IntersectionObserver(
      (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
        near.disconnect();
        void this.mounted();
      },
      { rootMargin: NEAR },
    );
    signal.addEventListener("abort", () => {
      seen.disconnect();
      near.disconnect();
    });
    if (this.getAttribute("loading") === "lazy") near.observe(this);
    else void this.mounted();
  }

  /** @internal */
  disconnectedCallback(): void {
    this.#connection.abort();
    this.#dispose();
  }

  /** @internal */
  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (before === now) return;
    if (name === "theme") this.#dress();
    else if (name === "poster") this.#showPoster();
    else if (name === "worker-url") workerUrl ??= now ?? undefined;
    else if (name === "loading") {
      if (now !== "lazy" && this.isConnected) void this.mounted();
    } else if (["space", "model", "group", "link", "drawn", "draw-seed"].includes(name)) {
      if (this.#mounted) this.#restart();
    } else if (name === "labels") void this.#mounted?.then((view) => view.useLabels(now ?? undefined));
    else void this.#mounted?.then((view) => view.set({ [settingName(name)]: now ?? "" }));
  }

  /** What was mounted; starts that where it was not. @internal */
  protected mounted(): Promise<Mounted> {
    this.#mounted ??= this.#mount();
    return this.#mounted;
  }

  async #mount(): Promise<Mounted> {
    const { signal } = this.#connection;
    this.#tellStatus("loading");
    try {
      const { mount } = await import("./views.ts");
      const settings: Record<string, string> = {};
      for (const { name, value } of this.attributes) {
        const isSetting = (this.constructor as typeof ArchscapeElement).observedAttributes.includes(name);
        if (isSetting && name !== "link" && !OWN.includes(name)) settings[settingName(name)] = value;
      }
      const mounted = await mount({
        kind: this.kind,
        parent: this.#view as HTMLElement,
        given: this.#given,
        settings,
        link: this.getAttribute("link") ?? undefined,
        labels: this.getAttribute("labels") ?? undefined,
        group: this.getAttribute("group") ?? "",
        base: BASE,
        workerUrl: workerUrl && new URL(workerUrl, document.baseURI).href,
        signal,
        emit: (type, detail) => this.#emit(type, detail),
      });
      mounted.see(this.#isSeen && !document.hidden);
      return mounted;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (!signal.aborted) {
        this.#tellStatus("failed");
        this.#emit("archscape-error", { message: `The element could not be shown: ${message}` });
      }
      throw error;
    }
  }

  #dispose(): void {
    const mounted = this.#mounted;
    this.#mounted = undefined;
    mounted?.then(
      (view) => view.close(),
      () => undefined,
    );
  }

  #restart(): void {
    this.disconnectedCallback();
    this.connectedCallback();
  }

  #see(isSeen: boolean): void {
    this.#isSeen = isSeen;
    void this.#mounted?.then((view) => view.see(isSeen && !document.hidden));
  }

  #emit<Type extends keyof EmbedEvents>(type: Type, detail: EmbedEvents[Type]): void {
    if (type === "archscape-ready") this.#tellStatus("ready");
    if (type === "archscape-error" && this.#problem)
      this.#problem.textContent = (detail as EmbedEvents["archscape-error"]).message;
    if (type === "archscape-select") this.#reflect((detail as EmbedEvents["archscape-select"]).cell);
    // What happens in a part of a lab is the lab's to tell.
    if (!this.#given) this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  #reflect(cell: number): void {
    if (cell >= 0) this.setAttribute("cell", String(cell));
    else this.removeAttribute("cell");
  }

  #tellStatus(status: Status): void {
    this.#status = status;
    this.setAttribute("data-status", status);
    if (this.#poster) this.#poster.hidden = status === "ready";
    if (status !== "failed" && this.#problem) this.#problem.textContent = "";
  }

  #dress(): void {
    const theme = this.getAttribute("theme");
    const { colorScheme } = getComputedStyle(this);
    const prefersDark = matchMedia("(prefers-color-scheme: dark)").matches;
    const byPage = /dark/.test(colorScheme) && (prefersDark || !/light/.test(colorScheme));
    const isDark = theme === "dark" || (theme !== "light" && byPage);
    for (const child of this.shadowRoot?.children ?? []) child.classList.toggle("dark", isDark);
  }

  #showPoster(): void {
    const address = this.getAttribute("poster");
    const slot = this.#poster?.querySelector("slot[name=poster]");
    if (!slot) return;
    slot.textContent = "";
    if (address === null) return;
    const picture = document.createElement("img");
    picture.src = address;
    picture.alt = "";
    slot.append(picture);
  }
}
