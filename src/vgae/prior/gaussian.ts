import { priorStd, type TrainingState } from "../state.ts";
import { LEAST_STD, type Prior } from "./prior.ts";

/** The paper's prior (section 4.1): mean and standard deviation of mu a node and dimension, every number drawn by itself. */
export function gaussianPrior(sums: TrainingState["prior"]): Prior {
  const { mean } = sums;
  const std = priorStd(sums);
  const size = mean.length;
  return {
    name: "paper",
    sample(count, random) {
      const z = new Float32Array(count * size);
      for (let i = 0; i < z.length; i++) z[i] = random.normal() * (std[i % size] as number) + (mean[i % size] as number);
      return z;
    },
    logDensity(latents) {
      const densities = new Float64Array(latents.length / size);
      for (let i = 0; i < latents.length; i++) {
        const spread = Math.max(LEAST_STD, std[i % size] as number);
        const off = ((latents[i] as number) - (mean[i % size] as number)) / spread;
        const graph = Math.floor(i / size);
        densities[graph] = (densities[graph] as number) - 0.5 * (off * off + Math.log(2 * Math.PI)) - Math.log(spread);
      }
      return densities;
    },
  };
}
