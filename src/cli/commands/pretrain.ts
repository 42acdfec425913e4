import { type Command, Option } from "commander";
import { InputError } from "../../errors.ts";
import type { SearchSpace } from "../../spaces/space.ts";
import { VERSION } from "../../version.ts";
import { adapterText, type Backend } from "../../vgae/backend.ts";
import { inForce } from "../../vgae/changes.ts";
import { writeCheckpoint } from "../../vgae/checkpoint.ts";
import {
  DEFAULT_TRAINING,
  ENCODERS,
  type Encoder,
  HIDDEN,
  type ModelShape,
  modelShape,
  PROTOCOLS,
  type Protocol,
  type TrainingOptions,
  trainingOptions,
} from "../../vgae/config.ts";
import { type Inference, lastingModel, placeFrom } from "../../vgae/lasting.ts";
import { type EpochReport, pretraining } from "../../vgae/pretrain.ts";
import { type ModelQuality, modelQuality, PAPER_SAMPLES } from "../../vgae/quality.ts";
import type { TrainingState } from "../../vgae/state.ts";
import type { Trainer } from "../../vgae/trainer.ts";
import { namedVariant, VARIANT_NAMES } from "../../vgae/webgpu/variant.ts";
import { decimal, wholeFrom } from "../arguments.ts";
import { checkOutput, writeOutput } from "../files.ts";
import { backendOption, type CommandBackend, type CommandModel, evaluator, openCommandBackend, readModel } from "../model.ts";
import { duration, type Output, output, percent } from "../output.ts";
import { namedSpace, PREPARE_LINE, prepare, type SampleOptions, SPACE_HELP, withSpace } from "../space.ts";
import { EXIT, EXIT_HELP, type ExitCode, type Terminal } from "../terminal.ts";

interface PretrainOptions extends SampleOptions {
  readonly protocol?: Protocol;
  readonly epochs?: number;
  readonly seed?: number;
  readonly batchSize?: number;
  readonly learningRate?: number;
  readonly dropout?: number;
  readonly klWeight?: number;
  readonly encoder?: Encoder;
  /** `false` where --no-variational is given; commander says `true` where it is not. */
  readonly variational: boolean;
  readonly samples: number;
  readonly steps?: number;
  readonly out: string;
  readonly resume?: string;
  readonly weightsOnly?: boolean;
  readonly backend?: CommandBackend;
  readonly variant?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

const SETTINGS = ["protocol", "epochs", "seed", "batchSize", "learningRate", "dropout", "klWeight", "encoder"] as const;

export function pretrainCommand(program: Command, terminal: Terminal, done: (code: ExitCode) => void): void {
  const { protocol, epochs, seed, batchSize, learningRate, dropout, klWeight, encoder } = DEFAULT_TRAINING;
  withSpace(
    program
      .command("pretrain")
      .summary("learn an embedding of a search space, without labels")
      .description(
        "Pre-trains arch2vec (a variational graph autoencoder) on 90 % of a search space, without any accuracy labels, and judges it on the rest.",
      ),
  )
    .requiredOption("--out <file>", "checkpoint to write: .safetensors with PyTorch's tensor names and the optimiser's state")
    .addOption(
      new Option(
        "--protocol <name>",
        `released: as the public code, which stops drawing noise after its first epoch; corrected: as the paper says; default ${protocol}`,
      ).choices(PROTOCOLS),
    )
    .option("--epochs <n>", `passes over the training part, 1 to 10000; default ${epochs}`, wholeFrom(1))
    .option("--seed <n>", `0 to 4294967295; same seed, adapter and variant: the same bytes; default ${seed}`, wholeFrom(0))
    .option("--batch-size <n>", `graphs a step, 1 to 32; default ${batchSize}`, wholeFrom(1))
    .option("--learning-rate <x>", `Adam's step size, above 0, at most 1; default ${learningRate}`, decimal)
    .option("--dropout <x>", `share of latent values zeroed before the decoder, from 0, below 1; default ${dropout}`, decimal)
    .option("--kl-weight <x>", `factor of the KL term, from 0; default ${klWeight}, with --no-variational 0`, decimal)
    .addOption(
      new Option(
        "--encoder <name>",
        `gin: graph isomorphism layers, as arch2vec; gcn: graph convolutions; default ${encoder}`,
      ).choices(ENCODERS),
    )
    .option("--no-variational", "a plain autoencoder: z = mu without noise in every epoch, and no KL term")
    .option(
      "--samples <n>",
      `points drawn from the prior to judge an epoch; the last epoch always draws ${PAPER_SAMPLES}, as the paper does`,
      wholeFrom(1),
      1000,
    )
    .option(
      "--steps <n>",
      "stop once the run has done so many optimiser steps in all; to try things, and to resume later",
      wholeFrom(1),
    )
    .option("--resume <file>", "go on from a checkpoint, with its options; --epochs may raise the number of epochs")
    .addOption(
      new Option(
        "--variant <name>",
        "kernels to compute with: another variant gives other bits, and f16 rounds more; default: those of --resume, else the fastest of f32, measured once an adapter; means --backend webgpu",
      ).choices(VARIANT_NAMES),
    )
    .option("--weights-only", "leave the optimiser's state out: a third of the size, cannot be resumed")
    .addOption(backendOption())
    .option("--force", "replace the file of --out if it exists")
    .option("--json", "one JSON object a line on standard output")
    .addHelpText("after", HELP)
    .action(async (space: string, options: PretrainOptions) => {
      done(await pretrain(space, options, output(terminal, options.json === true), terminal));
    });
}

const HELP = `${SPACE_HELP}

Examples:
  archscape pretrain nasbench201 --protocol released --epochs 10 --seed 3 --out model.safetensors --json
  archscape pretrain nasbench201 --steps 100 --out try.safetensors
  archscape pretrain nasbench101 --epochs 8 --out nasbench101.safetensors
  archscape pretrain darts --cells 20000 --cells-seed 1 --epochs 2 --out darts.safetensors
  archscape pretrain nasbench201 --encoder gcn --no-variational --out gae.safetensors
  archscape pretrain nasbench201 --resume model.safetensors --epochs 20 --out longer.safetensors

Models of the paper's table 1: arch2vec is the default; "arch2vec without KL" is --kl-weight 0, VGAE is --encoder gcn, GAE is
--encoder gcn --no-variational. Depth, width, batch norm, decoder, dropout and optimiser are arch2vec's in all of them.

The checkpoint is written every few seconds, so that a run that dies loses no more. Ctrl-C ends the run after the step under way and writes it
once more. --resume goes on from it, bit for bit on the same adapter.

JSON lines (shares are fractions in 0..1; losses are means over an epoch's steps in this process; seconds are wall-clock):
  ${PREPARE_LINE}
  {"type":"progress", done, total, stepsPerSecond, secondsLeft, loss}      done and total in steps, at most once a second
  {"type":"device", message, resumedFromStep}                              the device was lost and replaced
  {"type":"epoch", epoch, loss: {total, operations, adjacency, kl}, reconstruction: {ops, adjacency, exact},
    validity, inSpaceValidity, uniqueness, inSpaceUniqueness, samples, seconds}
  {"type":"result", state: "finished" | "stopped" | "cancelled" | "failed", loss (total of the last epoch),
    reconstruction, validity, inSpaceValidity, uniqueness, inSpaceUniqueness, samples, space, protocol, encoder: "gin" | "gcn",
    variational (true or false), klWeight, seed, epochs, step,
    adapter, backend, variant, version, file}; for darts also sample: {seed, count}
  A run that --steps stopped is judged as it is then, with --samples points; one that was cancelled has the numbers of its last epoch, or null.
${EXIT_HELP}`;

async function pretrain(name: string, options: PretrainOptions, to: Output, terminal: Terminal): Promise<ExitCode> {
  const space = namedSpace(name, options);
  await checkOutput(options.out, options.force === true);
  const from = options.resume === undefined ? undefined : await readResumable(space, options.resume);
  const training = settle(options, from);
  if (from && options.steps !== undefined && options.steps <= from.state.step) {
    throw new InputError(`--steps: expected more than the ${from.state.step} steps of ${from.file}, found ${options.steps}.`);
  }
  await prepare(space, to, terminal);
  const progress = to.progress("steps");
  let recent = Number.NaN;
  let sum = 0;
  let steps = 0;
  let backendNow: Backend | undefined;
  const open = async (): Promise<Backend> => {
    // Kernels are named only to be used.
    backendNow = await openCommandBackend(options.backend ?? (options.variant === undefined ? undefined : "webgpu"), to);
    if (options.variant !== undefined)
      expectVariant(options.variant, backendNow, modelShape(space, HIDDEN, training.encoder), training);
    return backendNow;
  };
  const encode = (state: TrainingState, weightsOnly: boolean): Uint8Array => {
    const { shape, variant } = run.trainer as Trainer;
    const adapter = adapterText(backendNow as Backend);
    return writeCheckpoint(
      shape,
      state,
      { space, options: training, changes: run.changes, adapter, version: VERSION, variant },
      { weightsOnly },
    );
  };
  const kept = keeper(options.out, to);
  const run = pretraining(open, {
    space,
    options: training,
    variant: options.variant ?? from?.metadata["variant"],
    epochSamples: options.samples,
    onSnapshot: (state) => kept.save(() => encode(state, false)),
    ...(from ? { resume: from.state, changes: from.changes } : {}),
    ...(options.steps === undefined ? {} : { stopAfter: options.steps }),
  });
  const cancel = (): void => run.cancel();
  if (terminal.interrupted.aborted) cancel();
  terminal.interrupted.addEventListener("abort", cancel, { once: true });
  const outcome = await run.run((event) => {
    if (event.type === "progress") {
      const { step, totalSteps, stepsPerSecond, secondsLeft, metrics } = event;
      for (const { total } of metrics) {
        recent = total;
        sum += total;
        steps++;
      }
      const detail = `loss ${recent.toFixed(4)}, ${stepsPerSecond.toFixed(1)} steps/s, ${duration(secondsLeft)} left`;
      progress.update(step, totalSteps, detail, { stepsPerSecond, secondsLeft, loss: recent });
    } else if (event.type === "epoch") {
      progress.clear();
      sum = 0;
      steps = 0;
      to.line({ type: "epoch", ...event.report });
      to.say(epochText(event.report, training.epochs));
    } else if (event.type === "device-lost") {
      progress.clear();
      to.line({ type: "device", message: event.reason, resumedFromStep: event.resumedFromStep });
      to.note(`The device was lost (${event.reason}); training goes on from step ${event.resumedFromStep}.`);
    }
  });
  terminal.interrupted.removeEventListener("abort", cancel);
  progress.clear();

  const { trainer, backend, snapshot: state } = outcome;
  const madeOn = adapterText(backend);
  if (from) warnOfChanges(from, madeOn, trainer.variant, to);
  const { adapter } = backend;
  const { variant } = trainer;
  await kept.finish();
  await writeOutput(options.out, encode(state, options.weightsOnly === true));

  const end = terminal.interrupted.aborted || outcome.state !== "cancelled" ? outcome.state : "stopped";
  const model = lastingModel(placeFrom(outcome, open, evaluator(space, { state, shape: trainer.shape })));
  const unfinishedLoss = steps > 0 ? sum / steps : Number.NaN;
  const judged = await judge(outcome.epochs, model, end, space, state, training.seed, options.samples, unfinishedLoss);
  trainer.destroy();
  backendNow?.close();
  to.line({
    type: "result",
    state: end,
    ...judged,
    space: space.name,
    ...(space.sample ? { sample: space.sample } : {}),
    protocol: training.protocol,
    encoder: training.encoder,
    variational: training.variational,
    klWeight: training.klWeight,
    seed: training.seed,
    epochs: training.epochs,
    step: state.step,
    adapter,
    backend: backend.name,
    variant,
    version: VERSION,
    file: options.out,
    ...(outcome.message === undefined ? {} : { message: outcome.message }),
  });
  if (outcome.message !== undefined) to.warn(outcome.message);
  if (end === "stopped" && judged.validity !== null) {
    to.say(`Stopped after step ${state.step}: loss ${judged.loss.toFixed(4)}, ${qualityText(judged)}.`);
  }
  const resumable = end === "finished" || options.weightsOnly ? "" : `; go on with --resume ${options.out}`;
  to.say(`${options.out}: ${end} at step ${state.step}${resumable}`);
  return end === "failed" ? EXIT.failed : end === "cancelled" ? EXIT.cancelled : EXIT.ok;
}

interface Keeper {
  /** Starts to write a checkpoint, unless one is being written. */
  save(bytes: () => Uint8Array): void;
  /** Resolves when nothing is being written any more. */
  finish(): Promise<void>;
}

/** Writes checkpoints beside the run: what cannot be written is told once, and the run goes on. */
function keeper(path: string, to: Output): Keeper {
  let writing: Promise<void> | undefined;
  let told = false;
  return {
    save(bytes) {
      writing ??= writeOutput(path, bytes())
        .catch((error: unknown) => {
          if (!told)
            to.warn(
              `The run goes on without intermediate checkpoints. ${error instanceof Error ? error.message : String(error)}`,
            );
          told = true;
        })
        .finally(() => {
          writing = undefined;
        });
    },
    async finish() {
      await writing;
    },
  };
}

/** Options of the command line, or those of the checkpoint where the run goes on. */
function settle(options: PretrainOptions, from: CommandModel | undefined): TrainingOptions {
  const given = {
    ...Object.fromEntries(SETTINGS.flatMap((key) => (options[key] === undefined ? [] : [[key, options[key]]]))),
    ...(options.variational ? {} : { variational: false }),
  } as Partial<TrainingOptions>;
  if (!from?.options) return trainingOptions(given);
  if (given.variational === false && from.options.variational) {
    throw new InputError(
      `--no-variational does not fit --resume: ${from.file} was trained as a variational autoencoder, and its options go on; leave --no-variational out.`,
    );
  }
  const trained = inForce(from.options, from.changes);
  for (const key of SETTINGS) {
    if (key === "epochs" || given[key] === undefined || given[key] === trained[key]) continue;
    const flag = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    throw new InputError(
      `${flag} ${given[key]} does not fit --resume: ${from.file} was trained with ${trained[key]}, and its options go on; leave ${flag} out.`,
    );
  }
  return trainingOptions({ ...from.options, ...(given.epochs === undefined ? {} : { epochs: given.epochs }) });
}

/** @throws InputError where the backend cannot run the kernels that are asked for */
function expectVariant(name: string, { gpu, adapter }: Backend, shape: ModelShape, options: TrainingOptions): void {
  if (!gpu) throw new InputError(`--variant names kernels of WebGPU, but the model runs on ${adapter}.`);
  namedVariant(name, gpu, shape, options);
}

async function readResumable(space: SearchSpace, path: string): Promise<CommandModel> {
  const model = await readModel(space, path);
  if (!model.resumable) {
    throw new InputError(`--resume: expected a checkpoint with its optimiser's state, found weights only in ${path}.`);
  }
  if (model.shape.hidden !== HIDDEN) {
    throw new InputError(`--resume: expected a model of width ${HIDDEN}, found width ${model.shape.hidden} in ${path}.`);
  }
  return model;
}

function warnOfChanges({ file, metadata }: CommandModel, adapter: string, variant: string, to: Output): void {
  for (const [what, before, now] of [
    ["adapter", metadata["adapter"], adapter],
    ["kernel variant", metadata["variant"], variant],
  ] as const) {
    if (before !== undefined && before !== now) {
      to.warn(
        `${file} was trained on the ${what} "${before}", this run on "${now}": the bits are not those of an uninterrupted run.`,
      );
    }
  }
}

type Judged = { readonly loss: number } & (ModelQuality | { readonly [Key in keyof ModelQuality]: null });

/** The numbers of the result: of the last epoch, or of this moment where the run was to stop within an epoch. */
async function judge(
  epochs: readonly EpochReport[],
  model: Inference,
  end: string,
  space: SearchSpace,
  state: TrainingState,
  seed: number,
  samples: number,
  unfinishedLoss: number,
): Promise<Judged> {
  const last = epochs.at(-1);
  if (end === "stopped" && Number.isFinite(unfinishedLoss)) {
    return { loss: unfinishedLoss, ...(await modelQuality(model, space, state.prior, samples, seed)) };
  }
  if (last) {
    const { epoch: _, seconds: __, loss, ...quality } = last;
    return { loss: loss.total, ...quality };
  }
  return {
    loss: unfinishedLoss,
    reconstruction: null,
    validity: null,
    inSpaceValidity: null,
    uniqueness: null,
    inSpaceUniqueness: null,
    samples: null,
  };
}

function epochText({ epoch, loss, seconds, ...quality }: EpochReport, epochs: number): string {
  const terms = `operations ${loss.operations.toFixed(4)}, adjacency ${loss.adjacency.toFixed(4)}, KL ${loss.kl.toFixed(4)}`;
  return `epoch ${epoch}/${epochs}: loss ${loss.total.toFixed(4)} (${terms}), ${qualityText(quality)}, ${duration(seconds)}`;
}

function qualityText({ reconstruction, validity, inSpaceValidity, uniqueness }: ModelQuality): string {
  const { ops, adjacency, exact } = reconstruction;
  return [
    `held-out reconstruction: operations ${percent(ops)}, adjacency ${percent(adjacency)}, whole graphs ${percent(exact)}`,
    `of prior samples valid ${percent(validity, 1)}, in the space ${percent(inSpaceValidity, 1)}, unique ${percent(uniqueness, 1)}`,
  ].join("; ");
}
