import type { Command } from "commander";
import { openDevice } from "../../gpu/device.ts";
import { SPACE_NAMES, searchSpace } from "../../spaces/index.ts";
import { VERSION } from "../../version.ts";
import { cacheFolder } from "../cache.ts";
import { dawnNote } from "../dawn.ts";
import { openGpu } from "../model.ts";
import { type Output, output } from "../output.ts";
import { isReady } from "../space.ts";
import { EXIT, EXIT_HELP, type ExitCode, Failure, type Terminal, unlessInterrupted } from "../terminal.ts";

/** Limits that the kernels live within. */
const LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupsPerDimension",
] as const;
/** Features that could make it faster; none is needed. */
const FEATURES = ["shader-f16", "subgroups", "timestamp-query"] as const;

export function infoCommand(program: Command, terminal: Terminal, done: (code: ExitCode) => void): void {
  program
    .command("info")
    .summary("what is here: version, adapter, limits, search spaces")
    .description("Tells what this installation can do: version, WebGPU adapter and driver, limits, search spaces.")
    .option("--json", "one line of JSON on standard output")
    .addHelpText(
      "after",
      `
Examples:
  archscape info
  archscape info --json

The JSON line: {"type":"result", version, node, platform, adapter, status: "hardware" | "software-adapter", driver,
limits (of the device: counts and bytes), features: {name: boolean}, cache (folder of prepared spaces),
spaces: [{name, title, size, trainSize, nodes, operations, ready (nothing is left to be made), sample: {seed, count} (darts)}]}.
Without an adapter: {"type":"error", message, version, node, platform, cache, spaces}, and exit code 1.
${EXIT_HELP}`,
    )
    .action(async (options: { json?: boolean }) => {
      done(await info(output(terminal, options.json === true), terminal));
    });
}

async function info(to: Output, terminal: Terminal): Promise<ExitCode> {
  const spaces = SPACE_NAMES.map((name) => searchSpace(name)).map((space) => {
    const { name, title, sample, size, trainSize, nodes, operations } = space;
    const drawn = sample ? { sample } : {};
    return { name, title, ...drawn, size, trainSize, nodes, operations: operations.length, ready: isReady(space) };
  });
  const cache = cacheFolder();
  const here = { version: VERSION, node: process.version, platform: `${process.platform} ${process.arch}` };
  to.say(`archscape ${here.version}, Node ${here.node}, ${here.platform}`);
  const found = await unlessInterrupted(openAdapter(), terminal);
  if (!found.ok) {
    to.line({ type: "error", message: found.message, ...here, cache, spaces });
    if (!to.json) terminal.err(`archscape: ${found.message}\n`);
  } else {
    const { adapter, status, limits, features } = found;
    const driver = dawnNote();
    to.line({ type: "result", ...here, adapter, status, driver, limits, features, cache, spaces });
    const offered = (wanted: boolean) => FEATURES.filter((name) => features[name] === wanted).join(", ") || "none";
    to.say(`adapter   ${adapter} (${status === "hardware" ? "hardware" : "software: computed by the processor"})`);
    to.say(`driver    ${driver}`);
    for (const name of LIMITS) to.say(`limit     ${name} ${limits[name]?.toLocaleString("en")}`);
    to.say(`features  offered: ${offered(true)}; not offered: ${offered(false)} (optional)`);
  }
  to.say(`cache     ${cache}`);
  for (const { name, title, sample, size, trainSize, nodes, operations, ready } of spaces) {
    const count = (value: number): string => value.toLocaleString("en");
    to.say(
      `space     ${name} (${title}): ${count(size)} architectures${sample ? " drawn" : ""}, ${count(trainSize)} to train on, ${nodes} nodes, ${operations} operations${ready ? "" : "; made at first use"}`,
    );
  }
  return found.ok ? EXIT.ok : EXIT.failed;
}

type Found =
  | { readonly ok: false; readonly message: string }
  | {
      readonly ok: true;
      readonly adapter: string;
      readonly status: string;
      readonly limits: Readonly<Record<string, number>>;
      readonly features: Readonly<Record<string, boolean>>;
    };

async function openAdapter(): Promise<Found> {
  let api: GPU;
  try {
    api = await openGpu();
  } catch (error) {
    if (error instanceof Failure) return { ok: false, message: error.message };
    throw error;
  }
  const opened = await openDevice(api);
  if (!opened.ok) return { ok: false, message: opened.message };
  const { device, adapter, status } = opened.gpu;
  const offered = (await api.requestAdapter({ powerPreference: "high-performance" }))?.features;
  const limits = Object.fromEntries(LIMITS.map((name) => [name, device.limits[name]]));
  const features = Object.fromEntries(FEATURES.map((name) => [name, offered?.has(name) ?? false]));
  device.destroy();
  return { ok: true, adapter, status, limits, features };
}
