import type { LabelTable } from "../../src/formats/label-table.ts";
import { writeNpy } from "../../src/formats/npy.ts";
import type { SearchSpace } from "../../src/spaces/space.ts";
import { LATENT } from "../../src/vgae/config.ts";
import type { saveFile } from "../files.ts";
import { count, plural } from "../format.ts";
import type { Cartographer } from "../map/cartographer.ts";
import type { Loop } from "../map/lasso.ts";
import type { Atlas, AtlasStore } from "./atlas.ts";
import { csvOf } from "./csv.ts";
import { breath, createStore, type Store } from "./store.ts";

/** Several cells at once, beside the one that is selected. */
export interface SelectionView {
  /** Ascending after a lasso; nearest first around a cell. */
  readonly cells: Uint32Array;
  /** How they were chosen, in words. */
  readonly how: string;
  /** Drags on the map draw a lasso instead of moving it. */
  readonly isLassoing: boolean;
}

export interface SelectingStore {
  readonly store: Store<SelectionView>;
  lasso(isLassoing: boolean): void;
  /** Selects what lies within a loop on the map. */
  enclose(loop: Loop): Promise<void>;
  /** Selects a cell and the cells nearest to it in the embedding, `howMany` in all. */
  surround(cell: number, howMany: number): Promise<void>;
  clear(): void;
  /** Saves index, notation, place on the map and metrics of each. */
  saveTable(): Promise<void>;
  /** Saves their rows of the embedding, in the order of the table. */
  saveRows(): void;
}

/** Most cells that can be selected around one. */
export const MOST_AROUND = 1000;

export interface SelectingParts {
  readonly space: SearchSpace;
  readonly atlas: AtlasStore;
  readonly maps: Cartographer;
  readonly table: () => LabelTable | undefined;
  readonly save: typeof saveFile;
  readonly complain: (error: unknown) => void;
  /** To screen readers. */
  readonly say: (text: string) => void;
}

const NONE = new Uint32Array();
/** Rows of a table that are written without a pause. */
const SLICE = 1000;

type Ready = Extract<Atlas, { status: "ready" }>;

export function createSelecting({ space, atlas, maps, table, save, complain, say }: SelectingParts): SelectingStore {
  const store = createStore<SelectionView>({ cells: NONE, how: "", isLassoing: false });
  let request = 0;
  const chart = (): Ready | undefined => {
    const { atlas: now } = atlas.store.value;
    return now.status === "ready" ? now : undefined;
  };
  const choose = async (how: string, find: (on: Ready) => Uint32Array | Promise<Uint32Array>): Promise<void> => {
    const on = chart();
    if (!on) return;
    const mine = ++request;
    try {
      const cells = await find(on);
      if (mine !== request) return;
      store.set({ cells, how });
      say(`${plural(cells.length, "cell")} selected.`);
    } catch (error) {
      complain(error);
    }
  };
  return {
    store,
    lasso: (isLassoing) => store.set({ isLassoing }),
    enclose: (loop) => choose("by lasso", ({ points }) => maps.within(points, loop)),
    surround: (cell, howMany) =>
      choose(`nearest to cell ${count(cell)} in the embedding`, ({ rows, present }) => {
        const row = present ? present.indexOf(cell) : cell;
        return row < 0 ? NONE : maps.nearest(rows.slice(row * LATENT, (row + 1) * LATENT), howMany);
      }),
    clear() {
      request++;
      store.set({ cells: NONE, how: "" });
    },
    async saveTable() {
      const on = chart();
      if (!on) return;
      const { cells } = store.value;
      const metrics = table()?.metrics ?? [];
      const head = ["index", "arch", "x", "y", ...metrics.map(({ name, unit }) => (unit ? `${name} [${unit}]` : name))];
      const row = (cell: number): (string | number)[] => {
        const worth = metrics.map(({ values, scale }) => {
          const value = values[cell] as number;
          return Number.isFinite(value) ? value * scale : "";
        });
        return [cell, space.format(cell), on.points[2 * cell] as number, on.points[2 * cell + 1] as number, ...worth];
      };
      let text = csvOf([head]);
      for (let first = 0; first < cells.length; first += SLICE) {
        text += csvOf([...cells.subarray(first, first + SLICE)].map(row));
        await breath();
      }
      save(`${space.name}-selection.csv`, text, "text/csv");
    },
    saveRows() {
      const on = chart();
      if (!on) return;
      const { cells } = store.value;
      const rowOf = on.present ? new Map([...on.present].map((cell, row) => [cell, row])) : undefined;
      const data = new Float32Array(cells.length * LATENT).fill(Number.NaN);
      for (const [i, cell] of cells.entries()) {
        const row = rowOf ? rowOf.get(cell) : cell;
        if (row !== undefined) data.set(on.rows.subarray(row * LATENT, (row + 1) * LATENT), i * LATENT);
      }
      save(`${space.name}-selection.npy`, writeNpy({ shape: [cells.length, LATENT], data }), "application/octet-stream");
    },
  };
}
