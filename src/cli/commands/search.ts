import { availableParallelism } from "node:os";
import { basename } from "node:path";
import { type Command, Option } from "commander";
import type { SearchJob } from "../../../workers/search-protocol.ts";
import { InputError } from "../../errors.ts";
import type { LabelTable } from "../../formats/label-table.ts";
import { isTestMetric } from "../../formats/metric-units.ts";
import { readLabelTable } from "../../formats/read-label-table.ts";
import { tableText } from "../../formats/table-text.ts";
import { labelTableObjective } from "../../objectives/label-table.ts";
import type { PointSource } from "../../search/points.ts";
import { checkBudget } from "../../search/run.ts";
import {
  missingKnowledge,
  STRATEGIES,
  STRATEGY_TITLES,
  type StrategyName,
  type StrategyOptions,
  strategy,
} from "../../search/strategies.ts";
import { knowledgeOf, SEARCH_PROTOCOLS, type SearchProtocol, type SearchSetting } from "../../search/strategy.ts";
import type { Budget } from "../../search/trace.ts";
import { DISCRETE_ENCODING_TITLES, DISCRETE_ENCODINGS, type DiscreteEncoding } from "../../spaces/discrete/encode.ts";
import { requestOf } from "../../spaces/index.ts";
import type { SearchSpace } from "../../spaces/space.ts";
import { assignment, decimal, seedList, wholeFrom } from "../arguments.ts";
import { openEmbedding } from "../embedding.ts";
import { checkOutput, readInput, writeOutput } from "../files.ts";
import { backendOption, type CommandBackend } from "../model.ts";
import { type Output, output } from "../output.ts";
import { queryLines, runSummary, runText, tellResult } from "../search-result.ts";
import { runSeeds, runSeedsTogether, type SeedsProgress } from "../seeds.ts";
import { namedSpace, PREPARE_LINE, prepare, type SampleOptions, SPACE_HELP, withSpace } from "../space.ts";
import { strategyHelp } from "../strategy-help.ts";
import { EXIT, EXIT_HELP, type ExitCode, type Terminal, unlessInterrupted } from "../terminal.ts";
import { SEARCH_BACKENDS, type SearchBackend } from "../together.ts";

interface SearchOptions extends SampleOptions {
  readonly model?: string;
  readonly embedding?: string;
  readonly encoding?: DiscreteEncoding;
  readonly labels: string;
  readonly metric: string;
  readonly report?: string;
  readonly cost?: string;
  readonly strategy: StrategyName;
  readonly searchProtocol: SearchProtocol;
  readonly queries?: number;
  readonly seconds?: number;
  readonly seeds: readonly number[];
  readonly set?: StrategyOptions;
  readonly searchBackend: SearchBackend;
  readonly jobs?: number;
  readonly out?: string;
  readonly backend?: CommandBackend;
  readonly force?: boolean;
  readonly json?: boolean;
}

const DEFAULT_QUERIES = 100;

export function searchCommand(program: Command, terminal: Terminal, done: (code: ExitCode) => void): void {
  const titles = STRATEGIES.map((name) => `${name}: ${STRATEGY_TITLES[name]}`).join("; ");
  withSpace(
    program
      .command("search")
      .summary("search a space for architectures that a label table rates high")
      .description(
        "Searches an embedding, an encoding or the space itself with a strategy that is told one label a query, once a seed, and says what it found.",
      ),
  )
    .addOption(new Option("--model <file>", "checkpoint to embed the space with").conflicts("embedding"))
    .option("--embedding <file>", "embedding instead of a model: .safetensors or .npy, as `archscape embed` writes them")
    .addOption(
      new Option(
        "--encoding <name>",
        `instead of an embedding, and without a model: ${DISCRETE_ENCODINGS.map((name) => `${name} (${DISCRETE_ENCODING_TITLES[name]})`).join(", ")}`,
      )
        .choices(DISCRETE_ENCODINGS)
        .conflicts(["model", "embedding"]),
    )
    .requiredOption(
      "--labels <file>",
      "label table: CSV with a column arch, idx or (nasbench101) hash, or the JSON of arch2vec's preprocessing; may be gzipped",
    )
    .requiredOption("--metric <column>", "column to search on: should be a validation metric")
    .option("--report <column>", "column to report for the architecture with the best searched value, e.g. its test accuracy")
    .addOption(new Option("--strategy <name>", titles).choices(STRATEGIES).default("bo"))
    .addOption(
      new Option("--search-protocol <name>", "released: with every quirk of the public code; corrected: with none")
        .choices(SEARCH_PROTOCOLS)
        .default("corrected"),
    )
    .addOption(
      new Option("--queries <n>", `budget in labels; default ${DEFAULT_QUERIES}`).argParser(wholeFrom(1)).conflicts("seconds"),
    )
    .option("--seconds <n>", "budget in simulated seconds, paid from --cost", decimal)
    .option("--cost <column>", "column of seconds (or ms) that a query costs")
    .option("--seeds <list>", "one run a seed: 7, 1-10 or 1-5,11", seedList, [1])
    .option("--set <name=value>", "an option of the strategy, again for each; listed below", assignment)
    .addOption(
      new Option(
        "--search-backend <name>",
        "js: seeds spread over threads; webgpu: all seeds of the strategy bo together on the GPU, whose runs are others than those of js",
      )
        .choices(SEARCH_BACKENDS)
        .default("js"),
    )
    .option("--jobs <n>", "threads that seeds are spread over; default: one a processor core", wholeFrom(1))
    .option("--out <file>", "write the traces: a JSON object a seed and line, with every query")
    .addOption(backendOption())
    .option("--force", "replace the file of --out if it exists")
    .option("--json", "one JSON object a line on standard output")
    .addHelpText("after", HELP)
    .action(async (space: string, options: SearchOptions) => {
      done(await search(space, options, output(terminal, options.json === true), terminal));
    });
}

const HELP = `
Values are shown in the table's own unit (an accuracy in percent stays in percent). The reported value is that of the architecture with
the best searched value, never the best reported value seen. The strategies random, evolution and local-search also go without --model,
--embedding and --encoding: they need no points where neighbours are single edits (neighbours=edits). So do reinforce-categorical,
which knows no neighbours, and supervised-bo and supervised-reinforce, which train an encoder of their own.
${SPACE_HELP}

${strategyHelp()}

Examples:
  archscape search nasbench201 --model model.safetensors --labels table.csv --metric c100_valid --report c100_test \\
    --strategy bo --search-protocol corrected --queries 100 --seeds 1-10 --json
  archscape search nasbench201 --embedding embedding.safetensors --labels table.csv --metric c10_valid_12ep --report c10_test \\
    --strategy reinforce --cost c10valid_train_seconds_200ep --seconds 1000000 --seeds 1-20 --out traces.jsonl
  archscape search nasbench101 --model nasbench101.safetensors --labels nasbench101.csv.gz --metric test_acc --queries 150
  archscape search nasbench201 --model model.safetensors --labels table.csv --metric c100_valid --set initial=32 --set batch=5
  archscape search nasbench201 --model model.safetensors --labels table.csv --metric c100_valid --seeds 1-500 --search-backend webgpu
  archscape search nasbench201 --labels table.csv --metric c100_valid --strategy evolution --set population=50 --seeds 1-20
  archscape search nasbench201 --encoding path --labels table.csv --metric c100_valid --strategy bananas

JSON lines:
  ${PREPARE_LINE}
  {"type":"progress", done, total, unit: "queries" | "runs"}         at most once a second
  {"type":"query", seed, query (from 1), index, architecture, metric, report, cost, cumulativeCost, incumbent}
                                                                     the queries of a run when it has ended; costs in simulated seconds
  {"type":"run", seed, metric, report, index, architecture, queries, seconds, end: "budget" | "exhausted" | "cancelled"}
  {"type":"result", space, labels, strategy, options, searchProtocol, budget, metric: {name, unit, goal}, report, cost,
    searchesTestMetric, mean: {metric, report}, std: {metric, report}, runs: [as the "run" lines], searchBackend, warnings, source of the embedding, version}
  std is the sample standard deviation over runs (n - 1), null for one run; report is null where no column is reported.
${EXIT_HELP}`;

async function search(name: string, options: SearchOptions, to: Output, terminal: Terminal): Promise<ExitCode> {
  const space = namedSpace(name, options);
  checkStrategy(space, options);
  if (options.out !== undefined) await checkOutput(options.out, options.force === true);
  const source = basename(options.labels);
  const text = await tableText(await readInput(options.labels), source);
  await prepare(space, to, terminal);
  const table = readLabelTable(space, text, { source });
  const budget: Budget =
    options.seconds === undefined ? { queries: options.queries ?? DEFAULT_QUERIES } : { seconds: options.seconds };
  checkSearch(table, options, budget);
  const warnings = [...table.warnings, ...testWarning(options.metric)];
  for (const warning of warnings) to.warn(warning);
  const { embedding, provenance } = await unlessInterrupted(openPoints(space, options, to), terminal);

  const job: SearchJob = {
    embedding,
    space: requestOf(space),
    table,
    labels: { metric: options.metric, report: options.report, cost: options.cost },
    strategy: options.strategy,
    options: options.set ?? {},
    protocol: options.searchProtocol,
    budget,
    seeds: options.seeds,
  };
  const count = progressCounter(to, budget, options.seeds.length);
  const progress: SeedsProgress = {
    onQueries: count.queries,
    onRun(trace) {
      count.run();
      count.clear();
      for (const line of queryLines(trace, space)) to.line({ type: "query", seed: trace.seed, ...line });
      const run = runSummary(trace, space);
      if (!run) return;
      to.line({ type: "run", ...run });
      to.say(runText(run, trace));
    },
  };
  const traces =
    options.searchBackend === "webgpu"
      ? await runSeedsTogether(job, terminal.interrupted, progress, to)
      : await runSeeds(job, options.jobs ?? availableParallelism(), terminal.interrupted, progress);
  count.clear();
  if (options.out !== undefined) await writeOutput(options.out, traces.map((trace) => `${JSON.stringify(trace)}\n`).join(""));
  const searchesTestMetric = isTestMetric(options.metric);
  tellResult(traces, { space, budget, warnings, searchesTestMetric, provenance }, to);
  if (options.out !== undefined) to.say(`${options.out}: ${traces.length} traces`);
  return terminal.interrupted.aborted ? EXIT.cancelled : EXIT.ok;
}

/** What is wrong with a strategy and its options before anything is read. */
function checkStrategy(space: SearchSpace, { model, embedding, encoding, ...options }: SearchOptions): void {
  const given = model !== undefined || embedding !== undefined;
  const points = given ? "embedding" : (encoding ?? "none");
  const setting: SearchSetting = { protocol: options.searchProtocol, space: space.name, accuracy: true, points };
  const chosen = strategy(options.strategy, setting, options.set);
  const missing = missingKnowledge(chosen, knowledgeOf(space));
  if (missing !== undefined) throw new InputError(missing);
  if (!chosen.needs.points || points !== "none") return;
  throw new InputError(
    `Expected --model FILE, --embedding FILE or --encoding NAME, found none: the strategy ${options.strategy} learns from points.`,
  );
}

/** Refuses at once, before minutes of embedding, what the search would refuse after it. */
function checkSearch(table: LabelTable, { metric, report, cost }: SearchOptions, budget: Budget): void {
  const objective = labelTableObjective(table, { metric, report, cost });
  const candidates = Array.from({ length: objective.size }, (_, index) => objective.has(index)).filter((has) => has).length;
  checkBudget(budget, objective, candidates);
}

function testWarning(metric: string): string[] {
  if (!isTestMetric(metric)) return [];
  return [
    `${metric} is a test metric: this search optimises test values, which should only be reported, and is no fair comparison.`,
  ];
}

async function openPoints(
  space: SearchSpace,
  options: SearchOptions,
  to: Output,
): Promise<{ embedding: PointSource; provenance: Record<string, string> }> {
  if (options.encoding !== undefined) return { embedding: options.encoding, provenance: { encoding: options.encoding } };
  return openEmbedding(space, options, to);
}

/** Counts queries where their number is known, else runs. */
function progressCounter(to: Output, budget: Budget, runs: number) {
  const unit = "queries" in budget ? "queries" : "runs";
  const total = "queries" in budget ? budget.queries * runs : runs;
  const progress = to.progress(unit);
  let done = 0;
  const add = (count: number): void => {
    done += count;
    progress.update(Math.min(done, total), total, "", { unit });
  };
  return {
    queries: (count: number) => unit === "queries" && add(count),
    run: () => unit === "runs" && add(1),
    clear: () => progress.clear(),
  };
}
