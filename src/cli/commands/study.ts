import { availableParallelism } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { type Command, Option } from "commander";
import { InputError } from "../../errors.ts";
import type { EmbeddingValues } from "../../formats/embedding.ts";
import { isTestMetric } from "../../formats/metric-units.ts";
import { readLabelTable } from "../../formats/read-label-table.ts";
import { tableText } from "../../formats/table-text.ts";
import { runsTogether } from "../../search/run-together.ts";
import { searchSpace } from "../../spaces/registry.ts";
import type { SearchSpace } from "../../spaces/space.ts";
import { analyse } from "../../study/analysis.ts";
import { readStudy, type Study } from "../../study/definition.ts";
import { digestOf } from "../../study/digest.ts";
import { studyLabels } from "../../study/labels.ts";
import { belongs, searchesEmbedding, strategyLine, studyLine, studyTasks } from "../../study/plan.ts";
import type { StudyFacts } from "../../study/report/report.ts";
import type { RunLine } from "../../study/run-lines.ts";
import { VERSION } from "../../version.ts";
import { wholeFrom } from "../arguments.ts";
import { type EmbeddingOptions, openEmbedding, shippedModel } from "../embedding.ts";
import { checkOutput, readInput, writeOutput } from "../files.ts";
import { backendOption, type CommandBackend } from "../model.ts";
import { type Output, output } from "../output.ts";
import { keptRuns, openRunStore } from "../run-store.ts";
import { PREPARE_LINE, prepare } from "../space.ts";
import { resultLine, tellStudy } from "../study-result.ts";
import { makeRuns } from "../study-runs.ts";
import { EXIT, EXIT_HELP, type ExitCode, type Terminal, unlessInterrupted } from "../terminal.ts";
import { openSearchGpu, SEARCH_BACKENDS, type SearchBackend, type SearchGpu } from "../together.ts";

interface StudyOptions {
  readonly table?: string;
  readonly out?: string;
  readonly jobs?: number;
  readonly searchBackend: SearchBackend;
  readonly reportOnly?: boolean;
  readonly force?: boolean;
  readonly backend?: CommandBackend;
  readonly json?: boolean;
}

export function studyCommand(program: Command, terminal: Terminal, done: (code: ExitCode) => void): void {
  program
    .command("study")
    .summary("compare strategies over many seeds, and write a report")
    .description(
      "Runs every strategy of a study with every seed over all processor cores, keeps each finished run, and writes one HTML file that needs nothing else. The same command again goes on where it was stopped.",
    )
    .argument("<file>", "the study: JSON, described below")
    .option("--table <file>", "label table instead of the one that the study names; the runs are bound to what stands in it")
    .option("--out <folder>", "where runs and report are kept; default: beside the study")
    .option("--jobs <n>", "threads that runs are spread over; default: one a processor core", wholeFrom(1))
    .addOption(
      new Option(
        "--search-backend <name>",
        "js: runs spread over threads; webgpu: those of the strategy bo together on the GPU, which are others than those of js",
      )
        .choices(SEARCH_BACKENDS)
        .default("js"),
    )
    .option("--report-only", "run nothing, write the report of the runs there are")
    .option("--force", "begin anew; the runs there are move to STUDY.runs.jsonl.old")
    .addOption(backendOption())
    .option("--json", "one JSON object a line on standard output")
    .addHelpText("after", HELP)
    .action(async (file: string, options: StudyOptions) => {
      done(await study(file, options, output(terminal, options.json === true), terminal));
    });
}

const HELP = `
A study, with what may be left out in brackets; paths are relative to its file:
  {
    "archscape": "study 1",
    "name": "what the report is called",
    "space": "nasbench201",                        or {"name": "darts", "count": 20000, "seed": 1}
    ["table": "labels.csv",]                       label table; without it --table has to name one
    "metric": "c100_valid",                        column to search on: should be a validation metric
    ["report": "c100_test",]                       column, or list of columns, to report for the architecture with the best searched value;
                                                   the first is the one that counts
    ["cost": "seconds",]                           column of seconds (or ms) that a query costs; {"column": "seconds", "times": 0.06} for a part of it
    ["pretrained": "released",]                    what is searched: the model of that protocol that comes with archscape,
    ["model": "model.safetensors",]                or a checkpoint to embed the space with,
    ["embedding": "embedding.safetensors",]        or an embedding; without any of them strategies need other points
    "budget": {"queries": 100},                    or {"seconds": 500000}, in simulated seconds
    "seeds": "1-100",                              one run a seed and strategy
    "strategies": [{
      "strategy": "bo",                            archscape search --help lists them with their options
      ["name": "BO, batches of 5",]                its name in the report, unique; default: the strategy's
      ["options": {"batch": 5},]
      ["protocol": "released",]                    default: corrected
      ["points": "path",]                          embedding, adjacency, operations, path or none; default: the embedding, if there is one
      ["budget": {"queries": 200}]                 instead of the study's
    }],
    ["baseline": "random",]                        name of the strategy that the others are compared with, seed by seed; default: the first
    ["stages": [25, 50],]                          numbers of queries after which they are compared as well
    ["references": [{                              what others found, to stand beside it
      "name": "BO", "from": "a paper, 500 runs", "values": {"c100_test": [73.37, 0.30]}      mean, or mean and standard deviation
    }]]
  }

STUDY.runs.jsonl keeps the runs: a line for what was searched, one for each strategy, one for each run, which names the architectures in the order in
which they were asked for. It holds no labels. Ctrl-C loses the runs under way and no other. Strategies and seeds may be added to a study
later; runs that were begun with another table, embedding, option or search backend are not mixed with it. A run does not depend on the number of
threads, nor on the runs beside it. With --search-backend webgpu the strategies other than bo still run on threads, at the same time.
STUDY.html is the report: no scripts, nothing to load.

Examples:
  archscape study study.json
  archscape study study.json --table ~/labels/nasbench201.csv --out results --jobs 8
  archscape study study.json --report-only
  archscape study study.json --search-backend webgpu

JSON lines:
  ${PREPARE_LINE}
  {"type":"progress", done, total, unit: "runs", secondsLeft}        at most once a second
  {"type":"run", strategy, seed, queries, seconds, end: "budget" | "exhausted"}
                                                                     a run that ended now; seconds of wall time
  {"type":"result", study, space, labels, runs, total, complete, searchesTestMetric, measures: [{metric: {name, unit, goal}, role: "searched" | "reported",
    optimum, strategies: [{name, seeds, mean, meanInterval, median, quartiles, std, regret, toOptimum: {reached, median}}],
    comparisons: [{name, baseline, pairs, difference, differenceInterval, better, equal, worse, p, adjustedP}],
    stages: [{queries, strategies, comparisons}]}], report, version}
  Intervals are bootstrapped (95 %), p from a paired permutation test, adjustedP after Holm; toOptimum.median is null where not more than half of the
  seeds came to the best value there is.
${EXIT_HELP}`;

async function study(path: string, options: StudyOptions, to: Output, terminal: Terminal): Promise<ExitCode> {
  const definition = readStudy(new TextDecoder().decode(await readInput(path)), basename(path));
  const folder = options.out ?? dirname(path);
  const stem = join(folder, basename(path).replace(/\.json$/i, ""));
  const [runsPath, reportPath] = [`${stem}.runs.jsonl`, `${stem}.html`];
  await checkOutput(reportPath, true);

  const space = searchSpace(definition.space);
  const tablePath = options.table ?? (definition.table === undefined ? undefined : resolve(dirname(path), definition.table));
  if (tablePath === undefined) throw new InputError(`${basename(path)} names no label table: give --table FILE.`);
  const text = await tableText(await readInput(tablePath), basename(tablePath));
  await prepare(space, to, terminal);
  const table = readLabelTable(space, text, { source: basename(tablePath) });
  const labels = studyLabels(table, definition);
  const told = [...labels.warnings, ...testWarning(definition.metric)];
  for (const warning of told) to.warn(warning);

  const header = studyLine(space, definition, await digestOf(new TextEncoder().encode(text)));
  const gpu = await openGpuFor(definition, options, basename(path), to);
  const strategies = definition.entries.map((entry) => strategyLine(entry, space, labels, gpu?.backend));

  let runs: readonly RunLine[];
  let lines: StudyFacts["lines"];
  try {
    if (options.reportOnly === true) {
      const kept = await keptRuns(runsPath, header, strategies);
      if (!kept) throw new InputError(`There are no runs in ${runsPath} to report on.`);
      runs = kept.runs;
      lines = kept;
    } else {
      const { embedding } = await unlessInterrupted(openSource(space, definition, dirname(path), options.backend, to), terminal);
      lines = { study: { ...header, embedding: embedding ? await digestOf(embedding.data) : null }, strategies };
      const store = await openRunStore(runsPath, lines.study, strategies, options.force === true);
      const kept = store.runs.filter((run) => belongs(run, definition));
      const tasks = studyTasks(definition, space, labels, embedding, kept);
      const jobs = options.jobs ?? availableParallelism();
      runs = [...kept, ...(await makeRuns(tasks, { kept, append: store.append, jobs, gpu }, to, terminal))];
    }
  } finally {
    gpu?.close();
  }

  const analysis = analyse(definition, labels, runs);
  const facts = { study: definition, lines, labels, analysis, version: VERSION };
  // Not before it is needed: the charts are most of what a command would load.
  const { studyReport } = await import("../../study/report/report.ts");
  await writeOutput(reportPath, studyReport(facts));
  to.line(resultLine(facts, told, reportPath));
  tellStudy(facts, reportPath, to);
  return terminal.interrupted.aborted ? EXIT.cancelled : EXIT.ok;
}

function testWarning(metric: string): string[] {
  if (!isTestMetric(metric)) return [];
  return [`${metric} is a test metric: these searches optimise test values, which should only be reported.`];
}

/** @throws InputError where the study has nothing for a GPU */
async function openGpuFor(
  { entries }: Study,
  { searchBackend, reportOnly }: StudyOptions,
  source: string,
  to: Output,
): Promise<SearchGpu | undefined> {
  if (searchBackend !== "webgpu" || reportOnly === true) return undefined;
  if (!entries.some(({ strategy }) => runsTogether(strategy))) {
    throw new InputError(
      `The search backend webgpu runs the strategy bo, which ${source} does not have; the backend js runs all strategies.`,
    );
  }
  return openSearchGpu(to);
}

async function openSource(
  space: SearchSpace,
  study: Study,
  folder: string,
  backend: CommandBackend | undefined,
  to: Output,
): Promise<{ readonly embedding: EmbeddingValues | undefined }> {
  const { source } = study;
  if (!source || !searchesEmbedding(study)) return { embedding: undefined };
  const named = (): EmbeddingOptions => {
    if (source.kind === "model") return { model: resolve(folder, source.path) };
    if (source.kind === "embedding") return { embedding: resolve(folder, source.path) };
    return shippedModel(space, source.protocol);
  };
  return openEmbedding(space, { ...named(), backend }, to);
}
