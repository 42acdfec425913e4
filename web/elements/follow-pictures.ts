import { nothing, type SVGTemplateResult, svg } from "lit";
import { operationLook } from "../../src/drawing/operation-look.ts";
import { PADDING, type SearchSpace } from "../../src/spaces/space.ts";
import { LATENT } from "../../src/vgae/config.ts";
import type { CellPath } from "../../src/vgae/follow.ts";
import { percent, significant } from "../format.ts";
import type { Drawing } from "./cell-drawing.ts";

/** The stages of a followed cell as pictures: matrices with one row a node, in viewBox units of a pixel. */

/** Side of a square, and room for the numbers of rows and what stands over the columns. */
const SQUARE = 22;
const LABELS = 24;
const HEAD = 22;
const BAR = { width: 15, height: 30 } as const;

const wordOf = (space: SearchSpace, operation: number): string =>
  operation === PADDING ? "–" : operationLook(space.operations[operation] ?? "").label;

const rowLabel = (text: string, y: number): SVGTemplateResult =>
  svg`<text x=${LABELS - 8} y=${y + 4} text-anchor="end" fill="currentColor">${text}</text>`;

/** Nodes that the space has in every cell, by name, the others by number. */
const nodeLabels = (space: SearchSpace, { graph }: CellPath): string[] =>
  [...graph.operations].map((operation, node) => `${node} ${wordOf(space, operation)}`);

/** One-hot operations or their probabilities: filled by how likely, ringed where the truth is. */
export function operationMatrix(space: SearchSpace, path: CellPath, of: "truth" | "decoded"): Drawing {
  const { nodes, operations: kinds } = space;
  const content = [...path.graph.operations].map((truth, node) => {
    const y = HEAD + node * SQUARE;
    return svg`${rowLabel(`${node}`, y + SQUARE / 2)}
      ${kinds.map((name, kind) => {
        const isTrue = truth === kind;
        const share = of === "truth" ? Number(isTrue) : (path.operations[node * kinds.length + kind] as number);
        return square(
          LABELS + kind * SQUARE,
          y,
          share,
          isTrue,
          `node ${node}, ${operationLook(name).label}: ${of === "truth" ? (isTrue ? "yes" : "no") : percent(share)}`,
        );
      })}`;
  });
  const heads = kinds.map((name, kind) => {
    const { letter, fill, text } = operationLook(name);
    const x = LABELS + kind * SQUARE;
    return svg`<g><rect x=${x + 3} y="1" width="16" height="16" rx="2" fill=${fill} /><text x=${x + 11} y="13" text-anchor="middle" fill=${text} font-weight="600">${letter}</text></g>`;
  });
  return { width: LABELS + kinds.length * SQUARE + 2, height: HEAD + nodes * SQUARE + 2, content: svg`${heads}${content}` };
}

/** Edges from row to column, above the diagonal. */
export function edgeMatrix(space: SearchSpace, path: CellPath, of: "truth" | "decoded"): Drawing {
  const { nodes } = space;
  const content = Array.from({ length: nodes }, (_, from) => {
    const y = HEAD + from * SQUARE;
    const later = Array.from({ length: nodes - from - 1 }, (_, i) => from + 1 + i);
    return svg`${rowLabel(`${from}`, y + SQUARE / 2)}
      ${later.map((to) => {
        const isTrue = path.graph.adjacency[from * nodes + to] === 1;
        const share = of === "truth" ? Number(isTrue) : (path.edges[from * nodes + to] as number);
        return square(
          LABELS + to * SQUARE,
          y,
          share,
          isTrue,
          `edge ${from} to ${to}: ${of === "truth" ? (isTrue ? "yes" : "no") : percent(share)}`,
        );
      })}`;
  });
  const heads = Array.from(
    { length: nodes },
    (_, to) => svg`<text x=${LABELS + to * SQUARE + SQUARE / 2} y="14" text-anchor="middle" fill="currentColor">${to}</text>`,
  );
  return { width: LABELS + nodes * SQUARE + 2, height: HEAD + nodes * SQUARE + 2, content: svg`${heads}${content}` };
}

/** Area by probability; a ring for what is true, a cross where the more likely side is not. */
function square(x: number, y: number, share: number, isTrue: boolean, title: string): SVGTemplateResult {
  const side = 16 * Math.sqrt(share);
  const middle = SQUARE / 2;
  return svg`<g><title>${title}</title>
    <rect x=${x + 1.5} y=${y + 1.5} width=${SQUARE - 3} height=${SQUARE - 3} rx="3" fill="transparent" stroke=${isTrue ? "currentColor" : "var(--rule)"} stroke-width=${isTrue ? 1.5 : 1} />
    <rect x=${x + middle - side / 2} y=${y + middle - side / 2} width=${side} height=${side} rx="2" fill=${isTrue ? "currentColor" : "var(--quiet)"} fill-opacity=${isTrue ? 0.85 : 0.6} />
    ${share > 0.5 === isTrue ? nothing : svg`<path d="M${x + 4} ${y + 4}l14 14m0 -14l-14 14" stroke="var(--accent)" stroke-width="2" />`}
  </g>`;
}

/**
 * The latent numbers of every node as bars from a middle line, one scale for all: means with whiskers of one standard deviation, or with
 * `sampled` the drawn point, the mean as a tick. Hollow bars are those before the last step.
 */
export function latentBars(space: SearchSpace, path: CellPath, what: "mean" | "sampled", before?: CellPath): Drawing {
  const { nodes } = space;
  const shown = path[what];
  const reach = Math.max(1e-6, ...[path.mean, path.sampled, path.deviation].map((values) => Math.max(...values.map(Math.abs))));
  const height = (value: number): number => ((BAR.height - 2) / 2) * (value / reach);
  const labels = nodeLabels(space, path);
  const left = 112;
  const bar = (value: number, x: number, middle: number): { y: number; height: number; x: number } => {
    const size = height(value);
    return { x: x + 2, y: middle - Math.max(size, 0), height: Math.max(Math.abs(size), 0.5) };
  };
  const content = labels.map((label, node) => {
    const middle = HEAD + node * BAR.height + BAR.height / 2;
    const bars = Array.from({ length: LATENT }, (_, i) => {
      const at = node * LATENT + i;
      const x = left + i * BAR.width;
      const [value, mean, deviation] = [shown[at] as number, path.mean[at] as number, path.deviation[at] as number];
      const own = bar(value, x, middle);
      const old = before && bar(before[what][at] as number, x, middle);
      const centre = x + BAR.width / 2;
      return svg`<g><title>${`node ${node}, number ${i + 1}: mean ${significant(mean, 3)}, deviation ${significant(deviation, 3)}${what === "sampled" ? `, drawn ${significant(value, 3)}` : ""}`}</title>
        <rect x=${own.x} y=${own.y} width=${BAR.width - 4} height=${own.height} fill=${what === "mean" ? "var(--quiet)" : "var(--accent)"} fill-opacity="0.75" />
        ${old ? svg`<rect x=${old.x} y=${old.y} width=${BAR.width - 4} height=${old.height} fill="none" stroke="currentColor" stroke-width="0.75" stroke-dasharray="2 1.5" />` : nothing}
        ${
          what === "mean"
            ? svg`<path d="M${centre} ${middle - height(mean + deviation)}V${middle - height(mean - deviation)}" stroke="currentColor" stroke-width="1" />`
            : svg`<path d="M${x + 1} ${middle - height(mean)}h${BAR.width - 2}" stroke="currentColor" stroke-width="1.5" />`
        }
      </g>`;
    });
    return svg`<text x=${left - 8} y=${middle + 4} text-anchor="end" fill="currentColor">${label}</text>
      <path d="M${left} ${middle}h${LATENT * BAR.width}" stroke="var(--rule)" />${bars}`;
  });
  const heads = Array.from(
    { length: LATENT },
    (_, i) =>
      svg`<text x=${left + i * BAR.width + BAR.width / 2} y="14" text-anchor="middle" fill="var(--quiet)" font-size="10">${i + 1}</text>`,
  );
  return { width: left + LATENT * BAR.width + 2, height: HEAD + nodes * BAR.height + 4, content: svg`${heads}${content}` };
}

/** Entries of the decoded cell that are right, of how many. */
export function rightEntries(
  space: SearchSpace,
  { graph, rebuilt }: CellPath,
): { readonly operations: number; readonly edges: number; readonly nodes: number; readonly pairs: number } {
  const { nodes } = space;
  let [operations, edges, real] = [0, 0, 0];
  for (let from = 0; from < nodes; from++) {
    if (graph.operations[from] !== PADDING) {
      real++;
      if (graph.operations[from] === rebuilt.operations[from]) operations++;
    }
    for (let to = from + 1; to < nodes; to++) {
      if (graph.adjacency[from * nodes + to] === rebuilt.adjacency[from * nodes + to]) edges++;
    }
  }
  return { operations, edges, nodes: real, pairs: (nodes * (nodes - 1)) / 2 };
}
