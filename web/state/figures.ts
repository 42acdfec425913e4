import { transfer } from "comlink";
import type { Figure } from "../../src/figures/compute.ts";
import { FIGURE_WORDS, type FigureName, obstacleTo } from "../../src/figures/figure.ts";
import type { LabelTable, Metric } from "../../src/formats/label-table.ts";
import { isTestMetric } from "../../src/formats/metric-units.ts";
import { requestOf } from "../../src/spaces/request.ts";
import type { SearchSpace } from "../../src/spaces/space.ts";
import { LATENT } from "../../src/vgae/config.ts";
import type { FiguresApi } from "../../workers/figures-protocol.ts";
import type { Failure } from "../../workers/protocol.ts";
import { createStore, type Store } from "./store.ts";
import type { Client } from "./workers.ts";

/** The paper's figures about what is on the map: what they are made of, and how far they are. */

/** What figures are made of. */
export interface FigureMaterial {
  /** A row an architecture, all of them. */
  readonly rows: Float32Array;
  /** In words, for captions: whose embedding. */
  readonly source: string;
  readonly table: LabelTable | undefined;
}

export type FigureState =
  | { readonly state: "none" }
  | { readonly state: "waiting" }
  | { readonly state: "running"; readonly share: number }
  /** `source`: what it was made of, in words. */
  | { readonly state: "done"; readonly figure: Figure; readonly source: string; readonly of: Made };

/** What a figure was made of: where any of it is another now, the figure is outdated. */
export interface Made {
  readonly rows: Float32Array;
  /** Undefined for a figure that needs no labels. */
  readonly values: Float64Array | undefined;
  readonly seeds: number;
}

export interface FiguresView {
  readonly figures: Readonly<Record<FigureName, FigureState>>;
  readonly isRunning: boolean;
  /** Column of the label table that was chosen; one that is likely until then. */
  readonly column: string | undefined;
  /** How many seeds, from 1. */
  readonly seeds: number;
}

export interface FiguresStore {
  readonly store: Store<FiguresView>;
  /** Of the label table that is loaded, what figures are about. */
  metric(): Metric | undefined;
  /** Why a figure cannot be made now, in one sentence. */
  obstacle(name: FigureName): string | undefined;
  isOutdated(name: FigureName): boolean;
  /** Makes these, one after the other; those that cannot be made are left out. */
  make(names: readonly FigureName[]): Promise<void>;
  cancel(): void;
  choose(change: Partial<Pick<FiguresView, "column" | "seeds">>): void;
}

export interface FiguresEffects {
  /** What is on the map, or why figures cannot be made of it. */
  material(): FigureMaterial | { readonly why: string };
  onFailure(failure: Failure): void;
}

/** As in the paper. */
const SEEDS = 10;

export function createFigures(space: SearchSpace, client: () => Client<FiguresApi>, effects: FiguresEffects): FiguresStore {
  const NONE = { state: "none" } as const;
  const store = createStore<FiguresView>({
    figures: { prediction: NONE, distance: NONE, map: NONE, walk: NONE },
    isRunning: false,
    column: undefined,
    seeds: SEEDS,
  });
  const put = (name: FigureName, state: FigureState): void => store.set({ figures: { ...store.value.figures, [name]: state } });
  let isCancelled = false;

  const metric = (): Metric | undefined => {
    const material = effects.material();
    return "why" in material || !material.table ? undefined : columnOf(material.table, store.value.column);
  };
  const obstacle = (name: FigureName): string | undefined => {
    const material = effects.material();
    return "why" in material ? material.why : obstacleTo(name, { space, labels: material.table });
  };
  const madeOf = (name: FigureName, rows: Float32Array): Made => {
    const { needsLabels, seeds } = FIGURE_WORDS[name];
    return { rows, values: needsLabels ? metric()?.values : undefined, seeds: seeds === "first" ? 1 : store.value.seeds };
  };

  const makeOne = async (name: FigureName, before: FigureState): Promise<void> => {
    const material = effects.material();
    if ("why" in material || obstacle(name) !== undefined) return put(name, before);
    const { rows, source, table } = material;
    const column = metric();
    put(name, { state: "running", share: 0 });
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }: MessageEvent<number>) => put(name, { state: "running", share: data });
    const of = madeOf(name, rows);
    const job = {
      name,
      space: requestOf(space),
      embedding: { data: rows, count: space.size, dimensions: LATENT },
      labels: column && of.values && { metric: infoOf(column), values: of.values },
      seeds: Array.from({ length: of.seeds }, (_, i) => i + 1),
    };
    const made = await client().ask((api) => api.make(job, transfer(port2, [port2])));
    port1.close();
    if (!made.ok) {
      put(name, before);
      if (made.error.kind === "cancelled") isCancelled = true;
      else effects.onFailure(made.error);
      return;
    }
    const labelled = of.values && table ? `, labels of ${table.source}` : "";
    const seeds = of.seeds === 1 ? "seed 1" : `seeds 1 to ${of.seeds}`;
    put(name, { state: "done", figure: made.value, source: `${space.title}, ${source}${labelled}, ${seeds}`, of });
  };

  return {
    store,
    metric,
    obstacle,
    isOutdated(name) {
      const state = store.value.figures[name];
      const material = effects.material();
      if (state.state !== "done" || "why" in material) return false;
      const now = madeOf(name, material.rows);
      return (["rows", "values", "seeds"] as const).some((part) => now[part] !== state.of[part]);
    },
    async make(names) {
      if (store.value.isRunning) return;
      isCancelled = false;
      const wanted = names.filter((name) => obstacle(name) === undefined);
      const before = store.value.figures;
      const waiting = Object.fromEntries(wanted.map((name) => [name, { state: "waiting" }]));
      store.set({ isRunning: true, figures: { ...before, ...waiting } });
      for (const name of wanted) {
        if (isCancelled) put(name, before[name]);
        else await makeOne(name, before[name]);
      }
      store.set({ isRunning: false });
    },
    cancel() {
      isCancelled = true;
      void client().api.cancel();
    },
    choose: (change) => store.set(change),
  };
}

const infoOf = ({ name, quantity, unit, goal, scale }: Metric) => ({ name, quantity, unit, goal, scale });

/** The chosen column; else test accuracies, which the paper's figures are about, or what is most like them. */
function columnOf({ metrics }: LabelTable, chosen: string | undefined): Metric | undefined {
  const accuracies = metrics.filter(({ quantity }) => quantity === "accuracy");
  return (
    metrics.find(({ name }) => name === chosen) ??
    accuracies.find(({ name }) => isTestMetric(name)) ??
    accuracies[0] ??
    metrics[0]
  );
}
