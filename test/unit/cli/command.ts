import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { runProgram } from "../../../src/cli/program.ts";
import { nasbench201 } from "../../../src/spaces/index.ts";
import { writeCheckpoint } from "../../../src/vgae/checkpoint.ts";
import { readGolden } from "../../../src/vgae/golden.ts";

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** Standard output as JSON lines. */
  lines(): Record<string, unknown>[];
  /** The last of them. */
  result(): Record<string, unknown>;
}

/** Runs a command line in this process. `interrupted` stands for Ctrl-C, `input` for what stands on standard input. */
export async function command(
  args: readonly string[],
  interrupted: AbortSignal = new AbortController().signal,
  input?: string,
  screen?: NodeJS.WriteStream,
): Promise<Ran> {
  const told: string[] = [];
  const errors: string[] = [];
  const terminal = {
    out: (text: string) => void told.push(text),
    err: (text: string) => void errors.push(text),
    ...(input === undefined ? {} : { input: Readable.from([input]) }),
    ...(screen ? { screen } : {}),
    interrupted,
  };
  const code = await runProgram(args, terminal);
  const [out, err] = [told.join(""), errors.join("")];
  const lines = () => out.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Record<string, unknown>]));
  return { code, out, err, lines, result: () => lines().at(-1) ?? {} };
}

export const fixturePath = (space: string): string =>
  fileURLToPath(new URL(`../../fixtures/golden-hidden32-${space}.safetensors`, import.meta.url));
export const TABLE = fileURLToPath(new URL("../../../data/fashion201.csv", import.meta.url));

/** Path of a file that is not there yet, in a folder of its own. */
export const fresh = (name: string): string => join(mkdtempSync(join(tmpdir(), "archscape-")), name);

/** A small model of NAS-Bench-201 (width 32) with the weights of the golden file, as a checkpoint's bytes. */
export function smallModel(): Uint8Array {
  const { shape, options, evaluation } = readGolden(new Uint8Array(readFileSync(fixturePath("nasbench201"))));
  return writeCheckpoint(shape, evaluation.state, { space: nasbench201(), options, adapter: "golden", version: "0" });
}
