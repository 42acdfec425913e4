import { css } from "lit";

/** Pictures of Observable Plot as wide as their place, in the page's type. */
export const plotStyles = css`
  .plot svg {
    display: block;
    max-width: 100%;
    height: auto;
    background: transparent;
    font-family: var(--sans);
    font-variant-numeric: tabular-nums;
    color: inherit;
  }
  .plot text {
    white-space: pre;
  }
  /* Dots of cells: not selected, while others are; selected on the map; under the pointer, there or here. */
  .plot [data-outside] {
    fill-opacity: 0.12;
  }
  .plot .asked [data-inside] {
    fill-opacity: 1;
  }
  .plot :is(.asked, .queries) :is([data-chosen], [data-pointed]) {
    fill-opacity: 1;
    stroke: var(--ink);
    stroke-width: 2px;
    r: 5px;
    outline: none;
  }
  .plot :is(.asked, .queries) [data-chosen] {
    fill: var(--accent);
  }
`;
