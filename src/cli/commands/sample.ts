import type { Command } from "commander";
import Papa from "papaparse";
import { InputError } from "../../errors.ts";
import { sampleMetadata } from "../../spaces/sample-metadata.ts";
import type { Membership, SearchSpace } from "../../spaces/space.ts";
import { VERSION } from "../../version.ts";
import type { Inference } from "../../vgae/lasting.ts";
import { readPrior, writePrior } from "../../vgae/prior/file.ts";
import { fitPrior, heldOutLikelihood, paperPrior } from "../../vgae/prior/fit.ts";
import { LEAST_STD, PRIORS, type Prior, type PriorName } from "../../vgae/prior/prior.ts";
import { drawSamples, type SampleQuality } from "../../vgae/prior/samples.ts";
import { wholeFrom } from "../arguments.ts";
import { checkOutput, readInput, writeOutput } from "../files.ts";
import { backendOption, type CommandBackend, type CommandModel, modelProvenance, openModel, readModel } from "../model.ts";
import { type Output, output, percent } from "../output.ts";
import { namedSpace, PREPARE_LINE, prepare, type SampleOptions, SPACE_HELP, withSpace } from "../space.ts";
import { EXIT, EXIT_HELP, type ExitCode, type Terminal, unlessInterrupted } from "../terminal.ts";

interface DrawOptions extends SampleOptions {
  readonly model: string;
  readonly prior: string;
  readonly count: number;
  readonly seed: number;
  readonly fitSeed: number;
  readonly inSpace?: boolean;
  readonly out?: string;
  readonly savePrior?: string;
  readonly backend?: CommandBackend;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function sampleCommand(program: Command, terminal: Terminal, done: (code: ExitCode) => void): void {
  withSpace(
    program
      .command("sample")
      .summary("draw architectures from a prior over a model's latents")
      .description(
        "Draws points from a prior over the latents of a pre-trained model, decodes them, and says what the samples are worth. Nothing is repaired or drawn again.",
      ),
  )
    .requiredOption(
      "--model <file>",
      "checkpoint: from `archscape pretrain`, or weights of the original PyTorch code as .safetensors",
    )
    .option("--prior <name>", "codes, paper, or a .safetensors that --save-prior wrote", "codes")
    .option("--count <n>", "samples", wholeFrom(1), 1000)
    .option("--seed <n>", "seed of the draws, 0 to 4294967295", wholeFrom(0), 0)
    .option("--fit-seed <n>", "seed of fitting the prior of codes, 0 to 4294967295", wholeFrom(0), 0)
    .option("--in-space", "decode every point as the most probable member of the space, instead of entry by entry")
    .option("--out <file>", "write the samples as CSV: sample, index, architecture, reason")
    .option("--save-prior <file>", "write the fitted prior of codes as .safetensors")
    .addOption(backendOption())
    .option("--force", "replace files that exist")
    .option("--json", "one JSON object a line on standard output")
    .addHelpText(
      "after",
      `${SPACE_HELP}

Priors:
  codes  fitted to the latents of the training part, without labels: codebooks a node, an autoregression over codes, means with
         interactions of codes and a Gaussian around them. Fitting takes from seconds to a minute or two.
  paper  the Gaussian of the paper: mean and standard deviation of mu, a node and dimension

Examples:
  archscape sample nasbench201 --model model.safetensors --count 10000 --seed 1
  archscape sample nasbench201 --model model.safetensors --prior paper --in-space --count 100 --out samples.csv

JSON lines:
  ${PREPARE_LINE}
  {"type":"result", space, prior, fit_seconds, decoding: "plain" | "in-space", samples, seed, fit_seed, shares from 0 to 1: validity (as
    the paper's code checks it), uniqueness (distinct module hashes among the valid), inSpaceValidity, inSpaceUniqueness (distinct members
    among the members), uniformUniqueness (what uniform draws would reach, on average), coverage (of the whole space), heldOutShare (held-out
    architectures among the members; the space has ${percent(0.1, 0)}), heldOutCoverage; heldOutLogLikelihood (nats a graph, mean; no
    standard deviation of a prior counts as less than ${LEAST_STD}), heldOutGraphs, model, ..., adapter, backend, version}
${EXIT_HELP}`,
    )
    .action(async (space: string, options: DrawOptions) => {
      done(await unlessInterrupted(sample(space, options, output(terminal, options.json === true), terminal), terminal));
    });
}

async function sample(name: string, options: DrawOptions, to: Output, terminal: Terminal): Promise<ExitCode> {
  const space = namedSpace(name, options);
  checkOptions(options);
  for (const file of [options.out, options.savePrior]) if (file !== undefined) await checkOutput(file, options.force === true);
  const model = await readModel(space, options.model);
  const priorFile = isPriorName(options.prior) ? undefined : await readInput(options.prior);
  await prepare(space, to, terminal);
  const opened = await openModel(options.backend, to, space, model);
  try {
    const { model: trainer } = opened;
    const started = performance.now();
    const prior = priorFile
      ? readPrior(priorFile, model.shape, model.state.parameters, options.prior)
      : await fitted(trainer, space, model, options, to, terminal);
    const fitSeconds = (performance.now() - started) / 1000;
    const decoding = options.inSpace ? "in-space" : "plain";
    const { members, quality } = await drawSamples(trainer, space, prior, { count: options.count, seed: options.seed, decoding });
    const heldOut = await heldOutLikelihood(trainer, space, prior);
    if (options.out !== undefined) await writeOutput(options.out, samplesTable(space, members));
    const { logLikelihood: heldOutLogLikelihood, graphs: heldOutGraphs } = heldOut;
    to.line({
      type: "result",
      space: space.name,
      ...(space.sample ? { sample: space.sample } : {}),
      prior: prior.name,
      fit_seconds: Math.round(fitSeconds * 10) / 10,
      seed: options.seed,
      fit_seed: options.fitSeed,
      ...quality,
      heldOutLogLikelihood,
      heldOutGraphs,
      ...modelProvenance(model),
      adapter: opened.backend.adapter,
      backend: opened.backend.name,
      version: VERSION,
    });
    tell(to, space, prior.name, quality, heldOutLogLikelihood);
    return EXIT.ok;
  } finally {
    opened.close();
  }
}

function isPriorName(text: string): text is PriorName {
  return (PRIORS as readonly string[]).includes(text);
}

function checkOptions({ prior, savePrior, out, seed, fitSeed }: DrawOptions): void {
  if (!isPriorName(prior) && !/\.safetensors$/i.test(prior)) {
    throw new InputError(`--prior: expected ${PRIORS.join(", ")} or a file that ends in .safetensors, found ${prior}.`);
  }
  if (savePrior !== undefined && prior !== "codes")
    throw new InputError(`--save-prior: only a prior of codes can be saved, not ${prior}.`);
  if (savePrior !== undefined && !/\.safetensors$/i.test(savePrior)) {
    throw new InputError(`--save-prior: expected a file name that ends in .safetensors, found ${savePrior}.`);
  }
  if (out !== undefined && !/\.csv$/i.test(out))
    throw new InputError(`--out: expected a file name that ends in .csv, found ${out}.`);
  for (const [name, value] of [
    ["--seed", seed],
    ["--fit-seed", fitSeed],
  ] as const) {
    if (value >= 2 ** 32) throw new InputError(`${name}: expected a whole number from 0 to 4294967295, found ${value}.`);
  }
}

async function fitted(
  trainer: Inference,
  space: SearchSpace,
  model: CommandModel,
  { prior, fitSeed, savePrior }: DrawOptions,
  to: Output,
  { interrupted }: Terminal,
): Promise<Prior> {
  if (prior === "paper") return paperPrior(trainer, space, model.state.prior);
  const progress = to.progress("%");
  const codes = await fitPrior(trainer, space, fitSeed, {
    signal: interrupted,
    onProgress: (share) => progress.update(Math.round(100 * share), 100, "fitting the prior", { fitting: "prior" }),
  }).finally(progress.clear);
  if (savePrior !== undefined) {
    const provenance = {
      space: space.name,
      ...sampleMetadata(space),
      ...modelProvenance(model),
      fit_seed: String(fitSeed),
      version: VERSION,
    };
    await writeOutput(savePrior, writePrior(codes, model.state.parameters, provenance));
  }
  return codes;
}

function samplesTable(space: SearchSpace, members: readonly Membership[]): string {
  const rows = members.map((member, i) =>
    "index" in member ? [i, member.index, space.format(member.index), ""] : [i, "", "", member.reason],
  );
  return `${Papa.unparse([["sample", "index", "architecture", "reason"], ...rows], { newline: "\n" })}\n`;
}

function tell(to: Output, space: SearchSpace, prior: PriorName, quality: SampleQuality, logLikelihood: number): void {
  const { samples, decoding } = quality;
  to.say(
    `${samples.toLocaleString("en")} samples of ${space.title} from the prior "${prior}", decoded ${decoding === "plain" ? "plainly" : "within the space"}`,
  );
  to.say(
    `valid         ${percent(quality.validity)} as the paper's code checks it, ${percent(quality.uniqueness)} of those unique`,
  );
  to.say(
    `in the space  ${percent(quality.inSpaceValidity)}, ${percent(quality.inSpaceUniqueness)} of those unique; uniform draws reach ${percent(quality.uniformUniqueness)}`,
  );
  to.say(`coverage      ${percent(quality.coverage)} of the space, ${percent(quality.heldOutCoverage)} of what is held out`);
  to.say(
    `held out      ${percent(quality.heldOutShare)} of the members drawn; the space has ${percent(1 - space.trainSize / space.size)}`,
  );
  to.say(`likelihood    ${logLikelihood.toFixed(1)} nats a held-out graph`);
}
