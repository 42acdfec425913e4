/** docs/reproduction.md, from the records and nothing else. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "../run.mjs";
import { MODELS, PROTOCOLS, SEARCHES, SPACES, STRATEGIES, sampled, searched, trained } from "./plan.mjs";
import { lines, result } from "./records.mjs";

/** @typedef {import("./plan.mjs").Space} Space */
/** @typedef {Record<string, any>} Result */

/** @param {number | undefined} share */
const percent = (share) => (share === undefined ? "" : (100 * share).toFixed(2));
/** @param {readonly number[]} all */
const mean = (all) => all.reduce((sum, value) => sum + value, 0) / all.length;
/** @param {readonly (string | number)[]} cells */
const row = (cells) => `| ${cells.join(" | ")} |`;
/** @param {readonly (string | number)[]} names */
const head = (names) => `${row(names)}\n${row(names.map(() => "---"))}`;

/** @param {Space} space @param {string} model @param {string} protocol */
function seedsOf({ name }, model, protocol) {
  const pattern = new RegExp(`^${trained(name, model, protocol, 0).slice(0, -1)}(\\d+)\\.jsonl$`);
  const files = readdirSync(join(root, "docs", "reproduction"));
  return files
    .flatMap((file) => file.match(pattern)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

/** @param {Space} space */
const runsOf = (space) =>
  MODELS.flatMap(({ key, title, protocols }) =>
    protocols.map((protocol) => ({
      title: `${title}, ${protocol}`,
      names: seedsOf(space, key, protocol).map((seed) => trained(space.name, key, protocol, seed)),
    })),
  ).filter(({ names }) => names.length > 0);

/** @param {string} title @param {readonly Result[]} of */
function measuredRow(title, of) {
  /** @param {(run: Result) => number} value */
  const average = (value) => mean(of.map(value));
  return row([
    title,
    average((run) => run.loss).toFixed(4),
    percent(average((run) => run.reconstruction.ops)),
    percent(average((run) => run.reconstruction.adjacency)),
    percent(average((run) => run.reconstruction.exact)),
    percent(average((run) => run.validity)),
    percent(average((run) => run.uniqueness)),
    percent(average((run) => run.inSpaceValidity)),
    percent(average((run) => run.inSpaceUniqueness)),
  ]);
}

/** @param {Space} space */
function pretraining(space) {
  const published = MODELS.flatMap(({ key, title }) => {
    const figures = space.published[key];
    if (!figures) return [];
    const [accuracy, valid, unique] = figures;
    return [row([`${title}, published`, "", accuracy, accuracy, "", valid, unique, "", ""])];
  });
  const others = space.measured.map(({ title, adjacency = "", exact = "", valid = "", unique = "", inSpace = "", note }) =>
    row([`PyTorch: ${title}${note ? ` (${note})` : ""}`, "", "", adjacency, exact, valid, unique, inSpace, ""]),
  );
  const runs = runsOf(space);
  const ours = runs.flatMap(({ title, names }) => {
    const results = names.flatMap((name) => result(name) ?? []);
    return [
      ...results.map((each) => measuredRow(`${title}, ours, seed ${each.seed}`, [each])),
      ...(results.length > 1 ? [measuredRow(`${title}, ours, mean of ${results.length}`, results)] : []),
    ];
  });
  const curves = runs.flatMap(({ title, names }) =>
    names.map((name) => {
      const epochs = lines(name).filter(({ type }) => type === "epoch");
      return row([`${title}, seed ${result(name)?.seed}`, ...epochs.map(({ loss }) => loss.total.toFixed(3))]);
    }),
  );
  const made = new Set(runs.flatMap(({ names }) => names.flatMap((name) => result(name) ?? [])).map(madeOn));
  return `### ${space.title}

${ours.length ? `Ours trained on ${[...made].join("; ")}.` : "Nothing trained yet."}

${head(["model", "loss, last epoch", "ops %", "adjacency %", "exact %", "valid %", "unique %", "in space %", "unique in space %"])}
${[...published, ...others, ...ours].join("\n")}

Reconstruction is of the ${space.heldOut} held-out cells; validity and uniqueness are of 10,000 points of the paper's prior.
${space.remarks.join("\n\n")}
${
  curves.length
    ? `
Mean loss of each epoch:

${head(["model", ...Array.from({ length: space.epochs }, (_, i) => i + 1)])}
${curves.join("\n")}
`
    : ""
}`;
}

/** @param {Result} made */
const madeOn = ({ adapter, variant, commit }) => `${adapter} (${variant}${commit ? `, commit ${commit}` : ""})`;

function priors() {
  const rows = SPACES.flatMap(({ name, title, samples }) =>
    PROTOCOLS.flatMap((protocol) =>
      samples.flatMap((drawn) => {
        const found = result(sampled(name, protocol, drawn));
        if (!found) return [];
        const { validity, inSpaceValidity, inSpaceUniqueness, uniformUniqueness, coverage, heldOutShare, heldOutCoverage } =
          found;
        const shares = [validity, inSpaceValidity, inSpaceUniqueness, uniformUniqueness, coverage, heldOutShare, heldOutCoverage];
        const what = [title, protocol, drawn.prior, drawn.decoding, drawn.count];
        return [row([...what, ...shares.map(percent), found.heldOutLogLikelihood.toFixed(1)])];
      }),
    ),
  );
  if (!rows.length) return "None yet.";
  const names = [
    "space",
    "model",
    "prior",
    "decoding",
    "samples",
    "valid %",
    "in space %",
    "unique among those %",
    "the same for uniform draws %",
  ];
  return `Points drawn from a prior over the latents of the models of seed 1. Decoded \`plain\`, entry by entry, nothing is snapped to the space, repaired
or drawn again; \`in-space\` takes the most probable member of the space. \`paper\` is the Gaussian of the paper's code, \`codes\` our prior (\`src/vgae/prior\`), fitted to the latents of the training part
without labels. Held-out cells were never seen by model or prior; a prior that has not memorised draws them as often as their share
of the space, 10 %. The log-likelihood is of the held-out latents, nats a graph, no standard deviation counting as less than 0.01.

${head([...names, "coverage %", "held-out among those %", "held-out cells hit %", "held-out nats"])}
${rows.join("\n")}

No prior can do better than the latents of real cells: of 5,000 training cells of NAS-Bench-101 the decoder makes 94.0 % in-space cells with the model
\`released\` and 78.5 % with \`corrected\`; of these same cells the paper's check calls 80.3 % and 70.9 % valid, for it takes the most probable
operation of every vertex, also of those that a smaller cell does not have (measured once, apart from the command). DARTS has so many cells that hardly any draw is among
the 60,000 of the sample.

Published elsewhere: 89.7 / 97.5 / 99.5 % valid on NAS-Bench-101 / NAS-Bench-201 / DARTS (Arch-VQ); 100 % valid with 99.7 % unique among 1,000
on NAS-Bench-201 (PNAG; above what uniform draws reach on average, so not the same measure).`;
}

function searches() {
  const rows = PROTOCOLS.flatMap((protocol) =>
    SEARCHES.flatMap(({ metric, report }) =>
      STRATEGIES.flatMap((strategy) => {
        const found = result(searched(protocol, metric, strategy));
        if (!found) return [];
        /** @param {"metric" | "report"} which */
        const of = (which) => `${found.mean[which].toFixed(2)} ± ${found.std[which].toFixed(2)}`;
        return [row([protocol, `${metric} → ${report}`, strategy, of("metric"), of("report"), found.runs.length])];
      }),
    ),
  );
  if (!rows.length) return "None yet: `npm run reproduce -- --labels FILE.csv` runs them on your table.";
  return `100 queries, search protocol \`corrected\`, labels averaged over seeds (200 epochs), in percent, mean ± standard deviation over seeds.
The reported value is that of the best searched value seen, never the best reported value.

${head(["embedding", "searched → reported", "strategy", "searched", "reported", "seeds"])}
${rows.join("\n")}

Published for comparison (paper, table 3; other labels: one 12-epoch run, or 200 epochs of one run; about 100 queries; 500 seeds):
CIFAR-100 valid / test: random 72.17 / 72.05, arch2vec-RL 73.13 / 73.15, arch2vec-BO 73.35 / 73.37, best possible 73.49 / 73.51;
CIFAR-10 valid / test: random 90.94 / 93.75, arch2vec-RL 91.32 / 94.12, arch2vec-BO 91.41 / 94.18, best possible 91.61 / 94.37.`;
}

export const reproductionDocument = () => `# Reproduction of arch2vec

Written by \`npm run reproduce\` from the records in [reproduction/](reproduction/), which are the command's own output.
"Published" figures are the paper's (Yan et al., NeurIPS 2020, table 1; one number for both kinds of entries reconstructed). "PyTorch" is the paper's public
code, measured on a CPU. "Ours" was measured by this engine.

## Pre-training

"Valid" is what the paper's code checks; "in space" means that the decoded graph is an architecture of the space, and "exact" that all of a
graph's entries are right. The protocols: \`released\` trains as the public code does, \`corrected\` as the paper says. GAE and VGAE have graph
convolutions in place of GIN layers (docs/development.md says what exactly), GAE neither noise nor KL term.

${SPACES.map(pretraining).join("\n")}
## Priors

${priors()}

## Search over the shipped embeddings of NAS-Bench-201

${searches()}
`;
