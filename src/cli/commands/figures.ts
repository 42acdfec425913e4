import { basename, join } from "node:path";
import { Argument, type Command, Option } from "commander";
import { SCHEMES, type Scheme } from "../../drawing/colour-maps.ts";
import { InputError } from "../../errors.ts";
import type { Figure } from "../../figures/compute.ts";
import { FIGURE_WORDS, FIGURES, type FigureInput, type FigureLabels, type FigureName, obstacleTo } from "../../figures/figure.ts";
import { PAPER } from "../../figures/published.ts";
import { readLabelTable } from "../../formats/read-label-table.ts";
import { tableText } from "../../formats/table-text.ts";
import type { SearchSpace } from "../../spaces/space.ts";
import { inSlices } from "../../spaces/steps.ts";
import { VERSION } from "../../version.ts";
import { PROTOCOLS, type Protocol } from "../../vgae/config.ts";
import { seedList } from "../arguments.ts";
import { openEmbedding, shippedModel } from "../embedding.ts";
import { checkOutput, readInput, writeOutput } from "../files.ts";
import { backendOption, type CommandBackend } from "../model.ts";
import { type Output, output } from "../output.ts";
import { namedSpace, PREPARE_LINE, prepare, type SampleOptions, SPACE_HELP, withSpace } from "../space.ts";
import { EXIT, EXIT_HELP, type ExitCode, Interrupted, type Terminal, unlessInterrupted } from "../terminal.ts";

interface FiguresOptions extends SampleOptions {
  readonly model?: string;
  readonly embedding?: string;
  readonly pretrained?: Protocol;
  readonly table?: string;
  readonly metric?: string;
  readonly seeds?: readonly number[];
  readonly scheme: Scheme;
  readonly out: string;
  readonly backend?: CommandBackend;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function figuresCommand(program: Command, terminal: Terminal, done: (code: ExitCode) => void): void {
  withSpace(
    program
      .command("figures")
      .summary("make the figures of the arch2vec paper about an embedding")
      .description(
        "Computes and draws the paper's figures for an embedding of a search space, published values beside measured ones: each as SVG, CSV and JSON, and all on one HTML page that needs nothing else.",
      ),
  )
    .addArgument(new Argument("[names...]", `${FIGURES.join(", ")}; default: all that can be had`).choices(FIGURES))
    .addOption(new Option("--model <file>", "checkpoint to embed the space with").conflicts(["embedding", "pretrained"]))
    .addOption(
      new Option(
        "--embedding <file>",
        "embedding instead of a model: .safetensors or .npy, as `archscape embed` writes them",
      ).conflicts("pretrained"),
    )
    .addOption(
      new Option("--pretrained <protocol>", "a model that comes with archscape; default: released, where there is one").choices(
        PROTOCOLS,
      ),
    )
    .option("--table <file>", "label table, as for `archscape search`; without one, figures of labels are left out")
    .option("--metric <column>", "its column")
    .option("--seeds <list>", "7, 1-10 or 1-5,11; default: 1-10, as many as in the paper", seedList)
    .addOption(new Option("--scheme <name>", "colour map").choices(SCHEMES).default("viridis"))
    .requiredOption("--out <folder>", "where figures.html and NAME.svg, NAME.csv, NAME.json of each figure are written")
    .addOption(backendOption())
    .option("--force", "replace files that exist")
    .option("--json", "one JSON object a line on standard output")
    .addHelpText("after", HELP)
    .action(async (space: string, names: FigureName[], options: FiguresOptions) => {
      const made = figures(space, names, options, output(terminal, options.json === true), terminal);
      done(await unlessInterrupted(made, terminal));
    });
}

const named = FIGURES.map((name) => {
  const { number, about, needsLabels } = FIGURE_WORDS[name];
  return `  ${name.padEnd(11)} figure ${number}${needsLabels ? ", needs --table and --metric" : ""}: ${about}`;
}).join("\n");

const HELP = `
Figures:
${named}

The paper's curves of searches, best so far and its distribution over seeds, are in the report of \`archscape study\`.
${SPACE_HELP}

Examples:
  archscape figures nasbench201 --table nasbench201.csv --metric c10_test --out figures
  archscape figures nasbench101 prediction map --model nasbench101.safetensors --table nasbench101.csv.gz --metric test_acc --out figures
  archscape figures nasbench101 distance walk --pretrained corrected --seeds 1-20 --out figures

CSV: prediction has seed, rmse, pearson; distance by, at, pairs and of the L2 distances mean, lower_quartile, median, upper_quartile; map x, y (fields
from the lower left), mean, cells; walk seed, cell, index, architecture and from the cell before edits, entries, l2.

JSON lines:
  ${PREPARE_LINE}
  {"type":"progress", done, total, unit: "percent", figure}          at most once a second
  {"type":"figure", name, files, findings: [{what, here, published, supervised}], seconds}
                                                                     a figure that is done; values as text, seconds of wall time
  {"type":"result", space, page, figures, missing: [{name, why}], labels, metric, seeds, model | embedding, ..., version}
${EXIT_HELP}`;

async function figures(
  name: string,
  names: readonly FigureName[],
  options: FiguresOptions,
  to: Output,
  terminal: Terminal,
): Promise<ExitCode> {
  const space = namedSpace(name, options);
  const { table, out, seeds = seedList("1-10"), scheme, force = false } = options;
  const wanted = FIGURES.filter((figure) => names.length === 0 || names.includes(figure));
  const missing = wanted.flatMap((figure) => {
    const why = obstacleTo(figure, { space, labels: table });
    return why === undefined ? [] : [{ name: figure, why }];
  });
  const possible = wanted.filter((figure) => missing.every((other) => other.name !== figure));
  const [refused] = missing;
  // What was asked for by name is not left out silently.
  if (refused && (names.length > 0 || possible.length === 0)) throw new InputError(refused.why);
  for (const { why } of missing) to.note(why);
  const path = (file: string): string => join(out, file);
  const files = possible.map((figure) => {
    return { figure, svg: path(`${figure}.svg`), csv: path(`${figure}.csv`), json: path(`${figure}.json`) };
  });
  const page = path("figures.html");
  for (const file of [...files.flatMap(({ svg, csv, json }) => [svg, csv, json]), page]) await checkOutput(file, force);

  const text = table === undefined ? undefined : await tableText(await readInput(table), basename(table));
  const source = options.model ?? options.embedding;
  const shipped = source === undefined ? shippedModel(space, options.pretrained ?? "released") : {};
  await prepare(space, to, terminal);
  const labels = text === undefined ? undefined : labelsIn(space, text, options, to);
  const { embedding, provenance } = await openEmbedding(space, { ...options, ...shipped }, to);
  const input: FigureInput = { space, embedding: embedding as NonNullable<typeof embedding>, labels, seeds };

  const facts = {
    space: space.name,
    ...(space.sample ? { sample: space.sample } : {}),
    labels: table === undefined ? null : basename(table),
    metric: labels?.metric.name ?? null,
    seeds,
    ...provenance,
    version: VERSION,
  };
  // Not before it is needed: the charts are most of what a command would load.
  const { figureJson, figureSvg, figureTable } = await import("../../figures/files.ts");
  const { findings } = await import("../../figures/findings.ts");
  const { figuresPage } = await import("../../figures/page.ts");
  const origin = `${space.title}, ${provenanceText(provenance)}`;
  const made: Figure[] = [];
  for (const { figure, svg, csv, json } of files) {
    const start = performance.now();
    const data = await computed(figure, input, { before: made.length, of: possible.length }, to, terminal);
    const { title, number, needsLabels, seeds: used } = FIGURE_WORDS[figure];
    const caption = [
      `${title} (figure ${number} of ${PAPER.short})`,
      `${origin}${needsLabels ? `, labels of ${facts.labels}` : ""}, ${seedsText(used === "all" ? seeds : seeds.slice(0, 1))}`,
    ];
    await writeOutput(svg, figureSvg(data, space, scheme, caption));
    await writeOutput(csv, figureTable(data, space));
    await writeOutput(json, figureJson(data, facts));
    made.push(data);
    const found = findings(data);
    to.line({
      type: "figure",
      name: figure,
      files: [svg, csv, json],
      findings: found,
      seconds: (performance.now() - start) / 1000,
    });
    to.say(title);
    for (const { what, here, published } of found)
      to.say(`  ${what}: ${here}${published === undefined ? "" : ` (published ${published})`}`);
  }
  const told = Object.entries(facts).map(
    ([key, value]) => [key, Array.isArray(value) ? value.join(", ") : String(value)] as const,
  );
  await writeOutput(
    page,
    figuresPage({ space, figures: made, missing, source: `${origin}.`, facts: told, scheme, version: VERSION }),
  );
  to.line({ type: "result", page, figures: made.map((figure) => figure.name), missing, ...facts });
  to.say(page);
  return EXIT.ok;
}

/** @throws InputError where no column or a wrong one is named */
function labelsIn(space: SearchSpace, text: string, { table = "", metric }: FiguresOptions, to: Output): FigureLabels {
  const { metrics, warnings } = readLabelTable(space, text, { source: basename(table) });
  const found = metrics.find((column) => column.name === metric);
  if (!found) {
    const known = metrics.map((column) => column.name).join(", ");
    throw new InputError(
      metric === undefined
        ? `Which column of ${basename(table)}? Give --metric COLUMN; it has ${known}.`
        : `The column "${metric}" is not in ${basename(table)}; it has ${known}.`,
    );
  }
  for (const warning of warnings) to.warn(warning);
  const { name, quantity, unit, goal, scale, values } = found;
  return { metric: { name, quantity, unit, goal, scale }, values };
}

async function computed(
  figure: FigureName,
  input: FigureInput,
  { before, of }: { readonly before: number; readonly of: number },
  to: Output,
  { interrupted }: Terminal,
): Promise<Figure> {
  const progress = to.progress("%");
  const { figureSteps } = await import("../../figures/compute.ts");
  try {
    return await inSlices(figureSteps(figure, input), {
      signal: interrupted,
      onProgress: (share) =>
        progress.update(Math.floor((100 * (before + share)) / of), 100, FIGURE_WORDS[figure].title, { unit: "percent", figure }),
    });
  } catch (error) {
    throw interrupted.aborted ? new Interrupted() : error;
  } finally {
    progress.clear();
  }
}

/** Whose embedding it is: file, protocol and seed of the model, or the file of the embedding. */
const provenanceText = ({ model, embedding, model_protocol, model_seed }: Readonly<Record<string, string>>): string =>
  [model ?? embedding ?? "", model_protocol && `protocol ${model_protocol}`, model_seed && `seed ${model_seed}`]
    .filter(Boolean)
    .join(", ");

const seedsText = (seeds: readonly number[]): string => (seeds.length === 1 ? `seed ${seeds[0]}` : `${seeds.length} seeds`);
