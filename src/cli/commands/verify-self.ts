/** `archscape verify --self`: does this adapter compute correctly? */
import { readFile } from "node:fs/promises";
import { type Gpu, openDevice } from "../../gpu/device.ts";
import { SELF_TEST } from "../../self-test.ts";
import { VERSION } from "../../version.ts";
import { type ExpectedModel, readExpected } from "../../vgae/self-test/expected.ts";
import { keyOf, knownModel } from "../../vgae/self-test/known.ts";
import { type Part, partText, type Report, verdict } from "../../vgae/self-test/report.ts";
import { selfTest } from "../../vgae/self-test/run.ts";
import { namedVariant, type Variant } from "../../vgae/webgpu/variant.ts";
import { dawnNote } from "../dawn.ts";
import { readInput } from "../files.ts";
import { openGpu } from "../model.ts";
import type { Output } from "../output.ts";
import { EXIT, type ExitCode, Failure } from "../terminal.ts";

/**
 * @param files of the self-test's kind, as scripts/self-test.mjs writes them; none: the one that comes with the package
 * @param all every model of the files, not only the first
 * @param variant kernels to check, by name; by default those that the adapter trains with
 */
export async function verifySelf(
  files: readonly string[],
  { all, variant }: { readonly all: boolean; readonly variant: string | undefined },
  to: Output,
  signal: AbortSignal,
): Promise<ExitCode> {
  const read =
    files.length === 0
      ? [readExpected(new Uint8Array(await readFile(SELF_TEST)))]
      : await Promise.all(files.map(async (path) => readExpected(await readInput(path), path)));
  const opened = await openDevice(await openGpu());
  if (!opened.ok) throw new Failure(opened.message);
  const { gpu, message } = opened;
  to.note(`${message} ${dawnNote()}.`);
  const surroundings = { host: `Node ${process.versions.node}, ${dawnNote()}`, version: VERSION };
  let ok = true;
  for (const expected of read) {
    const models = [...expected.values()].slice(0, all ? undefined : 1);
    const settings = variant === undefined ? {} : { variant: variantFor(models, variant, gpu) };
    const bar = to.progress("units");
    const report = await selfTest(gpu, expected, {
      models: models.map(keyOf),
      settings,
      signal,
      onProgress: (done, total, next) => bar.update(done, total, next, { next }),
    });
    bar.clear();
    tell(report, surroundings, to);
    ok &&= report.ok;
  }
  gpu.device.destroy();
  return ok ? EXIT.ok : EXIT.failed;
}

/** The named variant, if the adapter can run it for all models. */
function variantFor(models: readonly ExpectedModel[], name: string, gpu: Gpu): Variant {
  const [variant] = models.map((model) => {
    const { shape, options } = knownModel(model);
    return namedVariant(name, gpu, shape, options);
  });
  return variant as Variant;
}

function tell(report: Report, surroundings: Parameters<typeof verdict>[1], to: Output): void {
  for (const part of report.parts) {
    to.line({ type: "part", ...part });
    to.say(`${part.part.padEnd(18)} ${WORDS[part.state].padEnd(8)} ${partText(part)}`);
  }
  to.line({ type: "result", ...report, verdict: verdict(report, surroundings), ...surroundings });
  to.say(verdict(report, surroundings));
}

const WORDS: Readonly<Record<Part["state"], string>> = { agrees: "agrees", differs: "DIFFERS", failed: "FAILED" };
