import { generator } from "../random/generator.ts";
import { predictMlp, trainMlp } from "../search/bananas/network.ts";
import { columns } from "./features.ts";
import type { Predictor } from "./predictor.ts";
import { epochsFor } from "./rows-seen.ts";

const OPTIONS = { networks: 3, layers: 2, width: 64, epochs: 150, batchSize: 16, learningRate: 3e-3 } as const;

/** The mean of some ReLU networks (`src/search/bananas`), which differ in their first weights and in the order of rows; trained on the absolute error. */
export const mlp: Predictor = {
  name: "mlp",
  options: OPTIONS,
  fit(features, labels, seed) {
    const { rows } = columns(features);
    const training = { ...OPTIONS, epochs: epochsFor(OPTIONS.epochs, labels.length) };
    const networks = Array.from({ length: OPTIONS.networks }, (_, i) =>
      trainMlp(rows, labels, training, generator(seed, "search", i)),
    );
    return {
      means(others) {
        const { rows: points } = columns(others);
        const all = networks.map((network) => predictMlp(network, points));
        return Float64Array.from(others.indices, (_, i) => all.reduce((sum, own) => sum + (own[i] as number), 0) / all.length);
      },
    };
  },
};
