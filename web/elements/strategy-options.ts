import { css, html, nothing, type TemplateResult } from "lit";
import { plural } from "../format.ts";
import type { Lab } from "../state/context.ts";
import { type OptionField, optionFields, type settingOn, withOption } from "../state/strategy-options.ts";

export const strategyOptionsStyles = css`
  .option {
    display: grid;
    grid-template-columns: minmax(0, 1fr) 112px;
    gap: 2px 12px;
    align-items: center;
  }
  .option > .meaning {
    grid-column: 1 / -1;
  }
  .option.changed > .name {
    color: var(--accent);
    font-weight: 600;
  }
  .options {
    display: grid;
    gap: 12px;
  }
`;

/** "batchSize" as people write it. */
const spelt = (name: string): string =>
  name.slice(0, 1).toUpperCase() + name.slice(1).replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** The options of the chosen strategy, each with its meaning and source; closed until somebody asks. */
export function strategyOptions(
  lab: Lab,
  setting: ReturnType<typeof settingOn>,
  disabled: boolean,
): TemplateResult | typeof nothing {
  const { settings } = lab;
  const fields = optionFields(settings.value, setting);
  if (fields.length === 0) return nothing;
  const changed = fields.filter(({ value, initial }) => value !== initial).length;
  const change = (field: OptionField) => (event: Event) => {
    const input = event.target as HTMLInputElement | HTMLSelectElement;
    if (input.value.trim() !== "" && input.checkValidity()) {
      settings.set({ options: withOption(settings.value.options, field, input.value.trim()) });
    } else input.reportValidity();
  };
  return html`<details class="wide" data-options>
    <summary>Options of the strategy${changed > 0 ? `, ${plural(changed, "change")}` : ""}</summary>
    <div class="options">
      ${fields.map(
        (field) => html`<label class=${field.value === field.initial ? "option" : "option changed"}>
          <span class="name">${spelt(field.name)}</span>
          ${input(field, disabled, change(field))}
          <span class="meaning small quiet">${field.words}</span>
        </label>`,
      )}
      ${
        changed > 0
          ? html`<div class="row"><button type="button" ?disabled=${disabled} @click=${() => settings.set({ options: "" })}>Back to defaults</button></div>`
          : nothing
      }
    </div>
  </details>`;
}

function input({ name, values, value }: OptionField, disabled: boolean, onChange: (event: Event) => void): TemplateResult {
  const field = `option-${name}`;
  switch (values.kind) {
    case "choice":
      return html`<select name=${field} ?disabled=${disabled} @change=${onChange}>
        ${values.choices.map((choice) => html`<option value=${choice} ?selected=${choice === value}>${choice}</option>`)}
      </select>`;
    case "number-or":
      return html`<input
        type="text"
        name=${field}
        autocomplete="off"
        pattern=${`${values.word}|-?[0-9.]+(e-?[0-9]+)?`}
        title=${`a number, or "${values.word}"`}
        .value=${String(value)}
        ?disabled=${disabled}
        @change=${onChange}
      />`;
    default:
      return html`<input
        type="number"
        name=${field}
        min=${values.least}
        max=${values.most}
        step=${values.kind === "whole" ? 1 : "any"}
        .value=${String(value)}
        ?disabled=${disabled}
        @change=${onChange}
      />`;
  }
}
