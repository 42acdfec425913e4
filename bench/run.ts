/** One run: engines, tasks, ceilings, kernels, and where it was. Knows neither files nor the page. */
import { VERSION } from "../src/version.ts";
import { type CeilingPlan, measureCeilings } from "./ceilings.ts";
import { type ComparisonPlan, compareEngines, type Say } from "./compare.ts";
import type { EngineKind } from "./engine.ts";
import { type ProfilePlan, profileStep } from "./profile.ts";
import type { BenchmarkResult } from "./result.ts";
import { openStopwatch } from "./stopwatch.ts";
import { type Other, type TaskPlan, timeTasks } from "./tasks.ts";
import { makeWorkload } from "./workload.ts";

/**
 * `full`: all of it. `quick`: all of it with a narrow model and few short blocks; tells whether everything runs, not how fast.
 * `profile`: ceilings and kernels of this adapter only.
 */
export type RunMode = "full" | "quick" | "profile";

export interface RunSettings {
  readonly kinds: readonly EngineKind[];
  readonly mode: RunMode;
  /** Browser or Node, with version. */
  readonly runtime: string;
  readonly processors: number;
  readonly say: Say;
}

interface Plan {
  readonly compare: ComparisonPlan;
  readonly tasks: TaskPlan;
  readonly ceilings: CeilingPlan;
  readonly profile: ProfilePlan;
}

/** Blocks are so long that the wait at their end hardly counts. */
const FULL: Plan = {
  compare: { rounds: 15, blockMs: 1000, maxSteps: 4096 },
  tasks: { repeats: 7, taskMs: 20_000, entire: true },
  ceilings: { repeats: 15, variants: Number.POSITIVE_INFINITY },
  profile: { rounds: 15, roundMs: 500 },
};
const QUICK: Plan = {
  compare: { rounds: 3, blockMs: 100, maxSteps: 32 },
  tasks: { repeats: 1, taskMs: 100, entire: false },
  ceilings: { repeats: 2, variants: 2 },
  profile: { rounds: 2, roundMs: 50 },
};

/** The engines that also do tasks. */
const tensorflow = ({ name, title }: EngineKind): Other[] =>
  name === "tfjs-webgpu" || name === "tfjs-wasm" ? [{ backend: name, engine: title }] : [];

export async function runBenchmark({ kinds, mode, runtime, processors, say }: RunSettings): Promise<BenchmarkResult> {
  const quick = mode === "quick";
  const plan = quick ? QUICK : FULL;
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
  if (adapter === null) throw new Error("The benchmark needs a WebGPU adapter, and found none.");
  const { vendor, architecture, device, description } = adapter.info;
  const workload = makeWorkload(quick ? { hidden: 32, batches: 5 } : {});
  const others = mode !== "profile";
  const { engines, absent } = others ? await compareEngines(kinds, workload, plan.compare, say) : { engines: [], absent: [] };
  const tasks = others ? await timeTasks(workload, kinds.flatMap(tensorflow), plan.tasks, say) : [];
  const watch = await openStopwatch();
  const ceilings = await measureCeilings(watch, workload, plan.ceilings, say);
  const profile = await profileStep(watch, workload, plan.profile, say);
  watch.gpu.device.destroy();
  const { shape, options } = workload;
  return {
    format: 1,
    date: new Date().toISOString().slice(0, 10),
    environment: {
      runtime,
      adapter: [vendor, architecture, device, description].filter(Boolean).join(" "),
      features: [...adapter.features].sort(),
      processors,
      archscape: VERSION,
    },
    workload: {
      space: "NAS-Bench-201",
      nodes: shape.nodes,
      operations: shape.operations,
      batchSize: options.batchSize,
      hidden: shape.hidden,
      latent: shape.latent,
      layers: shape.layers,
      protocol: options.protocol,
    },
    rounds: plan.compare.rounds,
    engines,
    absent,
    tasks,
    ceilings,
    profile,
  };
}
