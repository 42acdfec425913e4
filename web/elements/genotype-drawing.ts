import { nothing, type SVGTemplateResult, svg } from "lit";
import type { SearchSpace } from "../../src/spaces/space.ts";
import {
  BOX,
  GENOTYPE_SIZE,
  type GenotypeLayout,
  layoutGenotype,
  type PlacedBlock,
  SUM_RADIUS,
} from "../charts/genotype-layout.ts";
import { type Drawing, operationBox, terminalBox } from "./cell-drawing.ts";

/** A DARTS cell: its inputs, its four blocks of two operations, its output. */
export function genotypeDrawing(space: SearchSpace, index: number): Drawing {
  const graph = space.graph(index);
  const placed = layoutGenotype(graph);
  const name = (node: number): string => space.operations[graph.operations[node] as number] ?? "";
  const { x, from, to } = placed.bus;
  const { width, height } = GENOTYPE_SIZE;
  return {
    width,
    height,
    content: svg`
      ${inputLanes(placed)}
      ${placed.blocks.map((block, number) => blockLines(block, number, x))}
      ${line(`M${x} ${from}V${to}`)}
      ${placed.blocks.map((block) => blockBoxes(block, name))}
      ${terminalBox(width - 62, height - 15, 120)}
      <text x=${width - 62} y=${height - 11} text-anchor="middle" fill="currentColor">output: concat</text>
    `,
  };
}

const line = (path: string, pale = false): SVGTemplateResult =>
  svg`<path d=${path} fill="none" stroke="currentColor" stroke-width="1.5" stroke-opacity=${pale ? 0.35 : 0.7} stroke-dasharray=${pale ? "2 3" : nothing} />`;

function inputLanes({ inputs }: GenotypeLayout): SVGTemplateResult[] {
  return inputs.map(({ x, end }, input) => {
    return svg`${end > 0 ? line(`M${x} 28V${end}`) : nothing}
      <g>${terminalBox(x, 15, 40)}
        <text x=${x} y="18" text-anchor="middle" fill="currentColor">c<tspan dy="3" font-size="9">k−${2 - input}</tspan></text></g>`;
  });
}

/** The taps of both operations with a dot on their lanes, the way to the sum, the way on to the output and to the lane of the block. */
function blockLines({ operations, x, y, lane }: PlacedBlock, number: number, bus: number): SVGTemplateResult {
  const right = BOX.left + BOX.width;
  const [first, ...rest] = lane;
  const start = lane[2];
  return svg`
    ${operations.map(
      (operation) => svg`${line(`M${operation.lane} ${operation.y}H${BOX.left}`)}
        <circle cx=${operation.lane} cy=${operation.y} r="3" fill="currentColor" />
        ${line(`M${right} ${operation.y}L${x} ${y}`)}`,
    )}
    ${line(`M${x} ${y}H${bus}`)}<circle cx=${bus} cy=${y} r="3" fill="currentColor" />
    ${first ? line(`M${first.join(" ")}${rest.map((corner) => `L${corner.join(" ")}`).join("")}`) : nothing}
    ${start ? svg`<text x=${start[0] - 3} y=${start[1] - 2} text-anchor="end" font-size="9" fill="currentColor">${number + 1}</text>` : nothing}
  `;
}

function blockBoxes({ operations, x, y }: PlacedBlock, name: (node: number) => string): SVGTemplateResult {
  const block = (operations[0]?.node ?? 2) / 2;
  return svg`
    ${operations.map((operation) =>
      operationBox(name(operation.node), BOX.left + BOX.width / 2, operation.y, {
        width: BOX.width,
        height: BOX.height,
        live: name(operation.node) !== "none",
      }),
    )}
    <circle cx=${x} cy=${y} r=${SUM_RADIUS} fill="var(--paper, #fff)" stroke="currentColor" />
    <text x=${x} y=${y + 4} text-anchor="middle" fill="currentColor" font-weight="600">${block}</text>
  `;
}
