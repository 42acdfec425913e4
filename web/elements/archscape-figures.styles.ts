import { css } from "lit";

export const figuresStyles = css`
  .scroll {
    overflow: auto;
    scrollbar-width: thin;
  }
  .intro {
    padding: 16px 24px;
  }
  .intro p {
    max-width: 70ch;
  }
  .choices {
    align-items: end;
    gap: 12px;
  }
  .choices .field {
    min-width: 180px;
  }
  @media (max-width: 600px) {
    .choices label.field {
      flex: 1 0 100%;
    }
  }
  div.field {
    display: flex;
    gap: 8px;
  }
  .figures {
    display: grid;
    grid-template-columns: repeat(2, minmax(0, 1fr));
    border-top: 1px solid var(--rule);
  }
  .figures > section {
    padding: 20px 24px 24px;
    border-bottom: 1px solid var(--rule);
  }
  .figures > :nth-child(even) {
    border-left: 1px solid var(--rule);
  }
  section > p {
    max-width: 70ch;
  }
  h3 {
    font-size: var(--size-body);
    line-height: 20px;
    color: var(--ink);
  }
  .number-of {
    margin-left: 4px;
    font-weight: 400;
    font-size: var(--size-small);
    color: var(--quiet);
  }
  .empty {
    min-height: 120px;
    align-content: center;
  }
  progress {
    width: 100%;
    height: 4px;
    accent-color: var(--accent);
  }
  table {
    justify-self: start;
    width: auto;
    min-width: min(100%, 320px);
  }
  th:not(:last-child),
  td:not(:last-child) {
    padding-right: 20px;
  }
  .plot svg svg {
    max-width: none;
  }
  @media (max-width: 1100px) {
    .figures {
      grid-template-columns: minmax(0, 1fr);
    }
    .figures > :nth-child(even) {
      border-left: 0;
    }
  }
  @media (max-width: 800px) {
    header button {
      padding-inline: 8px;
    }
    .intro,
    .figures > section {
      padding-inline: 16px;
    }
  }
`;
