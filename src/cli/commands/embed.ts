import type { Command } from "commander";
import { embeddingFormat, writeEmbedding } from "../../formats/embedding.ts";
import { VERSION } from "../../version.ts";
import { checkOutput, writeOutput } from "../files.ts";
import { backendOption, type CommandBackend, embedSpace, modelProvenance, openModel, readModel } from "../model.ts";
import { type Output, output } from "../output.ts";
import { namedSpace, PREPARE_LINE, prepare, type SampleOptions, SPACE_HELP, withSpace } from "../space.ts";
import { EXIT, EXIT_HELP, type ExitCode, type Terminal, unlessInterrupted } from "../terminal.ts";

interface EmbedOptions extends SampleOptions {
  readonly model: string;
  readonly out: string;
  readonly backend?: CommandBackend;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function embedCommand(program: Command, terminal: Terminal, done: (code: ExitCode) => void): void {
  withSpace(
    program
      .command("embed")
      .summary("write the embedding of every architecture of a space")
      .description(
        "Embeds every architecture of a search space with a pre-trained model: 16 numbers each, the mean of mu over the nodes of its graph.",
      ),
  )
    .requiredOption(
      "--model <file>",
      "checkpoint: from `archscape pretrain`, or weights of the original PyTorch code as .safetensors",
    )
    .requiredOption("--out <file>", "where to write; the ending decides the format: .safetensors, .npy or .csv")
    .addOption(backendOption())
    .option("--force", "replace the file if it exists")
    .option("--json", "one JSON object a line on standard output")
    .addHelpText(
      "after",
      `${SPACE_HELP}

Formats, rows in the official order of the space:
  .safetensors  tensor "embedding", [architectures, 16], float32; its metadata say which space and model
  .npy          the same array for numpy.load, without metadata
  .csv          columns index, architecture, z0 ... z15

Examples:
  archscape embed nasbench201 --model model.safetensors --out embedding.safetensors
  archscape embed nasbench201 --model model.safetensors --out embedding.npy --force

JSON lines:
  ${PREPARE_LINE}
  {"type":"result", space, file, architectures, dimensions, model, model_seed, model_protocol, ..., adapter, backend, version};
    for darts also sample: {seed, count}
${EXIT_HELP}`,
    )
    .action(async (space: string, options: EmbedOptions) => {
      done(await unlessInterrupted(embed(space, options, output(terminal, options.json === true), terminal), terminal));
    });
}

async function embed(name: string, options: EmbedOptions, to: Output, terminal: Terminal): Promise<ExitCode> {
  const space = namedSpace(name, options);
  const format = embeddingFormat(options.out);
  await checkOutput(options.out, options.force === true);
  const model = await readModel(space, options.model);
  await prepare(space, to, terminal);
  const opened = await openModel(options.backend, to, space, model);
  const embedding = await embedSpace(opened, space).finally(opened.close);
  const { backend } = opened;
  const provenance = { ...modelProvenance(model), adapter: backend.adapter, backend: backend.name, version: VERSION };
  await writeOutput(options.out, writeEmbedding(format, space, embedding, provenance));
  const { count: architectures, dimensions } = embedding;
  const sample = space.sample ? { sample: space.sample } : {};
  to.line({ type: "result", space: space.name, ...sample, file: options.out, architectures, dimensions, ...provenance });
  to.say(`${options.out}: ${architectures.toLocaleString("en")} architectures of ${space.title}, ${dimensions} numbers each`);
  return EXIT.ok;
}
