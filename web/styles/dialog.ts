import { css } from "lit";

/** A dialog that takes the page: a head that stays, and what scrolls below it. */
export const dialogStyles = css`
  dialog {
    width: min(1400px, calc(100vw - 48px));
    height: calc(100dvh - 48px);
    max-width: none;
    max-height: none;
    padding: 0;
    overflow: hidden;
    color: var(--ink);
    background: var(--paper);
    border: 1px solid var(--rule);
    border-radius: 12px;
    box-shadow: var(--shadow);
  }
  dialog[open] {
    display: grid;
    grid-template-rows: auto minmax(0, 1fr);
  }
  dialog::backdrop {
    background: rgb(0 0 0 / 40%);
  }
  header {
    display: flex;
    align-items: center;
    gap: 8px;
    padding: 12px 16px;
    border-bottom: 1px solid var(--rule);
  }
  header h2 {
    flex: 1;
  }
  @media (max-width: 800px) {
    dialog {
      width: 100vw;
      height: 100dvh;
      border: 0;
      border-radius: 0;
    }
  }
`;
