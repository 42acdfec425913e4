import type { StepMetrics } from "../../src/vgae/trainer.ts";
import type { LossPoint } from "./plots.ts";

/** A chart has few pixels: steps are averaged in at most `most` groups of neighbours. */
export function thinned(metrics: readonly StepMetrics[], most = 240): LossPoint[] {
  const width = Math.max(1, Math.ceil(metrics.length / most));
  const points: LossPoint[] = [];
  for (let start = 0; start < metrics.length; start += width) {
    const group = metrics.slice(start, start + width);
    const mean = (pick: (metric: StepMetrics) => number): number =>
      group.reduce((sum, metric) => sum + pick(metric), 0) / group.length;
    points.push({
      step: (group.at(-1) as StepMetrics).step + 1,
      total: mean(({ total }) => total),
      operations: mean(({ operations }) => operations),
      adjacency: mean(({ adjacency }) => adjacency),
      kl: mean(({ kl }) => kl),
    });
  }
  return points;
}
