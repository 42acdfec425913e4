import { css } from "lit";

export const cellStyles = css`
  :host {
    display: grid;
    gap: 20px;
    align-content: start;
    grid-template-columns: minmax(0, 1fr);
    padding: 12px 16px 24px;
  }
  header {
    display: flex;
    justify-content: space-between;
    align-items: center;
    min-height: 32px;
  }
  figure {
    display: grid;
    justify-items: center;
  }
  .cell {
    display: block;
    max-width: 100%;
    height: auto;
  }
  .waiting {
    height: 236px;
  }
  .notation {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 8px;
    align-items: start;
  }
  code {
    overflow-wrap: anywhere;
    line-height: 18px;
  }
  figcaption {
    margin-top: 8px;
  }
  section {
    gap: 8px;
  }
  section {
    --glyph: 104px;
  }
  [data-space="darts"] {
    --glyph: 148px;
  }
  .heads {
    display: grid;
    grid-template-columns: var(--glyph) minmax(0, 1fr) 56px;
    gap: 8px;
    text-align: right;
    white-space: nowrap;
  }
  .heads span:first-child {
    text-align: left;
  }
  .heads span {
    overflow: hidden;
    text-overflow: ellipsis;
  }
  details h3 {
    display: inline;
  }
  dl > div {
    display: flex;
    justify-content: space-between;
    gap: 12px;
    min-height: 28px;
    align-items: center;
    border-bottom: 1px solid var(--rule);
  }
  dt,
  dd {
    min-width: 0;
  }
  dd {
    text-align: right;
  }
  dl button.plain {
    padding: 0;
    white-space: normal;
    text-align: left;
    text-decoration-color: transparent;
  }
  dl dd button.plain,
  dl button[aria-pressed="true"] {
    text-decoration-color: currentColor;
  }
  .cells {
    display: grid;
  }
  .cells button {
    display: grid;
    grid-template-columns: var(--glyph) minmax(0, 1fr) 56px;
    gap: 8px;
    align-items: center;
    width: 100%;
    min-height: 28px;
    padding: 2px 0;
    border: 0;
    border-radius: 4px;
    text-align: right;
    overflow: hidden;
  }
  .cells button:hover {
    background: var(--ground);
  }
  .key {
    display: grid;
    gap: 4px;
  }
  .key li {
    display: grid;
    grid-template-columns: 24px 108px minmax(0, 1fr);
    align-items: center;
  }
`;
