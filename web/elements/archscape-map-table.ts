import { LitElement, nothing, type TemplateResult } from "lit";
import { chartTable } from "../charts/chart-table.ts";
import { count } from "../format.ts";
import { type Quantity, quantityOf } from "../map/quantity.ts";
import type { Lab } from "../state/context.ts";
import { Watch } from "../state/store.ts";
import { shared } from "../styles/shared.ts";
import { cellWords } from "./glyph.ts";

const ROWS = 10;

interface Ranking {
  readonly cells: readonly number[];
  /** How many have a value. */
  readonly known: number;
}

/** The map for screen readers: what it shows, and its first cells by what it is coloured by. */
export class ArchscapeMapTable extends LitElement {
  static override properties = { lab: { attribute: false } };
  static override styles = shared;

  declare lab: Lab;
  /** Cells of the values that were ranked last. */
  private ranked: (Ranking & { readonly of: readonly unknown[] }) | undefined;

  constructor() {
    super();
    new Watch(this, () => {
      const { insights, selecting } = this.lab.instruments;
      return [this.lab.settings, this.lab.atlas.store, this.lab.labels, insights, selecting.store];
    });
  }

  /** The best of these cells, or the largest where nothing is better. */
  private first({ values, goal }: Quantity, among: Uint32Array | undefined): Ranking {
    const of = [values, among];
    if (this.ranked && of.every((part, i) => part === this.ranked?.of[i])) return this.ranked;
    const sign = goal === "min" ? -1 : 1;
    const cells: number[] = [];
    const rank = (cell: number): number => sign * (values[cell] as number);
    let known = 0;
    const candidates = values.length === 0 ? 0 : (among?.length ?? values.length);
    for (let i = 0; i < candidates; i++) {
      const cell = among ? (among[i] as number) : i;
      if (!Number.isFinite(values[cell])) continue;
      known++;
      if (cells.length === ROWS && rank(cell) <= rank(cells[ROWS - 1] as number)) continue;
      const place = cells.findIndex((other) => rank(other) < rank(cell));
      cells.splice(place < 0 ? cells.length : place, 0, cell);
      cells.length = Math.min(cells.length, ROWS);
    }
    this.ranked = { of, cells, known };
    return this.ranked;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { space, settings, atlas } = this.lab;
    if (atlas.store.value.atlas.status !== "ready") return nothing;
    const quantity = quantityOf(settings.value.colour, this.lab.known());
    const { cells: selected } = this.lab.instruments.selecting.store.value;
    const { cells, known } = this.first(quantity, selected.length > 0 ? selected : undefined);
    const rows = cells.map((cell) => [count(cell), cellWords(space, cell), quantity.show(quantity.values[cell] as number)]);
    const order = quantity.goal === "min" ? "smallest" : "largest";
    const which = selected.length > 0 ? "selected cells" : "cells";
    const caption = `The map as a table: of ${count(known)} ${which} with a value, the ${cells.length} with the ${order} ${quantity.label}`;
    return chartTable(caption, { columns: ["Cell", "Operations", quantity.label], rows });
  }
}
