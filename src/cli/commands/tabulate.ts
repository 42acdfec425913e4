import { appendFile, readFile, truncate } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { basename } from "node:path";
import type { Command } from "commander";
import Papa from "papaparse";
import type { EvaluationJob } from "../../../workers/evaluation-protocol.ts";
import { type ImageData, readImages, type SplitCounts } from "../../datasets/images.ts";
import { InputError } from "../../errors.ts";
import type { LabelTable } from "../../formats/label-table.ts";
import { readLabelTable } from "../../formats/read-label-table.ts";
import { tableText } from "../../formats/table-text.ts";
import { DEFAULT_SCHEDULE } from "../../networks/schedule.ts";
import { checkSize, type NetworkSize } from "../../networks/size.ts";
import { columnsOf, type Evaluated, OBJECTIVES, type ObjectiveName } from "../../objectives/evaluation.ts";
import { PROXIES, PROXY_FACTS } from "../../objectives/zero-cost/proxies.ts";
import { kendallTau } from "../../predictors/agreement.ts";
import { generator } from "../../random/generator.ts";
import { requestOf } from "../../spaces/index.ts";
import type { SearchSpace } from "../../spaces/space.ts";
import { VERSION } from "../../version.ts";
import { wholeFrom } from "../arguments.ts";
import { checkOutput, readInput, writeOutput } from "../files.ts";
import { duration, type Output, output } from "../output.ts";
import { namedSpace, PREPARE_LINE, prepare, type SampleOptions, SPACE_HELP, withSpace } from "../space.ts";
import { EXIT, EXIT_HELP, type ExitCode, type Terminal } from "../terminal.ts";

interface TabulateOptions extends SampleOptions {
  readonly objectives: readonly ObjectiveName[];
  readonly out: string;
  readonly architectures?: number;
  readonly seed: number;
  readonly images?: string;
  readonly channels: number;
  readonly depth: number;
  readonly stages: number;
  readonly batch: number;
  readonly epochs: number;
  readonly train: number;
  readonly validation: number;
  readonly test: number;
  readonly jobs?: number;
  readonly compare?: string;
  readonly metric?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

const DIGITS = new URL("../../../data/digits.safetensors", import.meta.url);

export function tabulateCommand(program: Command, terminal: Terminal, done: (code: ExitCode) => void): void {
  withSpace(
    program
      .command("tabulate")
      .summary("make a label table of one's own: zero-cost scores, or real training, without a benchmark")
      .description(
        "Turns architectures into networks, evaluates them on images, and appends a row each to a label table that search, study, predict and the lab read. The same command again goes on where it was stopped.",
      ),
  )
    .requiredOption("--objectives <list>", `of ${OBJECTIVES.join(", ")}; with commas`, objectiveList)
    .requiredOption("--out <file>", "the table, .csv; how it was made is kept beside it in .json")
    .option("--architectures <n>", "how many, drawn at random, of the same architecture one; default: all", wholeFrom(1))
    .option("--seed <n>", "of the draw, weights and order of images", wholeFrom(0), 1)
    .option(
      "--images <file>",
      ".safetensors with images (n x side x side x channels) and labels, bytes; default: 8,000 digits of 14 pixels that come along",
    )
    .option("--channels <n>", "width of the first stage", wholeFrom(2), 8)
    .option("--depth <n>", "cells a stage", wholeFrom(1), 1)
    .option("--stages <n>", "stages; each further one has half the side and twice the channels", wholeFrom(1), 2)
    .option("--batch <n>", "images that the zero-cost scores see", wholeFrom(2), 64)
    .option("--epochs <n>", "of training", wholeFrom(1), DEFAULT_SCHEDULE.epochs)
    .option("--train <n>", "images to train on", wholeFrom(10), 4000)
    .option("--validation <n>", "images of valid_accuracy", wholeFrom(10), 2000)
    .option("--test <n>", "images of test_accuracy", wholeFrom(10), 2000)
    .option("--jobs <n>", "threads; default: one a processor core", wholeFrom(1))
    .option("--compare <file>", "another label table: say how the objectives rank the architectures of both (Kendall's tau)")
    .option("--metric <column>", "its column")
    .option("--force", "begin anew; the table there is replaced")
    .option("--json", "one JSON object a line on standard output")
    .addHelpText("after", HELP)
    .action(async (space: string, options: TabulateOptions) => {
      done(await tabulate(space, options, output(terminal, options.json === true), terminal));
    });
}

const HELP = `${SPACE_HELP}

Objectives:
  params, macs         of the network at this size
${PROXIES.map((name) => `  ${name.padEnd(20)} ${PROXY_FACTS[name].title}\n${" ".repeat(23)}${PROXY_FACTS[name].source}`).join("\n")}
  accuracy             columns valid_accuracy, test_accuracy (fractions) and train_loss after training: SGD with Nesterov momentum ${DEFAULT_SCHEDULE.momentum},
                       weight decay ${DEFAULT_SCHEDULE.weightDecay}, batches of ${DEFAULT_SCHEDULE.batchSize}, learning rate ${DEFAULT_SCHEDULE.learningRate} along half a cosine to 0
The networks run on TensorFlow.js (WebAssembly), a thread each. A score that a network does not have is left empty. A row does not depend on the
number of threads, but for its seconds.

Examples:
  archscape tabulate nasbench201 --objectives naswot,params --architectures 1000 --out scores.csv
  archscape tabulate nasbench201 --objectives accuracy --out digits.csv
  archscape search nasbench201 --labels scores.csv --metric naswot --strategy evolution --queries 100

JSON lines:
  ${PREPARE_LINE}
  {"type":"progress", done, total, unit: "architectures", secondsLeft}   at most once a second
  {"type":"result", space, out, objectives, rows, total, seconds (of this run), version, compared: [{objective, metric, architectures, tau}]}
${EXIT_HELP}`;

function objectiveList(text: string): ObjectiveName[] {
  const names = text.split(",").map((name) => name.trim());
  for (const name of names) {
    if (!(OBJECTIVES as readonly string[]).includes(name)) {
      throw new InputError(`--objectives: expected ${OBJECTIVES.join(", ")}, found "${name}".`);
    }
  }
  return [...new Set(names as ObjectiveName[])];
}

async function tabulate(name: string, options: TabulateOptions, to: Output, terminal: Terminal): Promise<ExitCode> {
  const space = namedSpace(name, options);
  if (!/\.csv$/i.test(options.out)) throw new InputError(`--out: expected a file name that ends in .csv, found ${options.out}.`);
  const images = await openImages(options.images);
  const size: NetworkSize = {
    channels: options.channels,
    cells: options.depth,
    stages: options.stages,
    image: { channels: images.channels, side: images.side },
    classes: images.classes,
  };
  checkSize(space.name, size);
  const counts = countsOf(options, images);
  await checkOutput(options.out, true);
  await prepare(space, to, terminal);
  const truth = await openTruth(space, options);

  // Not before it is needed: TensorFlow.js is most of what the command would load.
  const { ADAPTER, evaluateAll } = await import("../evaluations.ts");
  const { objectives, seed, batch } = options;
  const setting = { objectives, size, schedule: { ...DEFAULT_SCHEDULE, epochs: options.epochs }, batch, seed };
  const job: EvaluationJob = { space: requestOf(space), setting, images, counts };
  const made = `${JSON.stringify(
    {
      archscape: "table 1",
      space: requestOf(space),
      ...setting,
      images: images.title,
      counts,
      backend: ADAPTER,
      version: VERSION,
    },
    null,
    2,
  )}\n`;
  const columns = objectives.flatMap(columnsOf);
  const store = await openTable(options.out, made, ["idx", "arch", ...columns, "seconds"], options.force === true);

  const all = drawn(space, seed, options.architectures);
  const left = all.filter((index) => !store.rows.has(index));
  const progress = to.progress("architectures");
  const begin = performance.now();
  let ended = 0;
  await evaluateAll(job, left, options.jobs ?? availableParallelism(), terminal.interrupted, (index, values, seconds) => {
    ended++;
    store.append(index, [index, space.format(index), ...columns.map((column) => cellOf(values, column)), seconds.toFixed(2)]);
    const secondsLeft = ((performance.now() - begin) / 1000 / ended) * (left.length - ended);
    progress.update(all.length - left.length + ended, all.length, `${duration(secondsLeft)} left`, {
      unit: "architectures",
      secondsLeft,
    });
  });
  progress.clear();
  await store.written();

  const rows = all.filter((index) => store.rows.has(index)).length;
  const compared = truth ? await compare(space, options.out, truth, columns) : [];
  to.line({
    type: "result",
    space: space.name,
    out: options.out,
    objectives,
    rows,
    total: all.length,
    seconds: (performance.now() - begin) / 1000,
    version: VERSION,
    compared,
  });
  to.say(`${options.out}: ${rows} of ${all.length} architectures`);
  for (const { objective, metric, architectures, tau } of compared) {
    to.say(`${objective} and ${metric}: Kendall's tau ${tau.toFixed(3)} over ${architectures} architectures`);
  }
  return terminal.interrupted.aborted ? EXIT.cancelled : EXIT.ok;
}

async function openImages(path: string | undefined): Promise<ImageData> {
  if (path !== undefined) return readImages(await readInput(path), basename(path));
  return readImages(await readFile(DIGITS), "the digits");
}

function countsOf({ train, validation, test }: TabulateOptions, images: ImageData): SplitCounts {
  const wanted = train + validation + test;
  if (wanted > images.count) {
    throw new InputError(
      `--train, --validation and --test: expected at most ${images.count} images together, as many as ${images.title} has, found ${wanted}.`,
    );
  }
  return { train, validation, test };
}

/** Distinct architectures in an order that the seed alone decides, so that more of them go on where fewer ended. */
function drawn(space: SearchSpace, seed: number, count: number | undefined): number[] {
  const distinct = Uint32Array.from({ length: space.size }, (_, index) => index).filter(
    (index) => space.canonical(index) === index,
  );
  if (count !== undefined && count > distinct.length) {
    throw new InputError(
      `--architectures: expected at most ${distinct.length}, the distinct ones of ${space.title}, found ${count}.`,
    );
  }
  return Array.from(
    generator(seed, "objective")
      .shuffle(distinct)
      .subarray(0, count ?? distinct.length),
  );
}

const cellOf = (values: Evaluated, column: string): string => {
  const value = values[column];
  return value === undefined || !Number.isFinite(value) ? "" : String(Number(value.toPrecision(9)));
};

interface TableStore {
  /** Architectures that have a row. */
  readonly rows: ReadonlySet<number>;
  append(index: number, cells: readonly (string | number)[]): void;
  written(): Promise<void>;
}

/** The table, cut to its last whole row. @throws InputError where what is there was made in another way */
async function openTable(path: string, made: string, header: readonly string[], force: boolean): Promise<TableStore> {
  const sidecar = path.replace(/\.csv$/i, ".json");
  const text = force ? "" : await readFile(path, "utf8").catch(() => "");
  const line = (cells: readonly (string | number)[]): string => `${Papa.unparse([[...cells]])}\n`;
  const rows = new Set<number>();
  if (text === "") {
    await writeOutput(sidecar, made);
    await writeOutput(path, line(header));
  } else {
    const before = await readFile(sidecar, "utf8").catch(() => "");
    if (before !== made || !text.startsWith(line(header))) {
      throw new InputError(
        `${path} was made in another way than is asked for now (see ${sidecar}): choose another --out, or begin anew with --force.`,
      );
    }
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    await truncate(path, Buffer.byteLength(whole));
    for (const row of whole.split("\n").slice(1, -1)) rows.add(Number.parseInt(row, 10));
  }
  let last: Promise<void> = Promise.resolve();
  return {
    rows,
    append(index, cells) {
      rows.add(index);
      last = last.then(() => appendFile(path, line(cells)));
    },
    written: () => last,
  };
}

async function openTruth(
  space: SearchSpace,
  { compare, metric }: TabulateOptions,
): Promise<{ readonly table: LabelTable; readonly metric: string } | undefined> {
  if (compare === undefined && metric === undefined) return undefined;
  if (compare === undefined || metric === undefined)
    throw new InputError("--compare and --metric belong together: give both, or neither.");
  const table = await readTable(space, compare);
  if (!table.metrics.some(({ name }) => name === metric)) {
    throw new InputError(
      `The column "${metric}" is not in ${compare}, which has ${table.metrics.map(({ name }) => name).join(", ")}.`,
    );
  }
  return { table, metric };
}

const readTable = async (space: SearchSpace, path: string): Promise<LabelTable> =>
  readLabelTable(space, await tableText(await readInput(path), basename(path)), { source: basename(path) });

async function compare(
  space: SearchSpace,
  path: string,
  { table, metric }: { readonly table: LabelTable; readonly metric: string },
  columns: readonly string[],
) {
  const own = await readTable(space, path);
  const values = table.metrics.find(({ name }) => name === metric)?.values ?? new Float64Array(0);
  return own.metrics
    .filter(({ name }) => columns.some((column) => column.startsWith(name)))
    .map((column) => {
      const both = Array.from(column.values.keys()).filter(
        (index) => Number.isFinite(column.values[index]) && Number.isFinite(values[index]),
      );
      const of = (list: ArrayLike<number>): number[] => both.map((index) => list[index] as number);
      return { objective: column.name, metric, architectures: both.length, tau: kendallTau(of(column.values), of(values)) };
    });
}
