import { css, html, type SVGTemplateResult, svg, type TemplateResult } from "lit";
import type { SearchSpace } from "../../src/spaces/space.ts";
import { operationLook } from "../theme.ts";

/** Operations of a cell that it could have chosen otherwise, in node order. */
export function chosenOperations(space: SearchSpace, choices: readonly string[], index: number): string[] {
  return [...space.graph(index).operations]
    .map((operation) => space.operations[operation] ?? "")
    .filter((name) => choices.includes(name));
}

const SIDE = 16;

/**
 * A cell in one line: a coloured, lettered square an operation. `changed` marks the squares that differ from another cell
 * by a bar underneath.
 */
export function strip(operations: readonly string[], changed: readonly number[] = []): TemplateResult {
  const width = operations.length * (SIDE + 1) - 1;
  const text = operations.map((name) => operationLook(name).label).join(", ");
  return html`<svg class="strip" width=${width} height=${SIDE + 3} viewBox="0 0 ${width} ${SIDE + 3}" role="img" aria-label=${text}>
    ${operations.map((name, i) => square(name, i * (SIDE + 1), changed.includes(i)))}
  </svg>`;
}

function square(name: string, x: number, marked: boolean): SVGTemplateResult {
  const look = operationLook(name);
  return svg`<rect x=${x} y="0" width=${SIDE} height=${SIDE} rx="2" fill=${look.fill} />
    <text x=${x + SIDE / 2} y="12" text-anchor="middle" fill=${look.text}>${look.letter}</text>
    ${marked ? svg`<rect class="mark" x=${x} y=${SIDE + 1} width=${SIDE} height="2" />` : ""}`;
}

export const stripStyles = css`
  .strip {
    display: block;
    flex: none;
  }
  .strip text {
    font: 600 11px/1 var(--sans);
  }
  .strip .mark {
    fill: var(--accent);
  }
`;
