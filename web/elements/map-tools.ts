import { html, type TemplateResult } from "lit";
import type { Lab } from "../state/context.ts";

/** Modes of the map, as buttons on it. */
export function mapTools(lab: Lab): TemplateResult {
  const { selecting } = lab.instruments;
  const { isLassoing } = selecting.store.value;
  const { density } = lab.settings.value;
  const isMapped = lab.atlas.store.value.atlas.status === "ready";
  return html`<div class="tools" role="group" aria-label="Tools" ?hidden=${!isMapped}>
    <button
      type="button"
      aria-label="Lasso: select cells within a loop"
      title="Lasso: select cells within a loop (Shift and drag)"
      aria-pressed=${isLassoing}
      @click=${() => selecting.lasso(!isLassoing)}
    >
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <path d="M6 11.5C3 11 1.5 9.2 1.5 7C1.5 4 4.4 2 8 2s6.5 2 6.5 5c0 2.8-2.8 4.7-6.3 4.7" stroke-dasharray="2.6 1.8" />
        <circle cx="6.8" cy="11.8" r="1.6" fill="currentColor" /><path d="M6.2 13.3C6 14.5 5 15 3.8 15" />
      </svg>
    </button>
    <button
      type="button"
      aria-label="Density: outline where cells lie thick"
      title="Density: outline where cells lie thick"
      aria-pressed=${density}
      @click=${() => lab.settings.set({ density: !density })}
    >
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <path d="M8 1.5c4 0 6.5 2.5 6.5 5.5S12 14.5 8 14.5 1.5 11 1.5 8 4 1.5 8 1.5z" />
        <path d="M8.5 4.5c2 0 3 1.2 3 2.8s-1.5 4.2-3.8 4.2-3.2-2-3.2-3.5 2-3.5 4-3.5z" />
        <circle cx="8" cy="8" r="1" fill="currentColor" />
      </svg>
    </button>
  </div>`;
}
