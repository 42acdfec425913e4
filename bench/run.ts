/** One run: engines, tasks, ceilings, and where it was. Knows neither files nor the page. */
import { VERSION } from "../src/version.ts";
import { measureCeilings } from "./ceilings.ts";
import { compareEngines, FULL, QUICK, type Say } from "./compare.ts";
import type { EngineKind } from "./engine.ts";
import type { BenchmarkResult } from "./result.ts";
import { timeTasks } from "./tasks.ts";
import { makeWorkload } from "./workload.ts";

export interface RunSettings {
  readonly kinds: readonly EngineKind[];
  /** Few short blocks and a narrow model: tells whether everything runs, not how fast. */
  readonly quick: boolean;
  /** Browser or Node, with version. */
  readonly runtime: string;
  readonly processors: number;
  readonly say: Say;
}

export async function runBenchmark({ kinds, quick, runtime, processors, say }: RunSettings): Promise<BenchmarkResult> {
  const plan = quick ? QUICK : FULL;
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
  if (adapter === null) throw new Error("The benchmark needs a WebGPU adapter, and found none.");
  const { vendor, architecture, device, description } = adapter.info;
  const workload = makeWorkload(quick ? { hidden: 32, batches: 5 } : {});
  const { engines, absent } = await compareEngines(kinds, workload, plan, say);
  const tasks = await timeTasks(workload, quick ? { repeats: 1, long: false } : { repeats: 7, long: true }, say);
  const ceilings = await measureCeilings(workload, quick ? 2 : 15, say);
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
    rounds: plan.rounds,
    engines,
    absent,
    tasks,
    ceilings,
  };
}
