/** From results to docs/benchmarks.md: pure text, the same in Node and on the page. */
import type { Spread } from "./measure.ts";
import type { BenchmarkResult, EngineResult } from "./result.ts";
import { boundOf } from "./roofline.ts";

/** Three significant digits, without exponent. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return "?";
  const digits = value === 0 ? 0 : Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value)))));
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** "median (first quartile to third)". */
export const spreadText = ({ median, lower, upper }: Spread): string =>
  `${number(median)} (${number(lower)} to ${number(upper)})`;

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n");
}

/** How many times as long a step takes as one of the first engine. */
function ratio(engine: EngineResult, first: EngineResult): string {
  return engine === first ? "1" : number(engine.ms.median / first.ms.median);
}

const count = (value: number): string => value.toLocaleString("en", { maximumFractionDigits: 2 });

function engineTable(engines: readonly EngineResult[]): string {
  const [first] = engines;
  if (!first) return "No engine ran.";
  const head = ["engine", "ms a step", "steps/s", "as long as ours", "first step, ms", "largest difference of the first losses"];
  return table(
    head,
    engines.map((engine) => [
      engine.title,
      spreadText(engine.ms),
      number(1000 / engine.ms.median),
      ratio(engine, first),
      number(engine.firstStepMs),
      engine === first ? "" : engine.lossDifference.toExponential(0),
    ]),
  );
}

function callsTable(engines: readonly EngineResult[]): string {
  const head = ["a step", "dispatches", "submits", "buffers made", "bind groups made", "JavaScript, ms", "host, ms"];
  return table(
    head,
    engines.flatMap(({ title, calls, scriptMs, hostMs }) =>
      calls === undefined
        ? []
        : [
            [
              title,
              count(calls.dispatches),
              count(calls.submits),
              count(calls.buffers),
              count(calls.bindGroups),
              scriptMs ? spreadText(scriptMs) : "",
              hostMs ? spreadText(hostMs) : "",
            ],
          ],
    ),
  );
}

/** One run as a section. `picture`: address of its chart. */
export function section(result: BenchmarkResult, picture: string): string {
  const { environment, workload, engines, absent, tasks, ceilings, rounds, date } = result;
  const lines = [
    `## ${environment.runtime}, ${environment.adapter}`,
    "",
    `${date}, ${environment.processors} processors. ${workload.space}, batch ${workload.batchSize}, hidden ${workload.hidden}, latent ${workload.latent}, ${workload.layers} layers, ` +
      `protocol ${workload.protocol}; ${rounds} interleaved rounds; median and quartiles.`,
    "",
    `![Milliseconds a training step, by engine](${picture})`,
    "",
    engineTable(engines),
    "",
    callsTable(engines),
    "",
    ...engines.map(({ title, detail, stepsPerBlock }) => `- ${title}: ${detail}; ${stepsPerBlock} steps a block.`),
    ...absent.map(({ title, reason }) => `- ${title}: not measured. ${reason}`),
  ];
  if (tasks.length > 0) {
    const rows = tasks.map(({ title, items, ms }) => [
      title,
      items.toLocaleString("en"),
      spreadText(ms),
      number((1000 * items) / ms.median),
    ]);
    lines.push("", table(["task", "items", "ms", "items a second"], rows));
  }
  const bound = boundOf(result);
  if (ceilings.length > 0) {
    const rows = ceilings.map(({ title, unit, value }) => [title, `${spreadText(value)} ${unit}`]);
    lines.push("", table(["ceiling of the adapter", ""], rows));
  }
  if (bound) {
    lines.push(
      "",
      `A step is ${number(bound.flops / 1e6)} million floating-point operations and ${count(bound.dispatches)} dispatches that wait for each ` +
        `other: ${number(bound.arithmeticMs)} ms and ${number(bound.dispatchMs)} ms at these speeds. The larger one is ${number(bound.fraction)} of ` +
        "what a step of Archscape takes.",
    );
  }
  return lines.join("\n");
}

const INTRODUCTION = `# Benchmarks

Engines that train the same model on the same adapter, in one run. Made by \`npm run bench\`, which also writes this file: do not edit it.

- Each engine starts from the same weights and sees the same graphs, noise and dropout masks in its first five steps; one whose losses are
  not those of the first engine is left out.
- Engines then take turns, block by block; a block ends when its last loss is known on the host. The first blocks do not count.
- Archscape chooses graphs and draws noise and masks on the device in every step. The others find theirs on the device: that costs them nothing.
- *JavaScript* is how long a call keeps the thread until it first waits. *Host* is the time of a step with every dispatch shrunk to one
  workgroup: JavaScript, the API, the driver and the wait at the end, with hardly any arithmetic.
- On a software adapter the processor does the arithmetic too, and everything else that runs on the machine shows in the numbers.`;

/** The whole document. Runs are sections, in the order given. */
export function benchmarksDocument(runs: readonly { readonly name: string; readonly result: BenchmarkResult }[]): string {
  const sections = runs.map(({ name, result }) => section(result, `benchmarks/${name}.svg`));
  return `${[INTRODUCTION, ...sections].join("\n\n")}\n`;
}
