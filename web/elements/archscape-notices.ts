import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { plural } from "../format.ts";
import type { NoticeBoard, Tone } from "../state/notices.ts";
import { Watch } from "../state/store.ts";
import { shared } from "../styles/shared.ts";

const LEAD: Readonly<Record<Tone, string>> = { problem: "Not done", warning: "Mind", news: "Done" };
/** Details beyond this are counted, not listed. */
const LISTED = 20;

/** What happened and what did not: one sentence each, details on demand, and a live region that says it. */
export class ArchscapeNotices extends LitElement {
  static override properties = { board: { attribute: false } };
  static override styles = [
    shared,
    css`
      :host {
        position: fixed;
        z-index: 10;
        top: 60px;
        left: 50%;
        translate: -50% 0;
        width: min(520px, calc(100vw - 24px));
        pointer-events: none;
      }
      ol {
        display: grid;
        gap: 8px;
      }
      li {
        display: grid;
        grid-template-columns: 1fr auto;
        gap: 4px 12px;
        padding: 12px 8px 12px 16px;
        background: var(--raised);
        border: 1px solid var(--rule);
        border-left: 4px solid var(--rule-strong);
        border-radius: 8px;
        box-shadow: var(--shadow);
        pointer-events: auto;
        overflow-wrap: anywhere;
      }
      li.problem {
        border-left-color: var(--accent);
      }
      li.warning {
        border-left-color: var(--warn);
      }
      details {
        grid-column: 1 / -1;
      }
      details .lines {
        max-height: 200px;
        overflow: auto;
        display: grid;
        gap: 4px;
      }
      button {
        align-self: start;
        min-height: 24px;
        padding: 0 8px;
        border-color: transparent;
      }
    `,
  ];

  declare board: NoticeBoard;

  constructor() {
    super();
    new Watch(this, () => [this.board.store]);
  }

  protected override render(): TemplateResult {
    const { notices, spoken } = this.board.store.value;
    return html`
      <div class="vh" aria-live="polite" role="status" id="spoken">${spoken}</div>
      <ol aria-live="assertive" aria-relevant="additions" aria-label="Notices">
        ${notices.map(
          ({ id, tone, text, details }) => html`<li class=${tone} data-tone=${tone}>
            <p><strong>${LEAD[tone]}:</strong> ${text}</p>
            <button type="button" aria-label="Dismiss" title="Dismiss (Escape)" @click=${() => this.board.dismiss(id)}>✕</button>
            ${
              details.length > 0
                ? html`<details ?open=${details.length <= 4}>
                    <summary class="small">${plural(details.length, "detail")}</summary>
                    <div class="small lines">
                      ${details.slice(0, LISTED).map((detail) => html`<p>${detail}</p>`)}
                      ${details.length > LISTED ? html`<p class="quiet">and ${details.length - LISTED} more</p>` : nothing}
                    </div>
                  </details>`
                : nothing
            }
          </li>`,
        )}
      </ol>
    `;
  }
}
