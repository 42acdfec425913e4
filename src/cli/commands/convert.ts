import { createInterface } from "node:readline";
import { type Command, Option } from "commander";
import { InputError } from "../../errors.ts";
import { convert, NOTATIONS, type Notation, NotationError, notationOf } from "../../spaces/index.ts";
import type { SearchSpace } from "../../spaces/space.ts";
import { caret } from "../caret.ts";
import { type Output, output } from "../output.ts";
import { namedSpace, PREPARE_LINE, prepare, type SampleOptions, SPACE_HELP, withSpace } from "../space.ts";
import { EXIT, EXIT_HELP, type ExitCode, Interrupted, type Terminal } from "../terminal.ts";

interface ConvertOptions extends SampleOptions {
  readonly to: Notation;
  readonly from?: Notation;
  readonly json?: boolean;
}

export function convertCommand(program: Command, terminal: Terminal, done: (code: ExitCode) => void): void {
  withSpace(
    program
      .command("convert")
      .summary("write architectures in another notation")
      .description(
        "Writes architectures in another notation: the official string, a DARTS genotype, adjacency and operations, index, module hash or JSON with all of them.",
      ),
  )
    .argument("[architectures...]", "one in quotes each; without any, one a line on standard input")
    .addOption(new Option("--to <notation>", "what to write").choices(NOTATIONS).default("json"))
    .addOption(new Option("--from <notation>", "what is given; default: what it looks like").choices(NOTATIONS))
    .option("--json", "one JSON object a line on standard output")
    .addHelpText("after", HELP)
    .action(async (space: string, architectures: readonly string[], options: ConvertOptions) => {
      done(await convertAll(space, architectures, options, output(terminal, options.json === true), terminal));
    });
}

const HELP = `
Notations:
  string    the space's own: |nor_conv_3x3~0|+|... of nasbench201, the module hash of nasbench101, the genotype of darts
  genotype  Genotype(normal=[('sep_conv_3x3', 0), ...], normal_concat=range(2, 6), reduce=[...], reduce_concat=range(2, 6))
  matrix    ModelSpec(matrix=[[0, 1], [0, 0]], ops=['input', 'output']); for two different cells of a genotype one line each
  index     place in the official order of the space; for darts, in the sample
  hash      module hash: the benchmark's own for nasbench101, that of arch2vec for the others
  json      {"space", "index", "architecture", "hash", "matrix", "ops", "params", "macs"}; parts of it can be given

A cell of nasbench101 is pruned as the benchmark does it. One that cannot be converted is told on standard error with the character
that does not fit; the others are converted all the same, and the exit code is 2.
${SPACE_HELP}

Examples:
  archscape convert nasbench101 00005c142e6f48ac74fdcf73e3439874
  archscape convert nasbench101 --to hash "ModelSpec(matrix=[[0,1,0],[0,0,1],[0,0,0]], ops=['input','maxpool3x3','output'])"
  archscape convert nasbench201 --to index "|nor_conv_3x3~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|"
  archscape convert darts --to matrix < genotypes.txt
  seq 0 99 | archscape convert nasbench201 --to string

JSON lines:
  ${PREPARE_LINE}
  {"type":"architecture", line (from 1), input, from, to, output}   output is a text, for json an object
  {"type":"error", line, input, message, character}        character from 1, null where no single one is to blame
  {"type":"result", space, to, converted, refused}
${EXIT_HELP}`;

async function convertAll(
  name: string,
  given: readonly string[],
  { to: notation, from, ...options }: ConvertOptions,
  to: Output,
  terminal: Terminal,
): Promise<ExitCode> {
  const space = namedSpace(name, options);
  if (given.length === 0 && terminal.input === undefined) {
    throw new InputError("Expected architectures as arguments, or one a line on standard input, found none.");
  }
  let prepared = false;
  let line = 0;
  let converted = 0;
  let refused = 0;
  for await (const text of given.length > 0 ? given : linesOf(terminal)) {
    line++;
    if (terminal.interrupted.aborted) throw new Interrupted();
    if (text.trim() === "") continue;
    const written = from ?? notationOf(text);
    if (!prepared && isAsked(space, written, notation)) {
      await prepare(space, to, terminal);
      prepared = true;
    }
    try {
      const found = convert(space, text, notation, written);
      converted++;
      const told: unknown = notation === "json" ? JSON.parse(found) : found;
      to.line({ type: "architecture", line, input: text, from: written, to: notation, output: told });
      to.say(found);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      refused++;
      tellRefusal(error, text, given.length === 1 ? undefined : line, to, terminal);
    }
  }
  if (line === 0) throw new InputError("Expected one architecture a line on standard input, found nothing.");
  to.line({ type: "result", space: space.name, to: notation, converted, refused });
  return refused > 0 ? EXIT.usage : EXIT.ok;
}

/** Whether a conversion looks into the list of the space. The cells of a genotype need no sample. */
function isAsked({ name }: SearchSpace, from: Notation, to: Notation): boolean {
  return name !== "darts" || [from, to].some((notation) => notation === "index" || notation === "json");
}

function tellRefusal(error: InputError, input: string, line: number | undefined, to: Output, terminal: Terminal): void {
  // A part of the input, such as a text within JSON, counts its own characters.
  const at = error instanceof NotationError && error.text === input ? error.position : undefined;
  to.line({
    type: "error",
    ...(line === undefined ? {} : { line }),
    input,
    message: error.message,
    character: at === undefined ? null : at + 1,
  });
  if (to.json) return;
  terminal.err(`archscape: ${line === undefined ? "" : `line ${line}: `}${error.message}\n`);
  if (terminal.screen && at !== undefined) terminal.err(caret(input, at, terminal.screen.columns));
}

async function* linesOf({ input }: Terminal): AsyncGenerator<string> {
  if (input) yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
}
