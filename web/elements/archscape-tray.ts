import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import type { Lab } from "../state/context.ts";
import { Watch } from "../state/store.ts";
import { shared } from "../styles/shared.ts";

interface Topic {
  readonly name: "walk" | "selection" | "replay";
  readonly title: string;
  readonly content: TemplateResult;
  readonly close: () => void;
}

const HINTS: Readonly<Record<Topic["name"], string>> = {
  walk: "The cells between two cells, one after the other",
  selection: "The cells of the lasso, or around a cell, as a list",
  replay: "The search on the map, query by query",
};

/** Under the map: what an instrument found, one at a time; nothing where none is in use. */
export class ArchscapeTray extends LitElement {
  static override properties = { lab: { attribute: false }, topic: { state: true } };
  static override styles = [
    shared,
    css`
      :host {
        display: block;
        min-width: 0;
        background: var(--paper);
      }
      section {
        position: relative;
        padding: 4px 16px 8px;
        border-top: 1px solid var(--rule);
      }
      .bar {
        display: flex;
        gap: 12px;
        align-items: center;
        min-height: 28px;
      }
      .close {
        position: absolute;
        top: 6px;
        right: 12px;
        background: var(--paper);
      }
      .bar [aria-pressed="true"] {
        font-weight: 600;
        text-decoration-color: var(--accent);
        text-decoration-thickness: 2px;
      }
      .bar [aria-pressed="false"] {
        color: var(--quiet);
        text-decoration-color: transparent;
      }
      @container (max-width: 800px) {
        section {
          padding: 4px 12px 8px;
        }
      }
    `,
  ];

  declare lab: Lab;
  /** The one that is open; the last that came where none was pressed. */
  declare topic: Topic["name"] | undefined;
  private seen: readonly Topic["name"][] = [];

  constructor() {
    super();
    new Watch(this, () => {
      const { walking, selecting, replaying } = this.lab.instruments;
      return [walking.store, selecting.store, replaying.store];
    });
  }

  private topics(): Topic[] {
    const { lab } = this;
    const { walking, selecting, replaying } = lab.instruments;
    const { walk, isLooking } = walking.store.value;
    const topics: Topic[] = [];
    if (walk || isLooking) {
      topics.push({
        name: "walk",
        title: "Walk",
        content: html`<archscape-walk .lab=${lab}></archscape-walk>`,
        close: walking.end,
      });
    }
    if (selecting.store.value.cells.length > 0) {
      topics.push({
        name: "selection",
        title: "Selection",
        content: html`<archscape-selection .lab=${lab}></archscape-selection>`,
        close: selecting.clear,
      });
    }
    if (replaying.store.value.isOpen) {
      topics.push({
        name: "replay",
        title: "Search path",
        content: html`<archscape-replay .lab=${lab}></archscape-replay>`,
        close: replaying.close,
      });
    }
    return topics;
  }

  protected override willUpdate(): void {
    const names = this.topics().map(({ name }) => name);
    const fresh = names.find((name) => !this.seen.includes(name));
    if (fresh) this.topic = fresh;
    this.seen = names;
  }

  protected override render(): TemplateResult | typeof nothing {
    const topics = this.topics();
    const open = topics.find(({ name }) => name === this.topic) ?? topics[0];
    if (!open) return nothing;
    return html`<section aria-label=${open.title}>
      ${
        topics.length > 1
          ? html`<div class="bar" role="group" aria-label="Instruments">
              ${topics.map(
                ({ name, title }) =>
                  html`<button type="button" class="plain" title=${HINTS[name]} aria-pressed=${name === open.name} @click=${() => this.show(name)}>${title}</button>`,
              )}
            </div>`
          : nothing
      }
      ${open.content}
      <button type="button" class="plain close small" title=${`Ends it: ${open.title.toLowerCase()}`} @click=${open.close}>Close</button>
    </section>`;
  }

  private show(name: Topic["name"]): void {
    this.topic = name;
  }
}
