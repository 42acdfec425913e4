import { css } from "lit";

/** A line above the page that offers something. */
export const offerStyles = css`
  :host {
    display: block;
  }
  .offer {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px 16px;
    padding: 8px 16px;
    background: var(--raised);
    border-bottom: 1px solid var(--rule);
  }
  .offer p {
    flex: 1 1 240px;
  }
  .offer .row {
    flex-wrap: nowrap;
  }
  @container (max-width: 800px) {
    .offer {
      padding: 8px 12px;
    }
  }
`;
