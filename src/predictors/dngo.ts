import { generator } from "../random/generator.ts";
import { predictMean, predictVariance } from "../search/dngo/linear-regression.ts";
import { hiddenFeatures } from "../search/dngo/network.ts";
import { drawnChance, fitSurrogate } from "../search/dngo/surrogate.ts";
import { columns, type Features } from "./features.ts";
import type { Predictor } from "./predictor.ts";
import { epochsFor } from "./rows-seen.ts";

/** As the search has it (arch2vec's released code), but for `epochsFor`. */
const OPTIONS = { hidden: 128, epochs: 100, batchSize: 10, learningRate: 1e-2 } as const;

/** Bayesian linear regression on the hidden layer of a network (Snoek et al., ICML 2015), as the strategy `bo` fits it. */
export const dngo: Predictor = {
  name: "dngo",
  options: OPTIONS,
  fit(features, labels, seed) {
    const { rows, dimensions } = columns(features);
    const epochs = epochsFor(OPTIONS.epochs, labels.length);
    const settings = { ...OPTIONS, epochs, target: "incumbent", residual: "squared", labels: "standardised" } as const;
    const observed = { rows, dimensions, values: labels.slice() };
    const { network, regression } = fitSurrogate(observed, settings, drawnChance(generator(seed, "search")));
    const each = (others: Features, of: (phi: Float64Array) => number): Float64Array => {
      const count = others.indices.length;
      const phi = new Float64Array(count * network.hidden);
      hiddenFeatures(network, columns(others).rows, count, phi);
      return Float64Array.from(others.indices, (_, i) => of(phi.subarray(i * network.hidden, (i + 1) * network.hidden)));
    };
    return {
      means: (others) => each(others, (phi) => predictMean(regression, phi)),
      deviations: (others) =>
        each(others, (phi) => Math.sqrt(Math.max(predictVariance(regression, phi) - regression.noiseVariance, 0))),
    };
  },
};
