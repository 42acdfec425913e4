import { css, html, nothing, type TemplateResult } from "lit";
import type { Lab } from "../state/context.ts";
import type { Panel } from "../state/settings.ts";

export interface Step {
  readonly lab: Lab;
  readonly panel: Panel;
  readonly number: number;
  readonly title: string;
  /** One line under the title: where this step stands. */
  readonly summary: string | TemplateResult;
  readonly primary: {
    readonly label: string;
    readonly run: () => void;
    /** What a press does. */
    readonly hint: string;
    /** Why it cannot run now. */
    readonly obstacle?: string | undefined;
  };
  readonly body: TemplateResult;
}

/**
 * One of the four steps: number, title and primary button are always there; the body only in the step that is open. What
 * is not possible yet says why, in the button's description and under the title.
 */
export function step({ lab, panel, number, title, summary, primary, body }: Step): TemplateResult {
  const open = lab.settings.value.panel === panel;
  const { obstacle } = primary;
  return html`<section class=${open ? "step open" : "step"} aria-labelledby="title">
    <header>
      <span class="ordinal" aria-hidden="true">${number}</span>
      <h2 id="title">
        <button type="button" class="opener" title=${`${open ? "Step" : "Opens step"} ${number}`} aria-expanded=${open} aria-controls="body" @click=${() => lab.settings.set({ panel })}>
          <span class="vh">Step ${number}: </span>${title}
        </button>
      </h2>
      <button
        type="button"
        class=${open ? "primary" : ""}
        data-primary
        ?disabled=${obstacle !== undefined}
        aria-describedby=${obstacle ? "obstacle" : nothing}
        title=${obstacle ?? primary.hint}
        @click=${primary.run}
      >
        ${primary.label}
      </button>
      <p class="summary small quiet">${summary}</p>
      ${obstacle ? html`<p id="obstacle" class="summary small quiet obstacle">${obstacle}</p>` : nothing}
    </header>
    <div id="body" class="body stack" ?hidden=${!open}>${open ? body : nothing}</div>
  </section>`;
}

export const stepStyles = css`
  :host {
    display: block;
  }
  .step > header {
    display: grid;
    /* A step that stands alone on somebody's page has no number. */
    grid-template-columns: var(--ordinal, 24px) minmax(0, 1fr) auto;
    align-items: center;
    padding: 12px 16px;
    column-gap: 4px;
  }
  .ordinal {
    overflow: hidden;
    font-weight: 600;
    color: var(--quiet);
  }
  .open .ordinal {
    color: var(--accent);
  }
  .opener {
    justify-content: flex-start;
    width: 100%;
    padding: 4px 0;
    border: 0;
    font-weight: 600;
    font-size: var(--size-lead);
  }
  .opener:hover {
    text-decoration: underline;
    text-decoration-thickness: 1px;
    text-underline-offset: 4px;
  }
  .summary {
    grid-column: 2 / -1;
    overflow-wrap: anywhere;
  }
  .obstacle {
    font-style: italic;
  }
  .body {
    gap: 16px;
    padding: 4px 16px 20px calc(20px + var(--ordinal, 24px));
  }
  @container (max-width: 800px) {
    .body {
      padding-left: 16px;
    }
  }
`;

/** Reads a field into the settings as soon as it holds something valid. */
export function numberInput(
  lab: Lab,
  name: "epochs" | "seed" | "batch" | "rate" | "kl" | "dropout" | "clip" | "queries" | "seconds",
  range: { readonly min: number; readonly max?: number; readonly step: number | "any" },
  disabled = false,
  onSet?: (value: number) => void,
): TemplateResult {
  const onChange = (event: Event): void => {
    const field = event.target as HTMLInputElement;
    if (field.value === "" || !field.checkValidity()) {
      field.reportValidity();
      return;
    }
    lab.settings.set({ [name]: field.valueAsNumber });
    onSet?.(field.valueAsNumber);
  };
  return html`<input
    type="number"
    name=${name}
    required
    min=${range.min}
    max=${range.max ?? nothing}
    step=${range.step}
    .value=${String(lab.settings.value[name])}
    ?disabled=${disabled}
    @change=${onChange}
  />`;
}
