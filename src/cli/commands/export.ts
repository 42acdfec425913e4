import type { Command } from "commander";
import { InputError } from "../../errors.ts";
import { networkOf } from "../../networks/build.ts";
import { pytorchCode } from "../../networks/export/pytorch.ts";
import { networkCost } from "../../networks/network.ts";
import { checkSize, type NetworkSize, PUBLISHED_SIZES } from "../../networks/size.ts";
import { initialWeights, weightsFile } from "../../networks/weights.ts";
import { convert } from "../../spaces/index.ts";
import { VERSION } from "../../version.ts";
import { wholeFrom } from "../arguments.ts";
import { checkOutput, writeOutput } from "../files.ts";
import { type Output, output } from "../output.ts";
import { namedSpace, PREPARE_LINE, prepare, type SampleOptions, SPACE_HELP, withSpace } from "../space.ts";
import { EXIT, EXIT_HELP, type ExitCode, type Terminal } from "../terminal.ts";

interface ExportOptions extends SampleOptions {
  readonly out: string;
  readonly weights?: string;
  readonly seed: number;
  readonly channels?: number;
  readonly depth?: number;
  readonly stages?: number;
  readonly side?: number;
  readonly imageChannels?: number;
  readonly classes?: number;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function exportCommand(program: Command, terminal: Terminal, done: (code: ExitCode) => void): void {
  withSpace(
    program
      .command("export")
      .summary("write an architecture as PyTorch code")
      .description(
        "Writes the network around a cell as one readable Python file that needs nothing but PyTorch, by default at the size in which the benchmark trained it.",
      ),
  )
    .argument("<architecture>", "in any notation of archscape convert, in quotes")
    .requiredOption("--out <file>", "the code, .py")
    .option(
      "--weights <file>",
      "write untrained weights too, drawn as PyTorch draws them, .safetensors: python FILE.py WEIGHTS loads them",
    )
    .option("--seed <n>", "of these weights", wholeFrom(0), 1)
    .option("--channels <n>", "width of the first stage", wholeFrom(2))
    .option("--depth <n>", "cells a stage", wholeFrom(1))
    .option("--stages <n>", "stages; each further one has half the side and twice the channels", wholeFrom(1))
    .option("--side <n>", "pixels of a side of the image", wholeFrom(4))
    .option("--image-channels <n>", "channels of the image", wholeFrom(1))
    .option("--classes <n>", "classes", wholeFrom(2))
    .option("--force", "replace files that exist")
    .option("--json", "one JSON object a line on standard output")
    .addHelpText(
      "after",
      `${SPACE_HELP}

Examples:
  archscape export nasbench201 "|nor_conv_3x3~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|" --out cell.py
  archscape export nasbench101 00005c142e6f48ac74fdcf73e3439874 --out cell.py --channels 16 --depth 1 --weights cell.safetensors
  python3 cell.py cell.safetensors

JSON lines:
  ${PREPARE_LINE}
  {"type":"result", space, index, architecture, size, params, macs, out, weights, version}
${EXIT_HELP}`,
    )
    .action(async (space: string, architecture: string, options: ExportOptions) => {
      done(await exportCell(space, architecture, options, output(terminal, options.json === true), terminal));
    });
}

async function exportCell(name: string, text: string, options: ExportOptions, to: Output, terminal: Terminal): Promise<ExitCode> {
  const space = namedSpace(name, options);
  if (!/\.py$/i.test(options.out)) throw new InputError(`--out: expected a file name that ends in .py, found ${options.out}.`);
  if (options.weights !== undefined && !/\.safetensors$/i.test(options.weights)) {
    throw new InputError(`--weights: expected a file name that ends in .safetensors, found ${options.weights}.`);
  }
  const size = sizeOf(PUBLISHED_SIZES[space.name], options);
  checkSize(space.name, size);
  for (const file of [options.out, options.weights]) if (file !== undefined) await checkOutput(file, options.force === true);
  await prepare(space, to, terminal);
  const index = Number(convert(space, text, "index"));
  const network = networkOf(space, index, size);
  await writeOutput(options.out, pytorchCode(space, index, size));
  if (options.weights !== undefined) {
    const weights = initialWeights(network, options.seed);
    const metadata = { space: space.name, architecture: space.format(index), seed: String(options.seed), version: VERSION };
    await writeOutput(options.weights, weightsFile(weights, metadata));
  }
  const cost = networkCost(network);
  const files = { out: options.out, weights: options.weights ?? null };
  to.line({
    type: "result",
    space: space.name,
    index,
    architecture: space.format(index),
    size,
    ...cost,
    ...files,
    version: VERSION,
  });
  to.say(`${options.out}: ${cost.params} parameters, ${cost.macs} multiply-adds`);
  return EXIT.ok;
}

function sizeOf(published: NetworkSize, options: ExportOptions): NetworkSize {
  return {
    channels: options.channels ?? published.channels,
    cells: options.depth ?? published.cells,
    stages: options.stages ?? published.stages,
    image: { channels: options.imageChannels ?? published.image.channels, side: options.side ?? published.image.side },
    classes: options.classes ?? published.classes,
  };
}
