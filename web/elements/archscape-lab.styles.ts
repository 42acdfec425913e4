import { css } from "lit";

export const labStyles = css`
  :host {
    display: grid;
    grid-template-rows: auto auto minmax(0, 1fr);
    grid-template-columns: minmax(0, 1fr);
    height: 100dvh;
    overflow: hidden;
    background: var(--paper);
  }
  .offers {
    grid-row: 2;
  }
  main {
    grid-row: 3;
  }
  header {
    grid-row: 1;
    display: flex;
    align-items: center;
    gap: 16px;
    min-height: 52px;
    padding: 8px 16px;
    border-bottom: 1px solid var(--rule);
  }
  h1 {
    font-size: var(--size-head);
    line-height: 28px;
    font-weight: 650;
    letter-spacing: -0.01em;
  }
  .space {
    flex: 1;
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .tools {
    display: flex;
    gap: 8px;
    align-items: center;
  }
  .device {
    gap: 8px;
  }
  .device svg {
    fill: var(--warn);
    overflow: visible;
  }
  .device[data-tone="good"] svg {
    fill: #009e73;
  }
  .device[data-tone="waiting"] svg {
    fill: var(--quiet);
  }
  .pop {
    position: fixed;
    inset: 60px 16px auto auto;
    width: min(440px, calc(100vw - 24px));
    max-height: calc(100dvh - 84px);
    margin: 0;
    padding: 20px 24px;
    overflow: auto;
    color: var(--ink);
    background: var(--raised);
    border: 1px solid var(--rule);
    border-radius: 12px;
    box-shadow: var(--shadow);
  }
  .pop > * + * {
    margin-top: 12px;
  }
  .pop dl {
    display: grid;
    grid-template-columns: max-content minmax(0, 1fr);
    gap: 4px 16px;
  }
  .pop dt {
    font-weight: 600;
  }
  kbd {
    display: inline-block;
    min-width: 24px;
    padding: 0 4px;
    text-align: center;
    font: inherit;
    border: 1px solid var(--rule-strong);
    border-radius: 4px;
  }
  main.alone {
    display: grid;
    place-content: center;
    grid-template: none;
    padding: 24px;
  }
  .alone section {
    width: min(440px, calc(100vw - 48px));
  }
  main:not(.alone) {
    display: grid;
    min-height: 0;
    --steps: 320px;
    --cell: 336px;
    grid-template-columns: var(--steps) minmax(0, 1fr) var(--cell);
    grid-template-rows: minmax(0, 1fr) auto auto;
    grid-template-areas: "steps map cell" "steps tray cell" "steps charts cell";
  }
  .steps {
    grid-area: steps;
    overflow: auto;
    border-right: 1px solid var(--rule);
    scrollbar-width: thin;
  }
  .steps > * + * {
    border-top: 1px solid var(--rule);
  }
  .steps > :last-child {
    border-bottom: 1px solid var(--rule);
  }
  archscape-map {
    grid-area: map;
    min-width: 0;
  }
  archscape-tray {
    grid-area: tray;
  }
  archscape-map-table {
    position: absolute;
    width: 1px;
    overflow: hidden;
  }
  archscape-charts {
    grid-area: charts;
    border-top: 1px solid var(--rule);
    min-width: 0;
  }
  main:not(.charted, .alone) archscape-charts {
    display: none;
  }
  archscape-cell {
    grid-area: cell;
    overflow: auto;
    border-left: 1px solid var(--rule);
    scrollbar-width: thin;
  }
  .tabs {
    display: none;
  }
  .skip {
    position: absolute;
    z-index: 20;
    top: 8px;
    left: 8px;
    padding: 8px 12px;
    background: var(--raised);
    border-radius: 6px;
    translate: 0 -200%;
  }
  .skip:focus-within {
    translate: 0 0;
  }
  .drop {
    position: fixed;
    inset: 12px;
    z-index: 30;
    display: grid;
    place-content: center;
    font-size: var(--size-head);
    text-align: center;
    background: color-mix(in srgb, var(--paper) 86%, transparent);
    border: 2px dashed var(--accent);
    border-radius: 16px;
    pointer-events: none;
  }
  @container (max-width: 1160px) and (min-width: 801px) {
    main:not(.alone) {
      --steps: 280px;
      --cell: 288px;
    }
  }
  main.stepless:not(.alone) {
    --steps: 0px;
  }
  main.cell-less:not(.alone) {
    --cell: 0px;
  }
  @container (max-width: 800px) {
    header {
      gap: 8px;
      padding: 8px 12px;
    }
    .space {
      font-size: 0;
    }
    .tools button {
      padding: 4px 8px;
    }
    .device .long {
      display: none;
    }
    main:not(.alone) {
      grid-template-columns: minmax(0, 1fr);
      grid-template-rows: minmax(0, 11fr) auto minmax(0, 9fr) auto;
      grid-template-areas: "map" "tray" "sheet" "tabs";
    }
    main.folded:not(.alone) {
      grid-template-rows: minmax(0, 1fr) auto 0 auto;
    }
    .steps,
    archscape-charts,
    archscape-cell {
      grid-area: sheet;
      display: none !important;
      border: 0;
      border-top: 1px solid var(--rule);
    }
    main:not(.folded):is([data-panel="space"], [data-panel="pretrain"], [data-panel="explore"], [data-panel="search"]) .steps {
      display: block !important;
    }
    main:not(.folded)[data-panel="cell"] archscape-cell {
      display: grid !important;
    }
    main:not(.folded)[data-panel="charts"] archscape-charts {
      display: block !important;
    }
    .steps > * {
      display: none;
      border: 0 !important;
    }
    main[data-panel="space"] [data-step="space"],
    main[data-panel="pretrain"] [data-step="pretrain"],
    main[data-panel="explore"] [data-step="explore"],
    main[data-panel="search"] [data-step="search"] {
      display: block;
    }
    .tabs {
      grid-area: tabs;
      display: grid;
      grid-auto-flow: column;
      grid-auto-columns: minmax(0, 1fr);
      border-top: 1px solid var(--rule);
      padding-bottom: env(safe-area-inset-bottom);
    }
    .tabs[hidden] {
      display: none;
    }
    .tabs button {
      min-height: 48px;
      padding: 4px 0;
      border: 0;
      border-radius: 0;
      border-top: 2px solid transparent;
      font-size: var(--size-small);
    }
    .tabs button[aria-pressed="true"] {
      border-top-color: var(--accent);
      font-weight: 600;
    }
    .tabs button:focus-visible {
      outline-offset: -2px;
    }
  }
  /* What lies over the page has the screen's width, not the lab's. */
  @media (max-width: 800px) {
    .pop {
      inset: auto 12px 12px 12px;
      width: auto;
    }
  }
  /* Map, charts and cell, one below the other; what can only be pressed stays away. */
  @media print {
    :host,
    main:not(.alone) {
      display: block;
      height: auto;
      overflow: visible;
    }
    .tools,
    .offers,
    .skip,
    .steps,
    .tabs,
    archscape-notices {
      display: none !important;
    }
    archscape-map {
      display: block;
      height: 150mm;
      break-inside: avoid;
    }
    archscape-charts,
    archscape-cell {
      overflow: visible;
      border: 0;
      break-inside: avoid;
    }
  }
`;
