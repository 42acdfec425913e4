import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import type { SpaceName } from "../../src/spaces/space.ts";
import { VERSION } from "../../src/version.ts";
import { type Part, partText, type Report, reportText, verdict } from "../../src/vgae/self-test/report.ts";
import { browserName, createSelfTest } from "../state/self-test.ts";
import { Watch } from "../state/store.ts";
import { shared } from "../styles/shared.ts";

const WORDS: Readonly<Record<Part["state"], string>> = { agrees: "agrees", differs: "differs", failed: "failed" };

/** Lets people find out whether their browser and driver compute correctly: a button, progress, a verdict, and what to do. */
export class ArchscapeSelfTest extends LitElement {
  static override properties = { space: { attribute: false }, copied: { state: true } };
  static override styles = [
    shared,
    css`
      :host {
        display: block;
      }
      progress {
        width: 100%;
        accent-color: var(--accent);
      }
      .verdict {
        font-weight: 600;
      }
      td:first-child {
        white-space: nowrap;
      }
      tr:not([data-state="agrees"]) td:nth-child(2) {
        color: var(--warn);
        font-weight: 600;
      }
      td:last-child {
        overflow-wrap: anywhere;
      }
      ul {
        list-style: disc;
        padding-left: 20px;
      }
    `,
  ];

  /** Whose kernels are tested. */
  declare space: SpaceName;
  declare copied: string;
  private readonly self = createSelfTest();

  constructor() {
    super();
    this.copied = "";
    new Watch(this, () => [this.self.store]);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    if (this.self.store.value.test.state === "running") this.self.cancel();
  }

  private get surroundings() {
    return { host: browserName(navigator.userAgent), version: VERSION };
  }

  private start = (): void => {
    this.copied = "";
    void this.self.start(this.space);
  };

  private async copy(report: Report): Promise<void> {
    try {
      await navigator.clipboard.writeText(reportText(report, this.surroundings));
      this.copied = "Copied.";
    } catch {
      this.copied = "The browser refused the clipboard: select the text above instead.";
    }
  }

  protected override render(): TemplateResult {
    const { test } = this.self.store.value;
    return html`<section class="stack" aria-label="Self-test" data-state=${test.state}>
      <h3>Does WebGPU compute correctly here?</h3>
      ${test.state === "idle" ? html`<p class="small quiet">A self-test of our WebGPU kernels trains, embeds and searches on known numbers and compares every result, whatever models run on now. It takes seconds on a graphics card, up to a minute on a software adapter, and nothing leaves this machine.</p>` : nothing}
      ${
        test.state === "running"
          ? html`<progress max=${test.total} .value=${test.done} aria-label="Self-test"></progress>
            <p class="small">${test.done} of ${test.total}: ${test.next}</p>`
          : nothing
      }
      <div role="status" class="stack">
        ${test.state === "not-run" ? html`<p class="verdict">The self-test was not run: ${test.message}</p>` : nothing}
        ${test.state === "done" ? html`<p class="verdict" data-ok=${test.report.ok}>${verdict(test.report, this.surroundings)}</p>` : nothing}
      </div>
      ${test.state === "done" ? this.details(test.report) : nothing}
      <div class="row">
        ${
          test.state === "running"
            ? html`<button type="button" data-cancel title="Ends the self-test at once" @click=${() => this.self.cancel()}>Cancel</button>`
            : html`<button type="button" data-start title="Trains, embeds and searches on known numbers, and compares" @click=${this.start}>${test.state === "idle" ? "Test this device" : "Test again"}</button>`
        }
        ${test.state === "done" ? html`<button type="button" data-copy title="As text, for a bug report" @click=${() => void this.copy(test.report)}>Copy the result</button>` : nothing}
        <span class="small quiet" role="status">${this.copied}</span>
      </div>
    </section>`;
  }

  private details({ ok, parts }: Report): TemplateResult {
    return html`
      ${ok ? nothing : advice()}
      <table>
        <thead>
          <tr><th scope="col">Part</th><th scope="col">Result</th><th scope="col">How far off</th></tr>
        </thead>
        <tbody>
          ${parts.map(
            (part) => html`<tr data-part=${part.part} data-state=${part.state}>
              <td>${part.part}</td><td>${WORDS[part.state]}</td><td>${partText(part)}</td>
            </tr>`,
          )}
        </tbody>
      </table>
    `;
  }
}

function advice(): TemplateResult {
  return html`<div class="stack small">
    <p><strong>What to do.</strong> The map, shipped embeddings and searches on this page do not use the device and can be trusted. What WebGPU trains or embeds here cannot.</p>
    <ul>
      <li>Update the browser and the driver of the graphics card, start anew, and test again.</li>
      <li>Try another browser: it brings its own shader compiler. On a laptop with two graphics cards, try the other one.</li>
      <li>Until then choose TensorFlow.js above: it computes on the processor, slower than a graphics card and independent of it.</li>
      <li>Copy the result and send it with a bug report: the part that differs says where to look.</li>
    </ul>
  </div>`;
}
