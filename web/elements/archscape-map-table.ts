import { LitElement, nothing, type TemplateResult } from "lit";
import { chartTable } from "../charts/chart-table.ts";
import { count } from "../format.ts";
import { type Quantity, quantityOf } from "../map/quantity.ts";
import type { Lab } from "../state/context.ts";
import { Watch } from "../state/store.ts";
import { shared } from "../styles/shared.ts";
import { cellWords } from "./glyph.ts";

const ROWS = 10;

/** The map for screen readers: what it shows, and its first cells by what it is coloured by. */
export class ArchscapeMapTable extends LitElement {
  static override properties = { lab: { attribute: false } };
  static override styles = shared;

  declare lab: Lab;
  /** Cells of the values that were ranked last. */
  private ranked: { readonly values: ArrayLike<number>; readonly cells: readonly number[]; readonly known: number } | undefined;

  constructor() {
    super();
    new Watch(this, () => [this.lab.settings, this.lab.atlas.store, this.lab.labels, this.lab.instruments.insights]);
  }

  /** The best cells, or the largest where nothing is better. */
  private first({ values, goal }: Quantity): { readonly cells: readonly number[]; readonly known: number } {
    if (this.ranked?.values === values) return this.ranked;
    const sign = goal === "min" ? -1 : 1;
    const cells: number[] = [];
    const rank = (cell: number): number => sign * (values[cell] as number);
    let known = 0;
    for (let cell = 0; cell < values.length; cell++) {
      if (!Number.isFinite(values[cell])) continue;
      known++;
      if (cells.length === ROWS && rank(cell) <= rank(cells[ROWS - 1] as number)) continue;
      const place = cells.findIndex((other) => rank(other) < rank(cell));
      cells.splice(place < 0 ? cells.length : place, 0, cell);
      cells.length = Math.min(cells.length, ROWS);
    }
    this.ranked = { values, cells, known };
    return this.ranked;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { space, settings, atlas } = this.lab;
    if (atlas.store.value.atlas.status !== "ready") return nothing;
    const quantity = quantityOf(settings.value.colour, this.lab.known());
    const { cells, known } = this.first(quantity);
    const rows = cells.map((cell) => [count(cell), cellWords(space, cell), quantity.show(quantity.values[cell] as number)]);
    const order = quantity.goal === "min" ? "smallest" : "largest";
    const caption = `The map as a table: of ${count(known)} cells with a value, the ${cells.length} with the ${order} ${quantity.label}`;
    return chartTable(caption, { columns: ["Cell", "Operations", quantity.label], rows });
  }
}
