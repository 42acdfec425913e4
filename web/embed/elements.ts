import { ArchscapeElement } from "./element.ts";
import type { Kind } from "./views.ts";

/**
 * The map of a search space: every architecture a point. What is selected on it shows in an `archscape-cell` beside it, what a training or
 * search finds shows on it. Its size is 3 by 2 unless the page gives it another height.
 *
 * @tagname archscape-map
 * @attr {string} [colour=params] - What points are coloured by: "params", "macs", "label:" and the name of a metric of the labels. What else the menu offers stands in a link to the lab.
 * @attr {"viridis" | "cividis"} [scheme=viridis] - Colours.
 * @attr {number} [keep=1] - Share of the best points that are coloured, above 0 to 1; the others are grey.
 * @attr {number} [x=0] - Middle of the map, in units of the embedding's plane.
 * @attr {number} [y=0] - Middle of the map.
 * @attr {number} [zoom=0] - Power of 2, -4 to 16; 0 shows the whole map.
 * @attr {"yes" | "no"} [density=no] - Outlines of where cells lie thick.
 * @attr {"pca" | "umap"} [projection=pca] - How 16 dimensions become two; holds for all maps of the group.
 * @attr {number} [umap-seed=1] - Of the layout by UMAP.
 * @attr {number} [from] - Where a walk begins: an index.
 * @attr {number} [to] - Where it ends. The cells on its way stand below the map.
 * @attr {"line" | "neighbours"} [path=line] - Straight through the embedding, or over nearest neighbours.
 */
export class ArchscapeMapElement extends ArchscapeElement {
  static override readonly settings = [
    "colour",
    "scheme",
    "keep",
    "x",
    "y",
    "zoom",
    "density",
    "projection",
    "umap-seed",
    "from",
    "to",
    "path",
  ];
  /** @internal */
  readonly kind: Kind = "map";
}

/**
 * The selected architecture: drawing, numbers, neighbours, export.
 *
 * @tagname archscape-cell
 */
export class ArchscapeCellElement extends ArchscapeElement {
  /** @internal */
  readonly kind: Kind = "cell";
}

/**
 * Learns an embedding on the reader's machine, without labels, with its controls and live charts. A map of the same group shows how it forms.
 * Rests while no element of the group is on the screen, and in a hidden tab.
 *
 * @tagname archscape-training
 * @attr {"released" | "corrected"} [protocol=released] - As the paper's code trains, or without its slips.
 * @attr {number} [epochs=10] - 1 to 10,000.
 * @attr {number} [seed=1] - 0 to 4294967295; the same seed on the same device gives the same bits.
 * @attr {number} [batch=32] - Graphs a step, 1 to 32.
 * @attr {number} [rate=0.001] - Learning rate.
 * @attr {number} [kl=1] - Weight of the KL term.
 * @attr {number} [dropout=0.3] - 0 to 0.999.
 * @attr {number} [clip=5] - Largest norm of a gradient.
 * @attr {"yes" | "no"} [live=yes] - Whether the map is drawn again after every epoch.
 * @attr {"automatic" | "webgpu" | "tfjs-wasm"} [backend=automatic] - What models run on.
 * @fires {CustomEvent<{ backend: string, adapter: string, where: string, message: string }>} archscape-engine - The engine has started. `where`: "worker", "given", "imported", "copied", "data" (ways to a worker) or "page", where the site allows none.
 * @fires {CustomEvent<{ job: "training", done: number, total: number }>} archscape-progress - Steps were made, some ten times a second.
 * @fires {CustomEvent<{ job: "training", state: "finished" | "cancelled" | "failed" }>} archscape-end - The run is over.
 */
export class ArchscapeTrainingElement extends ArchscapeElement {
  static override readonly settings = ["protocol", "epochs", "seed", "batch", "rate", "kl", "dropout", "clip", "live", "backend"];
  /** @internal */
  readonly kind: Kind = "training";

  /** Starts training, or goes on where it was paused. */
  async run(): Promise<void> {
    await (await this.mounted()).command("run");
  }

  /** Pauses after the step under way. */
  async pause(): Promise<void> {
    await (await this.mounted()).command("pause");
  }

  /** Makes one step. */
  async step(): Promise<void> {
    await (await this.mounted()).command("step");
  }

  /** Ends the run; its model stays. */
  async cancel(): Promise<void> {
    await (await this.mounted()).command("cancel");
  }

  /** Back to the state before the first run. */
  async reset(): Promise<void> {
    await (await this.mounted()).command("reset");
  }
}

/**
 * Looks for the best architecture with few evaluations, with its controls and charts. Needs labels: by default the table that comes along
 * (NAS-Bench-201). A map of the same group shows its way.
 *
 * @tagname archscape-search
 * @attr {string} [strategy=bo] - "random", "evolution", "local-search", "reinforce", "bananas", "bo", "gp", "latent-bo" and further ones.
 * @attr {string} [options] - Options of the strategy that are not as by default: "population=50,sample=5".
 * @attr {"embedding" | "operations" | "adjacency" | "path" | "none"} [points=embedding] - What is searched.
 * @attr {string} [metric] - Metric of the labels that is searched.
 * @attr {string} [report] - Metric of the labels that is reported of what was found.
 * @attr {number} [queries=100] - Evaluations of a run.
 * @attr {string} [seeds=1-5] - One run each: "1-5", "3,7".
 * @fires {CustomEvent<{ job: "search", done: number, total: number }>} archscape-progress - Architectures were evaluated.
 * @fires {CustomEvent<{ job: "search", state: "finished" | "cancelled" | "failed" }>} archscape-end - All runs are over.
 */
export class ArchscapeSearchElement extends ArchscapeElement {
  static override readonly settings = ["strategy", "options", "points", "metric", "report", "queries", "seeds"];
  /** @internal */
  readonly kind: Kind = "search";

  /** Starts the search. */
  async run(): Promise<void> {
    await (await this.mounted()).command("run");
  }

  /** Ends it after the evaluation under way. */
  async cancel(): Promise<void> {
    await (await this.mounted()).command("cancel");
  }
}

/**
 * The whole lab: steps, map, charts and cell. It has an engine, a selection and a map of its own, and leaves the page's address alone. Its height
 * is 720 px unless the page gives it another.
 *
 * @tagname archscape-lab
 * @attr {string} [link] - Further settings, as a link to the lab has them behind its `#`: "seed=3&colour=macs".
 * @fires {CustomEvent<{ backend: string, adapter: string, where: string, message: string }>} archscape-engine - The engine has started. `where`: "worker", "given", "imported", "copied", "data" (ways to a worker) or "page", where the site allows none.
 * @fires {CustomEvent<{ job: "training" | "search", done: number, total: number }>} archscape-progress - Steps were made, or architectures evaluated.
 * @fires {CustomEvent<{ job: "training" | "search", state: "finished" | "cancelled" | "failed" }>} archscape-end - A training or search is over.
 */
export class ArchscapeLabElement extends ArchscapeElement {
  static override readonly settings = ["link"];
  /** @internal */
  readonly kind: Kind = "lab";
}
