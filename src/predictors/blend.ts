import type { Predictor } from "./predictor.ts";

/** The mean of what several predictors expect: they err in different places. Deviations are those of the first that knows them. */
export const blend = (name: string, parts: readonly Predictor[]): Predictor => ({
  name,
  options: { parts: parts.map((part) => part.name).join(" ") },
  async fit(features, labels, seed) {
    const predictions = await Promise.all(parts.map((part) => part.fit(features, labels, seed)));
    const deviations = predictions.find((prediction) => prediction.deviations)?.deviations;
    return {
      means(others) {
        const all = predictions.map((prediction) => prediction.means(others));
        return Float64Array.from(others.indices, (_, i) => all.reduce((sum, own) => sum + (own[i] as number), 0) / all.length);
      },
      ...(deviations && { deviations }),
    };
  },
});
