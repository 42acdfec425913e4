/**
 * `npm run reproduce`: pre-trains the models of the paper's table 1 on all three spaces, samples priors, searches the embeddings, and
 * writes docs/reproduction.md. `npm run reproduce -- --help` explains.
 */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { reproductionDocument } from "./reproduction/document.mjs";
import { MODELS, PROTOCOLS, SEARCHES, SPACES, STRATEGIES, sampled, searched, trained } from "./reproduction/plan.mjs";
import { brokenOff, cache, record } from "./reproduction/records.mjs";
import { ship, shipped } from "./reproduction/ship.mjs";
import { giveUp, npm, root, say } from "./run.mjs";

const values = new Command("npm run reproduce --")
  .description(
    "Pre-trains the models of the paper's table 1 on all three spaces, samples priors, searches the embeddings, and writes docs/reproduction.md. Takes hours on a software adapter, so every finished run is kept in docs/reproduction/ as the command's own JSON lines and not done again (delete a file to measure it anew), and a run that was broken off is gone on with.",
  )
  .addOption(new Option("--space <names...>", "some of the spaces; default: all").choices(SPACES.map(({ name }) => name)))
  .option("--labels <file>", "your label table (columns c100_valid, c100_test, …); without one, searches are not run")
  .option("--seeds <n>", "models of each kind, 1 to 1000; default: as the plan says", (text) => {
    const seeds = Number(text);
    if (!(Number.isInteger(seeds) && seeds >= 1 && seeds <= 1000))
      throw new InvalidArgumentError("Expected a number from 1 to 1000.");
    return seeds;
  })
  .option("--write-only", "run nothing, write the document anew")
  .option("--ship", "put the models of seed 1 into data/, without the optimiser's state")
  .allowExcessArguments(false)
  .parse()
  .opts();
const { seeds } = values;
if (values.labels && !existsSync(values.labels)) giveUp(`--labels: expected a CSV file, found nothing at ${values.labels}.`);
const spaces = SPACES.filter(({ name }) => values.space?.includes(name) ?? true);

async function pretrain() {
  for (const space of spaces) {
    for (const { key, flags, protocols } of MODELS.filter((model) => space.models.includes(model.key))) {
      for (const protocol of protocols) {
        for (let seed = 1; seed <= (seeds ?? space.seeds); seed++) {
          const name = trained(space.name, key, protocol, seed);
          const model = join(cache, `${name}.safetensors`);
          const fresh = [
            "--protocol",
            protocol,
            "--epochs",
            String(space.epochs),
            "--seed",
            String(seed),
            ...flags,
            ...space.options,
          ];
          const options = brokenOff(name) && existsSync(model) ? ["--resume", model, ...space.options] : fresh;
          await record(name, ["pretrain", space.name, ...options, "--out", model, "--force"]);
        }
      }
    }
  }
}

async function sample() {
  for (const { name, options, samples } of spaces) {
    for (const protocol of PROTOCOLS) {
      // The shipped weights lack the sums of the paper's prior: another pass over the training part makes them anew.
      const made = join(cache, `${trained(name, "arch2vec", protocol, 1)}.safetensors`);
      const model = existsSync(made) ? made : shipped(name, protocol);
      if (!existsSync(model)) continue;
      for (const drawn of samples) {
        const { prior, count, decoding } = drawn;
        const how = ["--prior", prior, "--count", String(count), "--seed", "1", ...(decoding === "plain" ? [] : ["--in-space"])];
        await record(sampled(name, protocol, drawn), ["sample", name, "--model", model, ...how, ...options]);
      }
    }
  }
}

/** @param {string} labels */
async function search(labels) {
  for (const protocol of PROTOCOLS) {
    for (const { metric, report } of SEARCHES) {
      for (const strategy of STRATEGIES) {
        const what = ["--labels", labels, "--metric", metric, "--report", report, "--strategy", strategy];
        const how = ["--search-protocol", "corrected", "--queries", "100", "--seeds", "1-20"];
        const args = ["search", "nasbench201", "--model", shipped("nasbench201", protocol), ...what, ...how];
        await record(searched(protocol, metric, strategy), args);
      }
    }
  }
}

if (!values.writeOnly) {
  if ((await npm(["run", "--silent", "build:library"])) !== 0) giveUp("the library could not be built.");
  await pretrain();
  if (values.ship) await ship(spaces);
  await sample();
  if (values.labels) await search(values.labels);
  else say("no --labels given: searches are not run, only shown where they were kept.");
}
writeFileSync(join(root, "docs", "reproduction.md"), reproductionDocument());
say("wrote docs/reproduction.md");
