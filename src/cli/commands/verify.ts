import { basename } from "node:path";
import { type Command, Option } from "commander";
import { InputError } from "../../errors.ts";
import { VERSION } from "../../version.ts";
import type { ModelShape } from "../../vgae/config.ts";
import { type Comparison, isWithin, readGolden, toleranceOf } from "../../vgae/golden.ts";
import { VARIANT_NAMES } from "../../vgae/webgpu/variant.ts";
import { readInput } from "../files.ts";
import { COMMAND_BACKENDS, type CommandBackend } from "../model.ts";
import { type Output, output } from "../output.ts";
import { checkGolden, GROUPS, type Group, groupOf, openReplayer, type Replayer, type StepCheck } from "../replayer.ts";
import { EXIT, EXIT_HELP, type ExitCode, type Terminal, unlessInterrupted } from "../terminal.ts";
import { verifySelf } from "./verify-self.ts";

interface VerifyOptions {
  readonly backend: CommandBackend;
  readonly variant?: string;
  readonly self?: boolean;
  readonly all?: boolean;
  readonly verbose?: boolean;
  readonly json?: boolean;
}

/** A tensor of each group, to ask its tolerance. */
const EXAMPLES: Readonly<Record<Group, string>> = { losses: "loss", activations: "mu", gradients: "grad/", weights: "after/" };

export function verifyCommand(program: Command, terminal: Terminal, done: (code: ExitCode) => void): void {
  program
    .command("verify")
    .summary("does this adapter compute correctly? self-test, or golden files")
    .description(
      "Replays optimiser steps that the original PyTorch code computed in float64, on the kernels that training uses, and compares every tensor: losses, activations, gradients, updated weights.",
    )
    .argument("[files...]", "golden files, .safetensors")
    .option("--self", "the self-test: known numbers that come with the package, on this GPU, in one verdict")
    .option("--all", "with --self: the models of all three spaces and both encoders, not only one of them")
    .addOption(new Option("--backend <name>", "what to check").choices(COMMAND_BACKENDS).default("webgpu"))
    .addOption(
      new Option("--variant <name>", "kernels to check; default: the adapter's most promising ones").choices(VARIANT_NAMES),
    )
    .option("--verbose", "a line a tensor, not only the worst of each group")
    .option("--json", "one JSON object a line on standard output")
    .addHelpText(
      "after",
      `
The error of a tensor of n values is |ours - golden| / max(|golden|, 1e-6 sqrt(n)), with Euclidean norms. It must not exceed 1e-5 for
losses, 1e-4 for activations and updated weights, 1e-3 for gradients. Each step starts from the golden state before it. After that the
steps run as a chain, each from our own state: those errors are shown, but not judged, for float32 drifts from float64.

Where a ReLU's input lies within float32's rounding of zero, whether it passes is open. If a step took another of these than the file did,
gradients and weights are compared with what it then has to give, and the ReLU is named. All other errors count as ever.

The self-test (--self) needs no file. It runs the trainer itself on known numbers: random numbers, batches, losses, activations, gradients,
updated weights, embedding, decoding and nearest neighbours, on the kernels that this adapter trains with. Its expectations are kept as
signed sums a tensor, from which the error above is estimated.

Examples:
  archscape verify --self
  archscape verify golden.safetensors
  archscape verify golden-*.safetensors --verbose
  archscape verify golden.safetensors --backend tfjs-wasm --json

JSON lines (an error that is not finite stands as null):
  {"type":"tensor", file, step (from 0, or "evaluation"), mode, name, error, tolerance, ok}
  {"type":"rounding", file, step, mode, stage, graph, node, feature, value, bound}      a ReLU that rounding decided otherwise than in the file
  {"type":"chained", file, step, mode, losses, activations, gradients, weights}        worst error of each group
  {"type":"part", part, state: "agrees" | "differs" | "failed", checks, beyond, worst: {name, difference, tolerance}, message}     with --self
  {"type":"result", ok, verdict, parts, adapter, variants, models, seconds, host, version}                                       with --self
  {"type":"result", ok, files: [{file, space, hidden, variant, steps, ok, losses, activations, gradients, weights}], adapter, backend, version}
${EXIT_HELP}`,
    )
    .action(async (files: readonly string[], options: VerifyOptions) => {
      const to = output(terminal, options.json === true);
      if (options.self) {
        if (options.backend !== "webgpu") throw new InputError(`--self checks WebGPU; found --backend ${options.backend}.`);
        const work = verifySelf(files, { all: options.all === true, variant: options.variant }, to, terminal.interrupted);
        done(await unlessInterrupted(work, terminal));
        return;
      }
      if (files.length === 0) throw new InputError("verify expects golden files, or --self for the self-test; found neither.");
      if (options.all) throw new InputError("--all goes with --self; found no --self.");
      done(await unlessInterrupted(verify(files, options, to), terminal));
    });
}

async function verify(
  files: readonly string[],
  { backend, variant, verbose = false }: VerifyOptions,
  to: Output,
): Promise<ExitCode> {
  // All files first: a wrong one is told before minutes of work.
  const read = [];
  for (const path of files) read.push({ file: basename(path), golden: readGolden(await readInput(path), path) });
  const replayer = await openReplayer(backend, variant);
  to.note(replayer.message);
  const results = [];
  for (const { file, golden } of read) results.push(await verifyFile(replayer, file, golden, verbose, to));
  replayer.close();
  const ok = results.every((result) => result.ok);
  to.line({ type: "result", ok, files: results, adapter: replayer.adapter, backend, version: VERSION });
  const bad = results.filter((result) => !result.ok).length;
  to.say(
    ok
      ? `ok: everything is within tolerance on ${replayer.adapter}`
      : `failed: ${bad} of ${results.length} files beyond tolerance`,
  );
  return ok ? EXIT.ok : EXIT.failed;
}

async function verifyFile(replayer: Replayer, file: string, golden: ReturnType<typeof readGolden>, verbose: boolean, to: Output) {
  const { space, shape, steps } = golden;
  const replaying = await replayer.open(golden);
  to.say(
    `${file}: ${space}, width ${shape.hidden}, ${steps.length} steps, kernels "${replaying.variant}"; worst relative error of each group`,
  );
  to.say(row("step", "mode", GROUPS));
  to.say(
    row(
      "",
      "at most",
      GROUPS.map((group) => shown(toleranceOf(EXAMPLES[group]))),
    ),
  );
  const judged: Comparison[] = [];
  let chained = false;
  for await (const check of checkGolden(replaying, golden)) {
    if (check.chained && !chained) to.say("in a chain, each step from our own state (not judged)");
    chained = check.chained;
    tell(check, file, shape, verbose, to);
    if (!check.chained) judged.push(...check.tensors);
  }
  replaying.destroy();
  to.say("");
  const { variant } = replaying;
  return { file, space, hidden: shape.hidden, variant, steps: steps.length, ok: judged.every(isWithin), ...worstOf(judged) };
}

function tell(
  { step, mode, chained, tensors, decided }: StepCheck,
  file: string,
  { nodes }: ModelShape,
  verbose: boolean,
  to: Output,
): void {
  if (chained) to.line({ type: "chained", file, step, mode, ...worstOf(tensors) });
  else for (const tensor of tensors) to.line({ type: "tensor", file, step, mode, ...tensor, ok: isWithin(tensor) });
  const cells = GROUPS.map((group) => {
    const members = tensors.filter(({ name }) => groupOf(name) === group);
    if (members.length === 0) return "-";
    const beyond = chained ? 0 : members.filter((tensor) => !isWithin(tensor)).length;
    return shown(worst(members)) + (beyond > 0 ? ` (${beyond} beyond)` : "");
  });
  to.say(row(step === "evaluation" ? "eval" : String(step), mode, cells));
  for (const { stage, row: at, feature, value, bound } of decided) {
    const [graph, node] = [Math.floor(at / nodes), at % nodes];
    to.line({ type: "rounding", file, step, mode, stage, graph, node, feature, value, bound });
    to.say(
      `        decided by rounding: ReLU of stage ${stage}, graph ${graph}, node ${node}, feature ${feature}: ${shown(value)}, within ${shown(bound)} of zero`,
    );
  }
  if (!verbose) return;
  for (const tensor of tensors) {
    const verdict = chained || isWithin(tensor) ? "" : `  beyond ${shown(tensor.tolerance)}`;
    to.say(`        ${tensor.name.padEnd(42)} ${shown(tensor.error)}${verdict}`);
  }
}

const worst = (tensors: readonly Comparison[]): number => tensors.reduce((most, { error }) => Math.max(most, error), 0);

function worstOf(tensors: readonly Comparison[]): Partial<Record<Group, number>> {
  const of = (group: Group): Comparison[] => tensors.filter(({ name }) => groupOf(name) === group);
  return Object.fromEntries(GROUPS.flatMap((group) => (of(group).length === 0 ? [] : [[group, worst(of(group))]])));
}

const shown = (error: number): string => (Number.isFinite(error) ? error.toExponential(1) : "not a number");

const row = (step: string, mode: string, cells: readonly string[]): string =>
  `  ${step.padEnd(5)} ${mode.padEnd(8)} ${cells.map((cell) => cell.padEnd(12)).join(" ")}`.trimEnd();
