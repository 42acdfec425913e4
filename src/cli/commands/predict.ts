import { basename } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { InputError } from "../../errors.ts";
import type { LabelTable, Metric } from "../../formats/label-table.ts";
import { readLabelTable } from "../../formats/read-label-table.ts";
import { tableText } from "../../formats/table-text.ts";
import { oriented } from "../../objectives/objective.ts";
import { FEATURES, goTogether, PREDICTORS } from "../../predictors/registry.ts";
import type { SearchSpace } from "../../spaces/space.ts";
import { VERSION } from "../../version.ts";
import { seedList, wholeFrom } from "../arguments.ts";
import { checkOutput, readInput, writeOutput } from "../files.ts";
import { type Output, output } from "../output.ts";
import { compare, type Plan, summaryLines } from "../prediction-scores.ts";
import { predictionTable, predictSpace } from "../prediction-table.ts";
import { type OpenFeatures, openFeatures } from "../predictor-inputs.ts";
import { namedSpace, PREPARE_LINE, prepare, type SampleOptions, SPACE_HELP, withSpace } from "../space.ts";
import { EXIT, EXIT_HELP, type ExitCode, Interrupted, type Terminal } from "../terminal.ts";

interface PredictOptions extends SampleOptions {
  readonly table: string;
  readonly metric: string;
  readonly labels?: readonly number[];
  readonly seeds: readonly number[];
  readonly heldOut?: number;
  readonly predictors: readonly string[];
  readonly encodings: readonly string[];
  readonly embedding?: Readonly<Record<string, string>>;
  readonly out?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function predictCommand(program: Command, terminal: Terminal, done: (code: ExitCode) => void): void {
  withSpace(
    program
      .command("predict")
      .summary("predict labels of all architectures from some, or compare predictors")
      .description(
        "Without --labels: learns every label there is in a column and writes what it expects of all architectures of the space, with its uncertainty, as a label table. With --labels: hides labels, predicts them from so many, and tells how well each predictor did.",
      ),
  )
    .requiredOption("--table <file>", "label table, as for `archscape search`; may label a part of the space")
    .requiredOption("--metric <column>", "column to predict")
    .option("--labels <counts>", "compare: from so many labels, e.g. 78,156,469,1563", counts)
    .option("--seeds <list>", "compare: one draw of labels a seed, e.g. 1-10", seedList, [1])
    .option(
      "--held-out <n>",
      "compare: predict at most so many of the other architectures, drawn at random; default all",
      wholeFrom(2),
    )
    .option("--predictors <names>", `some of ${PREDICTORS.join(", ")}`, namesOf(PREDICTORS), ["blend"])
    .option("--encodings <names>", `what they read: some of ${FEATURES.join(", ")}`, namesOf(FEATURES), ["combined"])
    .option(
      "--embedding <name=file>",
      "embedding to take for released or corrected instead of the model that comes with archscape",
      named,
    )
    .option(
      "--out <file>",
      "the table of predictions, a .csv; compare: the scores, a .jsonl, to which runs are added that are not in it yet, or a .csv",
    )
    .option("--force", "replace the file of --out if it exists")
    .option("--json", "one JSON object a line on standard output")
    .addHelpText("after", HELP)
    .action(async (space: string, options: PredictOptions) => {
      done(await predict(space, options, output(terminal, options.json === true), terminal));
    });
}

const HELP = `
Predictors: ridge (linear), gp (Gaussian process), dngo (regression on a network's hidden layer), mlp (three networks), forest (random forest), blend (mean
of gp and mlp), encoder (the pre-trained encoder, trained further on pairs of labels). All learn the order of labels: scores of their ranks.
Encodings: combined (structure, and the sequences of operations from input to output), combined+subtrees (and what each operation reads, which helps gp on
nasbench101 and no network), structure (counts, path lengths, parameters, multiply-adds), operations, adjacency, path, the embedding of a model that comes with archscape (released, corrected), the same at the mean of all cells that are one architecture
(released-mean, corrected-mean), and graph (nothing beside the graph). encoder goes with graph and combined, all others with all but graph.

The table of predictions has the columns idx, arch, predicted_COLUMN, and uncertainty: half of what lies between a standard deviation below the prediction
and one above, in the column's unit; the noise of a label is not counted. The lab's map colours by either.
${SPACE_HELP}

Examples:
  archscape predict nasbench201 --table labels.csv --metric accuracy --out predicted.csv
  archscape predict nasbench201 --table table.csv --metric c10_test --labels 78,156 --seeds 1-10 --predictors gp,ridge \\
    --encodings combined,path,released --out scores.jsonl

JSON lines:
  ${PREPARE_LINE}
  {"type":"progress", done, total, unit: "fits" | "architectures"}   at most once a second
  {"type":"run", space, metric, predictor, encoding, labels, seed, tau, rho, rmse, heldOut, seconds}
                                                                     tau is Kendall's tau-b, rho Spearman's; rmse in the column's unit
  {"type":"result", ...}  comparing: scores: [{predictor, encoding, labels, seeds, tau: {mean, std}, rho, rmse, seconds}]; else file, architectures, labels
${EXIT_HELP}`;

async function predict(name: string, options: PredictOptions, to: Output, terminal: Terminal): Promise<ExitCode> {
  const space = namedSpace(name, options);
  const comparing = options.labels !== undefined;
  const pairs = options.predictors.flatMap((predictor) =>
    options.encodings.filter((features) => goTogether(predictor, features)).map((features) => ({ predictor, features })),
  );
  await checkRequest(options, pairs);
  const source = basename(options.table);
  const text = await tableText(await readInput(options.table), source);
  await prepare(space, to, terminal);
  const table = readLabelTable(space, text, { source, partial: true });
  const metric = columnOf(table, options.metric);
  const values = metric.values.map((value) => oriented(value, metric));
  const candidates = Uint32Array.from(values.keys()).filter((index) => Number.isFinite(values[index]));
  for (const warning of table.warnings) to.warn(warning);
  const inputs = openFeatures(space, options.embedding ?? {}, to);
  return comparing
    ? compareAll({ space, metric, values, candidates, pairs, inputs }, options, to, terminal)
    : predictAll({ space, metric, values, candidates, pairs, inputs }, options, to, terminal);
}

interface Task {
  readonly space: SearchSpace;
  readonly metric: Metric;
  /** Larger is better; NaN where there is no label. */
  readonly values: Float64Array;
  readonly candidates: Uint32Array;
  readonly pairs: Plan["pairs"];
  readonly inputs: OpenFeatures;
}

async function compareAll(task: Task, options: PredictOptions, to: Output, terminal: Terminal): Promise<ExitCode> {
  const { space, metric, values, candidates, pairs, inputs } = task;
  const largest = Math.max(...(options.labels ?? []));
  if (candidates.length < largest + 2) {
    throw new InputError(
      `Expected at least two architectures beside the ${largest} labelled ones, found ${candidates.length} labels in ${metric.name}.`,
    );
  }
  const plan: Plan = {
    space: space.name,
    metric: metric.name,
    pairs,
    labels: options.labels ?? [],
    seeds: options.seeds,
    heldOut: options.heldOut ?? candidates.length,
  };
  const scores = await compare(plan, { values, candidates, scale: metric.scale }, inputs, options, to, terminal);
  const lines = summaryLines(scores);
  to.line({ type: "result", space: space.name, metric: metric.name, scores: lines, version: VERSION });
  for (const { predictor, encoding, labels, seeds, tau, rmse } of lines) {
    const spread = tau.std === null ? "" : ` ± ${tau.std.toFixed(3)}`;
    to.say(
      `${predictor} on ${encoding}, ${labels} labels: tau ${tau.mean.toFixed(3)}${spread}, RMSE ${rmse.mean.toFixed(2)} ${metric.unit}`.trimEnd() +
        ` (${seeds} seeds)`,
    );
  }
  return terminal.interrupted.aborted ? EXIT.cancelled : EXIT.ok;
}

async function predictAll(task: Task, options: PredictOptions, to: Output, terminal: Terminal): Promise<ExitCode> {
  const { space, metric, values, candidates, pairs, inputs } = task;
  const [pair] = pairs as [Plan["pairs"][number]];
  const out = options.out as string;
  if (candidates.length < 3) {
    throw new InputError(`Expected at least three labels to learn from, found ${candidates.length} in ${metric.name}.`);
  }
  const predictor = await inputs.predictor(pair.predictor);
  const source = await inputs.source(pair.features);
  const progress = to.progress("architectures");
  const seed = options.seeds[0] ?? 1;
  const predicted = await predictSpace(predictor, source, { values, candidates, size: space.size, seed }, (done) => {
    if (terminal.interrupted.aborted) throw new Interrupted();
    progress.update(done, space.size, "", { unit: "architectures" });
  }).finally(() => progress.clear());
  await writeOutput(out, predictionTable(space, metric, predicted));
  to.line({
    type: "result",
    space: space.name,
    metric: metric.name,
    file: out,
    architectures: space.size,
    labels: candidates.length,
    predictor: predictor.name,
    encoding: source.name,
    options: predictor.options,
    seed,
    version: VERSION,
  });
  to.say(
    `${out}: ${space.size.toLocaleString("en")} architectures predicted from ${candidates.length.toLocaleString("en")} labels in ${metric.name}`,
  );
  return EXIT.ok;
}

/** Refuses before anything is read what cannot be done. */
async function checkRequest({ labels, predictors, encodings, out, force }: PredictOptions, pairs: Plan["pairs"]): Promise<void> {
  if (pairs.length === 0) {
    throw new InputError(
      `None of the predictors ${predictors.join(", ")} goes with ${encodings.join(", ")}: encoder goes with graph and combined, all others with all but graph.`,
    );
  }
  if (labels === undefined) {
    if (out === undefined)
      throw new InputError("Expected --out FILE.csv for the predictions, or --labels COUNTS to compare predictors.");
    if (!out.endsWith(".csv")) throw new InputError(`Expected a file name that ends in .csv for the predictions, found ${out}.`);
    if (pairs.length > 1)
      throw new InputError("Expected one predictor and one encoding to predict with, or --labels COUNTS to compare several.");
  } else if (out !== undefined && !/[.](csv|jsonl)$/.test(out)) {
    throw new InputError(`Expected a file name that ends in .jsonl or .csv for the scores, found ${out}.`);
  }
  if (out !== undefined) await checkOutput(out, force === true || out.endsWith(".jsonl"));
}

function columnOf(table: LabelTable, name: string): Metric {
  const found = table.metrics.find((metric) => metric.name === name);
  if (found) return found;
  throw new InputError(
    `The column "${name}" is not in ${table.source}, which has ${table.metrics.map((metric) => metric.name).join(", ")}.`,
  );
}

function counts(text: string): number[] {
  const found = text.split(",").map((part) => wholeFrom(3)(part.trim()));
  return [...new Set(found)].sort((a, b) => a - b);
}

function namesOf(known: readonly string[]): (text: string) => string[] {
  return (text) => {
    const names = [...new Set(text.split(",").map((name) => name.trim()))];
    const wrong = names.find((name) => !known.includes(name));
    if (wrong === undefined) return names;
    throw new InvalidArgumentError(`Expected some of ${known.join(", ")}, found "${wrong}".`);
  };
}

function named(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const [, name, file] = /^(released|corrected)=(.+)$/.exec(text) ?? [];
  if (name === undefined || file === undefined) throw new InvalidArgumentError("Expected released=FILE or corrected=FILE.");
  return { ...before, [name]: file };
}
