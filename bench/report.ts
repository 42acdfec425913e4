/** From a result to what people read: tables and sentences, the same in the document and on the page. */
import type { Spread } from "./measure.ts";
import type { BenchmarkResult, EngineResult, TaskResult } from "./result.ts";
import { type KernelRow, kernelRows, roofOf, stepBound } from "./roofline.ts";

export type Block =
  | { readonly type: "heading"; readonly text: string }
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "list"; readonly items: readonly string[] }
  | { readonly type: "picture"; readonly name: "steps" | "roofline"; readonly text: string }
  | { readonly type: "table"; readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] };

/** Three significant digits, without exponent. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return "?";
  const digits = value === 0 ? 0 : Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value)))));
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** "median (lower to upper)"; the value alone where it was measured once. */
export const spreadText = ({ median, lower, upper, count }: Spread): string =>
  count === 1 ? number(median) : `${number(median)} (${number(lower)} to ${number(upper)})`;

const calls = (value: number): string => value.toLocaleString("en", { maximumFractionDigits: 2 });

function engineTable(engines: readonly EngineResult[]): Block {
  const [first] = engines;
  return {
    type: "table",
    head: ["engine", "ms a step", "steps/s", "as long as ours", "first step, ms", "largest difference of the first losses"],
    rows: engines.map((engine) => [
      engine.title,
      spreadText(engine.ms),
      number(engine.stepsPerSecond.median),
      engine === first ? "1" : number(engine.ms.median / (first as EngineResult).ms.median),
      number(engine.firstStepMs),
      engine === first ? "" : engine.lossDifference.toExponential(0),
    ]),
  };
}

function callsTable(engines: readonly EngineResult[]): Block {
  return {
    type: "table",
    head: [
      "a step",
      "dispatches",
      "submits",
      "buffers made",
      "bind groups made",
      "JavaScript, ms",
      "without submit, ms",
      "host, ms",
    ],
    rows: engines.flatMap(({ title, calls: made, scriptMs, ownMs, hostMs }) =>
      made === undefined
        ? []
        : [
            [
              title,
              ...[made.dispatches, made.submits, made.buffers, made.bindGroups].map(calls),
              ...[scriptMs, ownMs, hostMs].map((spread) => (spread ? spreadText(spread) : "")),
            ],
          ],
    ),
  };
}

const msPerItem = ({ ms, items }: TaskResult): number => ms.median / items;

/** Engines of a task are compared by item: some did a part of it only. */
function taskTable(tasks: readonly TaskResult[]): Block {
  return {
    type: "table",
    head: ["task", "engine", "items done", "ms", "items a second", "an item as long as ours"],
    rows: tasks.map((task) => {
      const first = tasks.find(({ name }) => name === task.name) as TaskResult;
      const items = task.items.toLocaleString("en");
      return [
        task === first ? task.title : "",
        task.engine,
        task.items === task.whole ? `${items}, all` : items,
        spreadText(task.ms),
        number(1000 / msPerItem(task)),
        task === first ? "1" : number(msPerItem(task) / msPerItem(first)),
      ];
    }),
  };
}

const BOUNDS = { arithmetic: "arithmetic", memory: "memory", dispatch: "the dispatch" } as const;

function kernelTable(rows: readonly KernelRow[], stepMs: number): Block {
  return {
    type: "table",
    head: ["kernel", "times a step", "ms each", "share of a step", "MFLOP", "KiB", "GFLOP/s", "bound, ms", "set by", "reached"],
    rows: rows.map(({ title, count, flops, bytes, ms, bound, fraction }) => [
      title,
      String(count),
      number(ms),
      number((count * ms) / stepMs),
      flops > 0 ? number(flops / 1e6) : "",
      number(bytes / 1024),
      flops > 0 ? number(flops / (ms * 1e6)) : "",
      number(bound.ms),
      BOUNDS[bound.by],
      number(fraction),
    ]),
  };
}

const CLOCKS = {
  timestamps:
    "Ceilings and kernels are timed by timestamps that the adapter writes, kernels around each dispatch of whole steps.",
  host: "This adapter has no timestamps: kernels are timed by the host, each dispatch alone and many times in a submit.",
} as const;

function roofline({ ceilings, profile }: BenchmarkResult): Block[] {
  const blocks: Block[] = [
    {
      type: "table",
      head: ["ceiling of the adapter", ""],
      rows: ceilings.map(({ title, unit, value }) => [title, `${spreadText(value)} ${unit}`]),
    },
  ];
  const roof = roofOf(ceilings);
  if (roof === undefined) return blocks;
  const stepMs = profile.stepMs.median;
  const bound = stepBound(profile.dispatches, stepMs, roof);
  const kernels = profile.dispatches.reduce((sum, { ms }) => sum + ms.median, 0);
  blocks.push(
    { type: "picture", name: "roofline", text: "Roofline of the adapter, with the kernels of a step" },
    kernelTable(kernelRows(profile.dispatches, roof), stepMs),
    {
      type: "text",
      text:
        `${CLOCKS[profile.clock]} A whole step takes ${spreadText(profile.stepMs)} ms by itself (kernels "${profile.variant}"), the sum of its ` +
        `${profile.dispatches.length} dispatches is ${number(kernels)} ms. Its matrix products are ${number(bound.flops / 1e6)} million ` +
        `floating-point operations: ${number(bound.arithmeticMs)} ms at the ceiling's speed, ${number(bound.arithmeticFraction)} of the step. ` +
        `The bounds of its dispatches, which wait for each other, sum up to ${number(bound.ms)} ms: the step reaches ` +
        `${number(bound.fraction)} of its bound.`,
    },
  );
  return blocks;
}

/** One run. */
export function report(result: BenchmarkResult): Block[] {
  const { environment, workload, engines, absent, tasks, ceilings, rounds, date } = result;
  const blocks: Block[] = [
    { type: "heading", text: `${environment.runtime}, ${environment.adapter}` },
    {
      type: "text",
      text:
        `${date}, Archscape ${environment.archscape}, ${environment.processors} processors. ${workload.space}, batch ${workload.batchSize}, hidden ` +
        `${workload.hidden}, latent ${workload.latent}, ${workload.layers} layers, protocol ${workload.protocol}; ${rounds} rounds.`,
    },
  ];
  if (engines.length > 0) {
    blocks.push(
      { type: "picture", name: "steps", text: "Milliseconds a training step, by engine" },
      engineTable(engines),
      callsTable(engines),
    );
  }
  const notes = [
    ...engines.map(
      ({ title, version, detail, stepsPerBlock }) => `${title}, version ${version}: ${detail}; ${stepsPerBlock} steps a block.`,
    ),
    ...absent.map(({ title, reason }) => `${title}: not measured. ${reason}`),
  ];
  if (notes.length > 0) blocks.push({ type: "list", items: notes });
  if (tasks.length > 0) blocks.push(taskTable(tasks));
  if (ceilings.length > 0) blocks.push(...roofline(result));
  return blocks;
}
