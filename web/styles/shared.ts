import { css } from "lit";

/** What every element has in common: buttons, fields, rules, tables, focus. Constructed once, adopted by each shadow root. */
export const shared = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  :host {
    font: var(--size-body) / 1.45 var(--sans);
    font-variant-numeric: tabular-nums;
    color: var(--ink);
  }
  [hidden] {
    display: none !important;
  }
  h1,
  h2,
  h3,
  p,
  ol,
  ul,
  dl,
  dd,
  figure {
    margin: 0;
    padding: 0;
  }
  ol,
  ul {
    list-style: none;
  }
  h2 {
    font-size: var(--size-lead);
    font-weight: 600;
    line-height: 24px;
  }
  h3 {
    font-size: var(--size-small);
    font-weight: 600;
    line-height: 16px;
    color: var(--quiet);
  }
  .small {
    font-size: var(--size-small);
    line-height: 16px;
  }
  .quiet {
    color: var(--quiet);
  }
  .warn {
    color: var(--warn);
  }
  .number {
    text-align: right;
  }
  a {
    color: var(--accent);
    text-underline-offset: 2px;
  }
  button,
  input,
  select {
    font: inherit;
    font-variant-numeric: inherit;
    color: inherit;
  }
  button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 4px;
    min-height: 32px;
    padding: 4px 12px;
    border: 1px solid var(--rule-strong);
    border-radius: 6px;
    background: transparent;
    cursor: pointer;
    white-space: nowrap;
    touch-action: manipulation;
  }
  button:hover:not([disabled]) {
    border-color: var(--ink);
  }
  button.primary {
    background: var(--ink);
    border-color: var(--ink);
    color: var(--paper);
    font-weight: 600;
  }
  button.primary:hover:not([disabled]) {
    background: color-mix(in srgb, var(--ink) 86%, var(--paper));
  }
  button[disabled] {
    border-color: var(--rule);
    background: transparent;
    color: var(--quiet);
    cursor: not-allowed;
  }
  button.plain {
    min-height: 24px;
    padding: 0 4px;
    border-color: transparent;
    text-decoration: underline;
    text-decoration-color: var(--rule-strong);
    text-underline-offset: 3px;
  }
  button.plain:hover:not([disabled]) {
    border-color: transparent;
    text-decoration-color: currentColor;
  }
  :is(button, input, select, summary, a, [tabindex]):focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }
  input:not([type="checkbox"], [type="radio"]),
  select {
    width: 100%;
    min-width: 0;
    height: 32px;
    padding: 4px 8px;
    border: 1px solid var(--rule-strong);
    border-radius: 6px;
    background: var(--raised);
  }
  input:user-invalid {
    border-color: var(--accent);
  }
  input[type="checkbox"],
  input[type="radio"] {
    width: 16px;
    height: 16px;
    margin: 0;
    accent-color: var(--ink);
  }
  .fields {
    display: grid;
    grid-template-columns: repeat(2, minmax(0, 1fr));
    gap: 12px;
  }
  .fields > .wide {
    grid-column: 1 / -1;
  }
  label.field {
    display: grid;
    gap: 4px;
    align-content: start;
    min-width: 0;
  }
  label.field > span {
    font-size: var(--size-small);
    line-height: 16px;
    color: var(--quiet);
  }
  label.check {
    display: flex;
    gap: 8px;
    align-items: center;
    min-height: 24px;
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    align-items: center;
  }
  .stack {
    display: grid;
    gap: 12px;
    align-content: start;
    grid-template-columns: minmax(0, 1fr);
  }
  summary {
    cursor: pointer;
    min-height: 24px;
    color: var(--quiet);
    border-radius: 4px;
  }
  summary:hover {
    color: var(--ink);
  }
  details[open] > summary {
    margin-bottom: 8px;
  }
  table {
    width: 100%;
    border-collapse: collapse;
    font-size: var(--size-small);
    line-height: 16px;
  }
  th,
  td {
    padding: 4px 8px 4px 0;
    text-align: left;
    font-weight: 400;
    border-bottom: 1px solid var(--rule);
    vertical-align: baseline;
  }
  th {
    color: var(--quiet);
  }
  th:last-child,
  td:last-child {
    padding-right: 0;
  }
  th.number,
  td.number {
    text-align: right;
  }
  td.number {
    white-space: nowrap;
  }
  .mono {
    font-family: var(--mono);
    font-size: var(--size-small);
  }
  .vh {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`;
