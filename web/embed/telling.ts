import type { Lab } from "../state/context.ts";
import { isActive } from "../state/training.ts";
import type { Emit } from "./events.ts";

type Job = "training" | "search";
type Ended = "finished" | "cancelled" | "failed";

/** Tells the page what happens in a lab. Returns the function that stops it. */
export function tell(lab: Lab, jobs: readonly Job[], emit: Emit): () => void {
  let { cell } = lab.settings.value;
  const stops = [
    lab.settings.subscribe(() => {
      const now = lab.settings.value.cell;
      if (now === cell) return;
      cell = now;
      emit("archscape-select", { cell, text: cell >= 0 && cell < lab.space.size ? lab.space.format(cell) : "" });
    }),
  ];
  if (jobs.includes("training")) {
    stops.push(
      tellDevice(lab, emit),
      tellJob("training", emit, lab.training.store.subscribe, () => {
        const { job, step, totalSteps } = lab.training.store.value;
        return { job, active: isActive(job), done: step, total: totalSteps };
      }),
    );
  }
  if (jobs.includes("search")) {
    stops.push(
      tellJob("search", emit, lab.searching.store.subscribe, () => {
        const { job, queries, plan } = lab.searching.store.value;
        const total = plan && "queries" in plan.budget ? plan.budget.queries * plan.seeds.length : Number.NaN;
        return { job, active: job === "running" || job === "cancelling", done: queries, total };
      }),
    );
  }
  return () => {
    for (const stop of stops) stop();
  };
}

function tellDevice(lab: Lab, emit: Emit): () => void {
  let told: unknown;
  const look = (): void => {
    const { device } = lab.training.store.value;
    if (device.state !== "open" || device.report === told) return;
    told = device.report;
    const { backend, adapter, message } = device.report;
    emit("archscape-engine", { backend, adapter, message, where: device.where ?? "worker" });
  };
  look();
  return lab.training.store.subscribe(look);
}

interface Moment {
  readonly job: string;
  readonly active: boolean;
  readonly done: number;
  readonly total: number;
}

function tellJob(job: Job, emit: Emit, subscribe: (listener: () => void) => () => void, read: () => Moment): () => void {
  let before = read();
  return subscribe(() => {
    const now = read();
    if (now.active && now.done > 0 && now.done !== before.done)
      emit("archscape-progress", { job, done: now.done, total: now.total });
    // Reset is no end.
    if (before.active && !now.active && now.job !== "idle") emit("archscape-end", { job, state: now.job as Ended });
    before = now;
  });
}
