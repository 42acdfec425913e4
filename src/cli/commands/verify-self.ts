/** `archscape verify --self`: does this adapter compute correctly? */
import { readFile } from "node:fs/promises";
import { openDevice } from "../../gpu/device.ts";
import { SELF_TEST } from "../../self-test.ts";
import { VERSION } from "../../version.ts";
import { readExpected } from "../../vgae/self-test/expected.ts";
import { type Part, partText, type Report, verdict } from "../../vgae/self-test/report.ts";
import { selfTest } from "../../vgae/self-test/run.ts";
import { dawnNote } from "../dawn.ts";
import { readInput } from "../files.ts";
import { openGpu } from "../model.ts";
import type { Output } from "../output.ts";
import { EXIT, type ExitCode, Failure } from "../terminal.ts";

/**
 * @param files of the self-test's kind, as scripts/self-test.mjs writes them; none: the one that comes with the package
 * @param all every model of the files, not only the first
 */
export async function verifySelf(files: readonly string[], all: boolean, to: Output, signal: AbortSignal): Promise<ExitCode> {
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
    const bar = to.progress("units");
    const report = await selfTest(gpu, expected, {
      ...(all ? { models: [...expected.keys()] } : {}),
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

function tell(report: Report, surroundings: Parameters<typeof verdict>[1], to: Output): void {
  for (const part of report.parts) {
    to.line({ type: "part", ...part });
    to.say(`${part.part.padEnd(18)} ${WORDS[part.state].padEnd(8)} ${partText(part)}`);
  }
  to.line({ type: "result", ...report, verdict: verdict(report, surroundings), ...surroundings });
  to.say(verdict(report, surroundings));
}

const WORDS: Readonly<Record<Part["state"], string>> = { agrees: "agrees", differs: "DIFFERS", failed: "FAILED" };
