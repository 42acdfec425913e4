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
`;
