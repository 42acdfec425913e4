import type { MetricInfo } from "../objectives/objective.ts";
import type { Embedding } from "../search/strategy.ts";
import type { SearchSpace } from "../spaces/space.ts";

/** The figures of the arch2vec paper (section 4.1) about an embedding. Those about searches are the report of a study (`src/study/report`). */
export const FIGURES = ["prediction", "distance", "map", "walk"] as const;
export type FigureName = (typeof FIGURES)[number];

export interface FigureWords {
  readonly title: string;
  /** Its number in the paper. */
  readonly number: number;
  /** What is done and shown, in one sentence. */
  readonly about: string;
  /** In what it is, or may be, unlike the paper's. */
  readonly unlike: string;
  readonly needsLabels: boolean;
  /** Whether it is made with every seed, or with the first. */
  readonly seeds: "all" | "first";
}

export const FIGURE_WORDS: Readonly<Record<FigureName, FigureWords>> = {
  prediction: {
    title: "Predictive performance",
    number: 2,
    about: "A Gaussian process is told the labels of 250 random cells and predicts those of all others from the embedding alone.",
    unlike:
      "Exponential kernel, length scale and noise by marginal likelihood. The paper names no kernel, and does not say whether cells of 0.8 or less are among those told; where accuracies go beyond 0.8, they are left out here.",
    needsLabels: true,
    seeds: "all",
  },
  distance: {
    title: "L2 distance and edit distance",
    number: 3,
    about:
      "Pairs of cells up to eight steps apart on random walks of 1,000 single edits: how far apart they lie in the embedding, by how many edits they differ.",
    unlike:
      "One walk a seed, all put together; the paper has one. Edit distances are exact: of graphs on NAS-Bench-101, as in the original code; on NAS-Bench-201 the edges whose operations differ.",
    needsLabels: false,
    seeds: "all",
  },
  map: {
    title: "Accuracy on the map",
    number: 4,
    about: "10,000 random cells on the plane of most variance (PCA), and the mean label in each field of a grid of 51 by 51.",
    unlike: "The paper's plane is that of t-SNE, which keeps neighbourhoods; this one, of the lab's map, keeps distances.",
    needsLabels: true,
    seeds: "first",
  },
  walk: {
    title: "A walk through nearest neighbours",
    number: 5,
    about:
      "From a random cell to the nearest cell that was not visited yet, 16 cells in all: how much of the cell changes a step.",
    unlike:
      "One walk a seed, the first is drawn. Edits are exact edit distances; the original code has a plain count of differing matrix entries as well, and the paper does not say which one it means.",
    needsLabels: false,
    seeds: "all",
  },
};

/** One column of a label table. */
export interface FigureLabels {
  readonly metric: MetricInfo;
  /** One value an architecture, NaN where there is none. */
  readonly values: Float64Array;
}

/** What figures are made of. */
export interface FigureInput {
  /** Prepared. */
  readonly space: SearchSpace;
  /** A row an architecture, all of them. */
  readonly embedding: Embedding;
  readonly labels: FigureLabels | undefined;
  /** At least one. The map and the drawn walk are those of the first. */
  readonly seeds: readonly number[];
}

/** Why a figure cannot be had, in one sentence, or undefined where it can. */
export function obstacleTo(
  name: FigureName,
  { space, labels }: { readonly space: Pick<SearchSpace, "name" | "title">; readonly labels: unknown },
): string | undefined {
  const { title, needsLabels } = FIGURE_WORDS[name];
  if (needsLabels && labels === undefined) return `${title} needs a label table with a column of accuracies.`;
  if (name === "distance" && space.name === "darts") {
    return `${title} needs cells one edit apart: of a ${space.title} cell's some 60 edits next to none are among those that were drawn.`;
  }
  return undefined;
}

/** Independent uses of a seed's stream "figures". */
export const SUBSTREAMS = { prediction: 0, distance: 1, map: 2, walk: 3, pairs: 4 } as const;
