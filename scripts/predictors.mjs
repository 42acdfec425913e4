/** `npm run predictors`: compares predictors over label counts and seeds, and writes docs/predictors.md. `npm run predictors -- --help` explains. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Command } from "commander";
import { predictorsDocument, scoresFile } from "./predictors/document.mjs";
import { COMPARISONS } from "./predictors/plan.mjs";
import { giveUp, npm, root, run, say } from "./run.mjs";

const options = new Command("npm run predictors --")
  .description(
    "Compares predictors of labels and writes docs/predictors.md. Takes hours; every score is kept in docs/predictors/ as it is there and not worked out again. Labels are not kept.",
  )
  .option("--nasbench201 <file>", "your label table of NAS-Bench-201, with the column c10_test")
  .option("--nasbench101 <file>", "your label table of NAS-Bench-101, with the column test_acc")
  .option("--write-only", "compare nothing, write the document anew")
  .allowExcessArguments(false)
  .parse()
  .opts();

if (!options.writeOnly) {
  const asked = COMPARISONS.filter(({ space }) => options[space] !== undefined);
  if (asked.length === 0) giveUp("Expected --nasbench201 FILE, --nasbench101 FILE or --write-only.");
  for (const { space } of asked) {
    if (!existsSync(options[space])) giveUp(`--${space}: expected a label table, found nothing at ${options[space]}.`);
  }
  if ((await npm(["run", "--silent", "build:library"])) !== 0) giveUp("The library could not be built.");
  for (const comparison of asked) {
    const { space, metric, labels, seeds, options: further, runs } = comparison;
    mkdirSync(dirname(scoresFile(comparison)), { recursive: true });
    for (const { predictors, encodings, labels: some = labels.join(","), seeds: fewer = seeds } of runs) {
      say(`${space}: ${predictors} on ${encodings}, ${some} labels`);
      const args = ["predict", space, "--table", options[space], "--metric", metric, "--labels", some, "--seeds", `1-${fewer}`];
      const which = ["--predictors", predictors, "--encodings", encodings, ...further, "--out", scoresFile(comparison)];
      const status = await run(process.execPath, [join(root, "dist", "library", "cli", "main.js"), ...args, ...which]);
      if (status !== 0) giveUp("The comparison was broken off; what is done is kept.");
    }
  }
}
writeFileSync(join(root, "docs", "predictors.md"), predictorsDocument());
