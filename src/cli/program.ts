import { Command, CommanderError } from "commander";
import { DeviceError, InputError } from "../errors.ts";
import { VERSION } from "../version.ts";
import { convertCommand } from "./commands/convert.ts";
import { embedCommand } from "./commands/embed.ts";
import { exportCommand } from "./commands/export.ts";
import { figuresCommand } from "./commands/figures.ts";
import { infoCommand } from "./commands/info.ts";
import { predictCommand } from "./commands/predict.ts";
import { pretrainCommand } from "./commands/pretrain.ts";
import { sampleCommand } from "./commands/sample.ts";
import { searchCommand } from "./commands/search.ts";
import { studyCommand } from "./commands/study.ts";
import { tabulateCommand } from "./commands/tabulate.ts";
import { verifyCommand } from "./commands/verify.ts";
import { EXIT, EXIT_HELP, type ExitCode, Failure, Interrupted, type Terminal } from "./terminal.ts";

/** Adds one subcommand; its action hands its exit code to `done`. */
export type AddCommand = (program: Command, terminal: Terminal, done: (code: ExitCode) => void) => void;

const COMMANDS: readonly AddCommand[] = [
  pretrainCommand,
  embedCommand,
  sampleCommand,
  searchCommand,
  studyCommand,
  tabulateCommand,
  predictCommand,
  figuresCommand,
  convertCommand,
  exportCommand,
  verifyCommand,
  infoCommand,
];

/**
 * Runs the command line, given without the program's own name. Never throws and never ends the process.
 * @returns the exit code
 */
export async function runProgram(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  const json = args.includes("--json");
  const fail = (message: string, as: ExitCode): ExitCode => {
    if (json) terminal.out(`${JSON.stringify({ type: "error", message })}\n`);
    else terminal.err(`archscape: ${message}\n`);
    return as;
  };
  const program = new Command("archscape")
    .description("Pre-train arch2vec embeddings of neural architectures on WebGPU, without labels, and search them.")
    .version(VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "explain a command, its units and ranges")
    .showSuggestionAfterError()
    .addHelpText(
      "after",
      `
A first run, from nothing to a search:
  archscape info
  archscape pretrain nasbench201 --protocol corrected --epochs 8 --seed 1 --out model.safetensors
  archscape search nasbench201 --model model.safetensors --labels table.csv --metric c100_valid --report c100_test --seeds 1-10

archscape COMMAND --help explains a command.
${EXIT_HELP}`,
    )
    .exitOverride()
    .configureOutput({
      writeOut: terminal.out,
      writeErr: terminal.err,
      // Told once, below, in the form that was asked for.
      outputError: () => undefined,
    });
  for (const add of COMMANDS) {
    add(program, terminal, (result) => {
      code = result;
    });
  }
  try {
    await program.parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof Interrupted) return EXIT.cancelled;
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT.ok;
      // Without a command, commander prints the help as an error.
      if (error.code === "commander.help") return EXIT.usage;
      return fail(error.message.replace(/^error: /, ""), EXIT.usage);
    }
    if (error instanceof InputError) return fail(error.message, EXIT.usage);
    if (error instanceof Failure || error instanceof DeviceError) return fail(error.message, EXIT.failed);
    const told = error instanceof Error ? error.message : String(error);
    if (process.env["ARCHSCAPE_DEBUG"] && error instanceof Error) terminal.err(`${error.stack}\n`);
    return fail(`${told} (ARCHSCAPE_DEBUG=1 shows where)`, EXIT.failed);
  }
}
