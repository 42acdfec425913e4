import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { Watch } from "../state/store.ts";
import { TOUR, type TourPlace, type TourStore } from "../state/tour.ts";
import { offerStyles } from "../styles/offer.ts";
import { shared } from "../styles/shared.ts";

/** Pixels between a card and what it is about, and between the card and the edge of the screen. */
const GAP = 12;

/**
 * The tour: at the first visit a line that offers it, then a card at one place of the page after the other, with a ring around what it is
 * about. The page stays as it is and can be used meanwhile.
 */
export class ArchscapeTour extends LitElement {
  static override properties = { tour: { attribute: false }, find: { attribute: false } };
  static override styles = [
    shared,
    offerStyles,
    css`
      .ring {
        position: fixed;
        z-index: 14;
        border: 2px solid var(--accent);
        border-radius: 8px;
        pointer-events: none;
      }
      .card {
        position: fixed;
        z-index: 15;
        width: min(340px, calc(100vw - 24px));
        padding: 16px;
        background: var(--raised);
        border: 1px solid var(--rule-strong);
        border-radius: 12px;
        box-shadow: var(--shadow);
      }
      .card > * + * {
        margin-top: 8px;
      }
      .card h2:focus-visible {
        outline: none;
      }
      .end {
        margin-left: auto;
      }
      @media (prefers-reduced-motion: no-preference) {
        .ring,
        .card {
          transition:
            left 0.2s,
            top 0.2s,
            width 0.2s,
            height 0.2s;
        }
      }
    `,
  ];

  declare tour: TourStore;
  /** The element at a place, after the page has been made to show it; undefined where the page leaves it out. */
  declare find: (place: TourPlace) => Element | undefined;

  private sizes: ResizeObserver | undefined;
  private target: Element | undefined;
  private shownStop: number | undefined;
  private listening = new AbortController();
  /** What had the focus before the tour. */
  private focusBefore: HTMLElement | undefined;

  constructor() {
    super();
    new Watch(this, () => [this.tour.store]);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.listening = new AbortController();
    const { signal } = this.listening;
    addEventListener("resize", this.place, { signal });
    addEventListener("keydown", this.onKeyDown, { signal, capture: true });
    this.sizes = new ResizeObserver(this.place);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.listening.abort();
    this.sizes?.disconnect();
  }

  /** Escape ends the tour before it closes anything else. */
  private onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || this.tour.store.value.stop === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.tour.end();
  };

  protected override updated(): void {
    const { stop } = this.tour.store.value;
    if (stop === this.shownStop) return;
    const isNew = this.shownStop === undefined;
    this.shownStop = stop;
    this.sizes?.disconnect();
    this.target = undefined;
    if (stop === undefined) {
      this.focusBefore?.focus();
      return;
    }
    if (isNew) this.focusBefore = focused();
    const wanted = TOUR[stop];
    this.target = wanted && this.find(wanted.place);
    if (this.target) this.sizes?.observe(this.target);
    this.target?.scrollIntoView({ block: "nearest" });
    this.renderRoot.querySelector<HTMLElement>("h2")?.focus();
    this.place();
    // Panels that were opened for it take a moment.
    requestAnimationFrame(() => requestAnimationFrame(this.place));
  }

  /** Ring around the target; the card beside it where there is room, else below or above it, else over its lower edge. */
  private place = (): void => {
    const card = this.renderRoot.querySelector<HTMLElement>(".card");
    const ring = this.renderRoot.querySelector<HTMLElement>(".ring");
    if (!card || !ring) return;
    const { innerWidth, innerHeight } = window;
    // What the page leaves out has no ring.
    const { left, top, right, bottom } = this.target?.getBoundingClientRect() ?? new DOMRect(0, innerHeight);
    ring.hidden = this.target === undefined;
    const shown = {
      left: Math.max(2, left),
      top: Math.max(2, top),
      right: Math.min(innerWidth - 2, right),
      bottom: Math.min(innerHeight - 2, bottom),
    };
    Object.assign(ring.style, {
      left: `${shown.left}px`,
      top: `${shown.top}px`,
      width: `${Math.max(0, shown.right - shown.left)}px`,
      height: `${Math.max(0, shown.bottom - shown.top)}px`,
    });
    const { offsetWidth: width, offsetHeight: height } = card;
    const within = (at: number, size: number, whole: number): number =>
      Math.min(Math.max(GAP, at), Math.max(GAP, whole - GAP - size));
    const row = within(shown.top, height, innerHeight);
    const column = within(shown.left, width, innerWidth);
    const places = [
      [shown.right + GAP, row],
      [shown.left - GAP - width, row],
      [column, shown.bottom + GAP],
      [column, shown.top - GAP - height],
    ] as const;
    const fits = ([x, y]: readonly [number, number]): boolean =>
      x >= GAP && y >= GAP && x + width <= innerWidth - GAP && y + height <= innerHeight - GAP;
    const [x, y] = places.find(fits) ?? [shown.right - width - GAP, shown.bottom - height - GAP];
    card.style.left = `${within(x, width, innerWidth)}px`;
    card.style.top = `${within(y, height, innerHeight)}px`;
  };

  protected override render(): TemplateResult | typeof nothing {
    const { stop, isOffered } = this.tour.store.value;
    if (stop !== undefined) return this.card(stop);
    if (!isOffered) return nothing;
    return html`<section class="offer" aria-label="Tour">
      <p>New here? Every point on the map is a neural network. A short tour of ${TOUR.length} stops shows what there is to see and to press.</p>
      <div class="row">
        <button type="button" class="primary" title="A minute; Escape ends it" @click=${this.tour.start}>Take the tour</button>
        <button type="button" title="It stays behind the question mark" @click=${this.tour.decline}>No, thanks</button>
      </div>
    </section>`;
  }

  private card(stop: number): TemplateResult | typeof nothing {
    const shown = TOUR[stop];
    if (!shown) return nothing;
    const { tour } = this;
    const isLast = stop === TOUR.length - 1;
    return html`<div class="ring" aria-hidden="true"></div>
      <section class="card" role="dialog" aria-labelledby="stop" aria-describedby="words">
        <p class="small quiet">Tour, ${stop + 1} of ${TOUR.length}</p>
        <h2 id="stop" tabindex="-1">${shown.title}</h2>
        <p id="words">${shown.text}</p>
        <div class="row">
          <button type="button" class="plain" title="Escape" @click=${tour.end}>End the tour</button>
          <button type="button" class="end" ?disabled=${stop === 0} @click=${() => tour.go(stop - 1)}>Back</button>
          <button type="button" class="primary" @click=${() => tour.go(stop + 1)}>${isLast ? "Done" : "Next"}</button>
        </div>
      </section>`;
  }
}

/** The element that has the focus, however deep it lies. */
function focused(): HTMLElement | undefined {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element instanceof HTMLElement ? element : undefined;
}
