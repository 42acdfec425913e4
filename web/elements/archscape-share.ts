import { css, html, LitElement, type TemplateResult } from "lit";
import { PANEL_TITLES } from "../panels.ts";
import type { Lab } from "../state/context.ts";
import { HIDEABLE, type Hideable, hiddenIn } from "../state/settings.ts";
import { Watch } from "../state/store.ts";
import { shared } from "../styles/shared.ts";

/** The page as it is, for others: a link, or a line for an article, with or without some panels. */
export class ArchscapeShare extends LitElement {
  static override properties = { lab: { attribute: false }, leftOut: { state: true }, said: { state: true } };
  static override styles = [
    shared,
    css`
      .checks {
        display: grid;
        grid-template-columns: repeat(2, minmax(0, 1fr));
        gap: 4px 12px;
      }
      fieldset {
        margin: 0;
        padding: 0;
        border: 0;
      }
      legend {
        padding: 0;
        margin-bottom: 4px;
      }
      .copied {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 8px;
        align-items: end;
      }
      textarea {
        width: 100%;
        height: 96px;
        padding: 8px;
        font: var(--size-small) / 16px var(--mono);
        color: inherit;
        background: var(--paper);
        border: 1px solid var(--rule-strong);
        border-radius: 6px;
        resize: vertical;
      }
      textarea:focus-visible {
        outline: 2px solid var(--accent);
        outline-offset: 2px;
      }
    `,
  ];

  declare lab: Lab;
  /** What the link leaves out; undefined: what this page leaves out itself. */
  declare leftOut: ReadonlySet<string> | undefined;
  /** What was copied, or why not. */
  declare said: string;

  constructor() {
    super();
    this.said = "";
    new Watch(this, () => [this.lab.settings]);
  }

  private hide(): ReadonlySet<string> {
    return this.leftOut ?? hiddenIn(this.lab.settings.value);
  }

  private link(): string {
    const hidden = this.hide();
    return this.lab.linkWith({ hide: HIDEABLE.filter((name) => hidden.has(name)).join(",") });
  }

  /** One script, from wherever this page is served, and one element. */
  private embed(): string {
    const [address = "", fields] = this.link().split("#");
    const script = new URL("elements/archscape.js", address);
    const link = fields === undefined ? "" : ` link="${fields.replaceAll("&", "&amp;").replaceAll('"', "&quot;")}"`;
    return `<script type="module" src="${script}"></script>\n<archscape-lab${link}></archscape-lab>\n`;
  }

  private async copy(text: string, what: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      this.said = `The ${what} is in the clipboard.`;
    } catch {
      this.said = `The browser refused the clipboard: select the ${what} and copy it by hand.`;
    }
  }

  private toggle(name: Hideable, isHidden: boolean): void {
    const next = new Set(this.hide());
    if (isHidden) next.add(name);
    else next.delete(name);
    this.leftOut = next;
    this.said = "";
  }

  protected override render(): TemplateResult {
    const [link, embed, hidden] = [this.link(), this.embed(), this.hide()];
    const check = (
      name: Hideable,
    ): TemplateResult => html`<label class="check" title="Whether it is shown to those who open the link">
      <input type="checkbox" name=${name} .checked=${!hidden.has(name)} @change=${(event: Event) => this.toggle(name, !(event.target as HTMLInputElement).checked)} />
      ${PANEL_TITLES[name]}
    </label>`;
    return html`<div class="stack">
      <h2>Share</h2>
      <p class="small quiet">
        A link carries all settings: space, model, seeds, colours, selection, view. It carries no data: labels and models of your own go along as files.
      </p>
      <fieldset>
        <legend class="small quiet">Whoever opens it sees the map and</legend>
        <div class="checks">${HIDEABLE.map(check)}</div>
      </fieldset>
      <div class="copied">
        <label class="field" title="Opens this page as it is now"><span>Link</span><input type="text" name="link" readonly .value=${link} /></label>
        <button type="button" class="primary" title="Puts the link into the clipboard" @click=${() => void this.copy(link, "link")}>Copy link</button>
      </div>
      <label class="field" title="Two lines of HTML that put the lab, as it is now, into a page"><span>For an article or a blog</span><textarea name="embed" readonly spellcheck="false" .value=${embed}></textarea></label>
      <div class="row">
        <button type="button" title="Puts these lines into the clipboard" @click=${() => void this.copy(embed, "embed code")}>Copy embed code</button>
      </div>
      <p class="small" role="status">${this.said}</p>
    </div>`;
  }
}
