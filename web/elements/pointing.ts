import { css, type LitElement } from "lit";
import type { Lab } from "../state/context.ts";
import { Watch } from "../state/store.ts";

type Host = LitElement & { readonly lab: Lab };

/** What in this root stands for the cell that is pointed at (`data-cell`) gets `data-pointed`, and nothing else has it. */
export function markPointed(root: ParentNode, cell: number): void {
  for (const before of root.querySelectorAll(`[data-pointed]:not([data-cell="${cell}"])`)) before.removeAttribute("data-pointed");
  for (const now of root.querySelectorAll(`[data-cell="${cell}"]`)) now.setAttribute("data-pointed", "");
}

/**
 * Lists of cells are linked with the map: what the pointer or the focus is at is ringed there, and what is pointed at elsewhere stands out
 * here. Items name their cell as `data-cell`.
 */
export function linkCells(host: Host): void {
  const cellAt = (event: Event): number => {
    const item = event.composedPath().find((at) => at instanceof Element && at.hasAttribute("data-cell"));
    return Number((item as HTMLElement | undefined)?.dataset["cell"] ?? -1);
  };
  const point = (cell: number): void => host.lab.instruments.pointing.set({ cell });
  for (const begin of ["pointerover", "focusin"]) host.addEventListener(begin, (event) => point(cellAt(event)));
  for (const end of ["pointerleave", "focusout"]) host.addEventListener(end, () => point(-1));
  const mark = (): void => markPointed(host.renderRoot, host.lab.instruments.pointing.value.cell);
  new Watch(host, () => [host.lab.instruments.pointing], mark);
  host.addController({ hostUpdated: mark, hostDisconnected: () => point(-1) });
}

export const pointedStyles = css`
  [data-pointed] {
    outline: 1px solid var(--ink);
    outline-offset: -1px;
    border-radius: 4px;
  }
`;
