/** docs/predictors.md, from the scores in docs/predictors and nothing else. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../run.mjs";
import { COMPARISONS } from "./plan.mjs";

/** @typedef {import("./plan.mjs").Comparison} Comparison */
/** @typedef {{ predictor: string, encoding: string, labels: number, seed: number, tau: number, rho: number, rmse: number, heldOut: number, seconds: number }} Score */

/** @type {Readonly<Record<string, string>>} */
const PREDICTORS = {
  blend: "mean of Gaussian process and MLP",
  gp: "Gaussian process",
  mlp: "MLP",
  dngo: "DNGO",
  forest: "random forest",
  ridge: "ridge regression",
  encoder: "fine-tuned encoder",
};

/** @type {Readonly<Record<string, string>>} */
const ENCODINGS = {
  "combined+subtrees": "structure, ways, subtrees",
  combined: "structure, ways",
  structure: "structure",
  "released-mean": "arch2vec `released`, mean of equal cells",
  "corrected-mean": "arch2vec `corrected`, mean of equal cells",
  released: "arch2vec `released`",
  corrected: "arch2vec `corrected`",
  operations: "one-hot operations",
  adjacency: "adjacency and one-hot operations",
  path: "path encoding",
  graph: "graph",
};

/** @param {Pick<Comparison, "space" | "metric">} comparison */
export const scoresFile = ({ space, metric }) => join(root, "docs", "predictors", `${space}-${metric}.jsonl`);

/** @param {Comparison} comparison @returns {Score[]} */
function scoresOf(comparison) {
  const file = scoresFile(comparison);
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

/** @param {readonly (string | number)[]} cells */
const row = (cells) => `| ${cells.join(" | ")} |`;

/** @param {readonly number[]} values */
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Mean, sample standard deviation and, where it is not the planned one, the number of seeds. @param {readonly Score[]} scores @param {number} seeds */
function tauCell(scores, seeds) {
  if (scores.length === 0) return "";
  const taus = scores.map(({ tau }) => tau);
  const centre = mean(taus);
  const spread = taus.length > 1 ? Math.sqrt(taus.reduce((sum, tau) => sum + (tau - centre) ** 2, 0) / (taus.length - 1)) : 0;
  const told = taus.length > 1 ? ` ± ${spread.toFixed(3).slice(1)}` : "";
  return `${centre.toFixed(3).replace(/^0/, "")}${told}${taus.length === seeds ? "" : ` (${taus.length})`}`;
}

/** @param {Comparison} comparison */
function section(comparison) {
  const { title, words, labels, seeds, published } = comparison;
  const scores = scoresOf(comparison);
  if (scores.length === 0) return [];
  const rows = Object.keys(PREDICTORS).flatMap((predictor) =>
    Object.keys(ENCODINGS).flatMap((encoding) => {
      const own = scores.filter((score) => score.predictor === predictor && score.encoding === encoding);
      if (own.length === 0) return [];
      const cells = labels.map((count) => own.filter((score) => score.labels === count));
      const seconds = cells.map((group) => (group.length === 0 ? "" : mean(group.map((score) => score.seconds)).toPrecision(2)));
      const last = cells.findLast((group) => group.length > 0) ?? [];
      return [
        row([
          PREDICTORS[predictor] ?? predictor,
          ENCODINGS[encoding] ?? encoding,
          ...cells.map((group) => tauCell(group, seeds)),
          mean(last.map(({ rho }) => rho))
            .toFixed(3)
            .replace(/^0/, ""),
          mean(last.map(({ rmse }) => rmse)).toFixed(2),
          seconds
            .map((value) => (value === "" ? "" : Number(value)))
            .filter((value) => value !== "")
            .join(", "),
        ]),
      ];
    }),
  );
  const heldOut = Math.max(...scores.map((score) => score.heldOut));
  return [
    `## ${title}`,
    "",
    `Column \`${comparison.metric}\`: ${words}. ${seeds} draws of labels (seeds 1 to ${seeds}); another number stands in brackets. Predicted: ${
      comparison.options.length > 0 ? `${heldOut.toLocaleString("en")} of the other cells, drawn at random` : "all other cells"
    }.`,
    "",
    row(["predictor", "reads", ...labels.map((count) => `tau, ${count.toLocaleString("en")} labels`), "rho", "RMSE", "s a fit"]),
    row(Array(labels.length + 5).fill("---")),
    row([
      "**best published**",
      "",
      ...labels.map((count) => (published[count] === undefined ? "" : `**${published[count].toFixed(3).replace(/^0/, "")}**`)),
      "",
      "",
      "",
    ]),
    ...rows,
    "",
  ];
}

export const predictorsDocument = () =>
  [
    "# Predictors",
    "",
    "Written by `npm run predictors` from the scores in [predictors/](predictors/), which hold no labels.",
    "",
    "How well the order of cells that were not labelled is predicted from few labels: Kendall's tau-b, mean and standard deviation over draws of labels, the draws being",
    "the same for all predictors of a table. rho (Spearman) and RMSE (percentage points) are those of the most labels in the row; seconds are wall time to fit and to predict, one for",
    "each number of labels, on two cores that a dozen other processes shared: they compare rows of one table roughly and nothing else. Rows are by predictor, not by result.",
    '"Best published" are the best figures of other predictors known to us, with draws of their own; we did not run these predictors.',
    "",
    "- **structure** counts without any training: ways from input to output, live nodes, edges and operations, most and fewest operations of every set on a way, parameters,",
    "  multiply-adds (`src/predictors/structure.ts`). **ways**: how often each sequence of operations leads from input to output, what a `none` cuts off and every `skip_connect` left out.",
    "  **subtrees**: what each operation reads, and what that reads (`src/predictors/subtrees.ts`).",
    "- **mean of equal cells**: the embedding averaged over all cells that the space calls the same (NAS-Bench-201; in NAS-Bench-101 no two are).",
    "- The **Gaussian process** has an exponential kernel for each kind of features, all length scales, variances and the noise by marginal likelihood with weak priors over the",
    "  first 300 labels; labels are normal scores of their ranks, as for all predictors. The **fine-tuned encoder** is the shipped `released` model with a small network",
    "  on mu, trained on the order of all pairs of labels.",
    "- As in the literature, cells that are the same architecture may be on both sides of a draw of NAS-Bench-201. Of cells that equal no labelled one, which are also the less easy ones,",
    "  the Gaussian process on structure and ways orders .834 and .836 rather than .851 and .852 (156 labels, seeds 1 and 2), and .888 rather than .913 (1,563 labels, seed 1).",
    "- All settings are those of the code, the same for every number of labels. They were chosen on CIFAR-100 and on seeds from 100 on; on NAS-Bench-101, which has one column, on such seeds.",
    "",
    "What it says: what predictors read matters more than what they are. On NAS-Bench-201 counts and ways carry a plain Gaussian process, and with an MLP beside it still further, past the",
    "published figures; the embedding alone does not, least of all with a different drawing for each equal cell, and the encoder learns from labels less than it would have to.",
    "On NAS-Bench-101 all of ours stay below the published figures.",
    "",
    ...COMPARISONS.flatMap(section),
  ].join("\n");
