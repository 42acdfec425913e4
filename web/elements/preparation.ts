import { css, html, type TemplateResult } from "lit";
import { count, duration, percent } from "../format.ts";
import { SPACE_TEXTS } from "../spaces.ts";
import type { Opening } from "../state/context.ts";

/** How far a space is that must be prepared, and what is being done. */
export function preparation({ request, share, secondsLeft }: Opening): TemplateResult {
  const { title } = SPACE_TEXTS[request.name];
  const work =
    request.name === "darts"
      ? `${count(request.count ?? 0)} cells are drawn with seed ${request.seed ?? 0}.`
      : "All cells are made from the definition and put in the official order, by their module hashes.";
  return html`<div class="preparation" data-share=${share}>
    <progress max="1" .value=${share} aria-label=${`Preparing ${title}`}></progress>
    <p class="small row">
      <span>${title}: ${percent(share, 0)}</span><span>${Number.isFinite(secondsLeft) ? `${duration(secondsLeft)} left` : ""}</span>
    </p>
    <p class="small quiet">${work} It is kept for the next visit.</p>
  </div>`;
}

export const preparationStyles = css`
  .preparation {
    display: grid;
    gap: 4px;
  }
  .preparation .row {
    display: flex;
    justify-content: space-between;
    gap: 12px;
  }
  progress {
    display: block;
    width: 100%;
    height: 4px;
    border: 0;
    border-radius: 2px;
    overflow: clip;
    background: var(--rule);
    appearance: none;
  }
  progress::-webkit-progress-bar {
    background: var(--rule);
  }
  progress::-webkit-progress-value {
    background: var(--accent);
  }
  progress::-moz-progress-bar {
    background: var(--accent);
  }
`;
