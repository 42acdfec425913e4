import { css } from "lit";

export const mapStyles = css`
  :host {
    display: block;
    position: relative;
    overflow: hidden;
    background: var(--ground);
    contain: strict;
  }
  .canvas {
    position: absolute;
    inset: 0;
    touch-action: none;
  }
  .canvas[data-lasso] {
    cursor: crosshair;
  }
  .density {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    pointer-events: none;
  }
  .canvas:focus-visible {
    outline-offset: -2px;
  }
  .tip {
    position: absolute;
    top: 0;
    left: 0;
    display: grid;
    gap: 4px;
    padding: 8px 12px;
    background: var(--raised);
    border: 1px solid var(--rule);
    border-radius: 8px;
    box-shadow: var(--shadow);
    pointer-events: none;
    white-space: nowrap;
    z-index: 2;
  }
  .caption {
    position: absolute;
    top: 12px;
    left: 16px;
    right: 16px;
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    gap: 0 24px;
    pointer-events: none;
  }
  /* Stragglers of the cloud reach up here. */
  .caption span {
    padding: 0 6px;
    margin: 0 -6px;
    background: color-mix(in srgb, var(--ground) 80%, transparent);
    border-radius: 4px;
  }
  .caption [data-density] {
    flex-basis: 100%;
    background: none;
  }
  .empty {
    position: absolute;
    inset: 0;
    display: grid;
    place-content: center;
    justify-items: center;
    gap: 8px;
    padding: 24px;
    text-align: center;
    pointer-events: none;
  }
  .empty p {
    max-width: 48ch;
  }
  archscape-legend {
    position: absolute;
    left: 16px;
    bottom: 16px;
    width: min(264px, calc(100% - 88px));
  }
  .zoom,
  .tools {
    position: absolute;
    right: 16px;
    bottom: 16px;
    display: grid;
    background: var(--raised);
    border: 1px solid var(--rule);
    border-radius: 8px;
    overflow: clip;
  }
  .tools {
    bottom: 128px;
  }
  .tools button[aria-pressed="true"] {
    background: var(--ink);
    color: var(--paper);
  }
  :is(.zoom, .tools) button {
    width: 32px;
    padding: 0;
    border: 0;
    border-radius: 0;
    font-size: var(--size-lead);
  }
  :is(.zoom, .tools) button + button {
    border-top: 1px solid var(--rule);
  }
  :is(.zoom, .tools) button:focus-visible {
    outline-offset: -2px;
  }
  :is(.zoom, .tools) path {
    fill: none;
    stroke: currentColor;
    stroke-width: 1.5px;
  }
  @container (max-width: 800px) {
    /* For what a press does. */
    .canvas {
      --is-narrow: 1;
    }
    .caption {
      top: 8px;
      left: 12px;
      right: 12px;
    }
    .caption .where {
      display: none;
    }
    archscape-legend {
      left: 12px;
      bottom: 12px;
      width: min(200px, calc(100% - 72px));
    }
    archscape-legend[room="least"] {
      left: 8px;
      bottom: 8px;
      width: min(240px, calc(100% - 56px));
    }
    .zoom,
    .tools {
      right: 12px;
      bottom: 12px;
    }
    .tools {
      bottom: 56px;
    }
    .zoom button:not(:last-child) {
      display: none;
    }
    .zoom button + button {
      border-top: 0;
    }
  }
`;
