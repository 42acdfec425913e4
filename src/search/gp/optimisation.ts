import { generator } from "../../random/generator.ts";
import { atOnce, type Steps } from "../../spaces/steps.ts";
import { oneOf, whole } from "../options.ts";
import { drawer } from "../sampling.ts";
import { askTell, type SearchSetting, type Strategy, type StrategyContext } from "../strategy.ts";
import { beliefOver } from "./belief.ts";
import { DESIGNS, type Design, maximinDesign } from "./design.ts";
import { FITS, type Fit, fitSteps, medianDistance } from "./hyperparameters.ts";
import { normalScores } from "./normal-scores.ts";
import { DISTANCES, type Distance, poolOf } from "./points.ts";
import { BATCHES, type BatchRule, observeMostPromising } from "./proposals.ts";

/**
 * Bayesian optimisation with a Gaussian process: labels by their rank (`normalScores`), an exponential kernel, expected improvement over the whole pool.
 * What strategies made of it differ in is options, so that each difference can be tried by itself.
 */
export interface GpOptions {
  /** Architectures asked before the first model. */
  readonly initial: number;
  /** How these are chosen. */
  readonly design: Design;
  /** Architectures asked a round. */
  readonly batch: number;
  /** How a batch of more than one is put together. */
  readonly batching: BatchRule;
  /** What the kernel's exponent is: exp(-distance / length). */
  readonly distance: Distance;
  /** How length scale and noise are chosen. */
  readonly fit: Fit;
  /** Whether cells that the space calls the same architecture are one, at the mean of their points. */
  readonly pool: "all" | "distinct";
}

const MOST = 100_000;
export const GP_ENTRIES = {
  initial: whole(
    1,
    MOST,
    "architectures asked before the first model (gp: arch2vec's 16; latent-bo: 8, half of that, for they are spread)",
  ),
  design: oneOf(DESIGNS, "how these are chosen: at random, or each farthest from those before (Gonzalez, 1985)"),
  batch: whole(1, 10_000, "architectures asked a round (arch2vec: 5; 1 on NAS-Bench-201)"),
  batching: oneOf(
    BATCHES,
    "a round asks those of largest improvement, or each as if the ones before were as predicted (Ginsbourger et al., 2010)",
  ),
  distance: oneOf(
    DISTANCES,
    "of standardised points (default for a learnt embedding), or hamming of encodings as they are (their default)",
  ),
  fit: oneOf(
    FITS,
    "length scale and noise by marginal likelihood, or by it and a log-normal prior around the first architectures' median distance",
  ),
  pool: oneOf(
    ["all", "distinct"],
    "all cells, or one of those that are the same architecture by the space's rules, at the mean of their points",
  ),
};

/** Defaults that depend on what is searched. */
export const gpDefaults = ({ space, points = "embedding" }: SearchSetting) => ({
  batch: space === "nasbench201" ? 1 : 5,
  distance: points === "embedding" ? ("euclidean" as const) : ("hamming" as const),
});

/** Hyper-parameters are fitted anew when there are a tenth more labels than at the last time: what fewer can change is little. */
const GROWTH = 1.1;

export function gaussianProcessSearch({ embedding, identity, candidates, seed, options }: StrategyContext<GpOptions>): Strategy {
  const random = generator(seed, "search");
  const pool = poolOf(embedding, candidates, options.distance, options.pool === "distinct" ? identity : undefined);
  const size = pool.indices.length;
  const belief = beliefOver(pool);
  const values: number[] = [];
  let typical = 1;
  let fitted = 0;

  const start = (): number[] => {
    const places = initialPlaces();
    for (const place of places) belief.observe(place);
    typical = medianDistance(belief.distances());
    return places;
  };

  const initialPlaces = (): number[] => {
    if (options.design === "maximin") return maximinDesign(pool, options.initial, random);
    const draw = drawer(
      Uint32Array.from({ length: size }, (_, place) => place),
      random,
    );
    return Array.from({ length: Math.min(options.initial, size) }, () => draw() as number);
  };

  function* prepare(): Steps<void> {
    if (values.length === 0 || values.length < GROWTH * fitted) return;
    belief.assume(yield* fitSteps(belief.distances(), normalScores(values), typical, options.fit));
    fitted = values.length;
  }

  const next = (): number[] => {
    atOnce(prepare());
    const labels = normalScores(values);
    const target = labels.reduce((a, b) => Math.max(a, b));
    const batch = Math.min(options.batch, size - values.length);
    return observeMostPromising(belief, labels, { target, batch, rule: options.batching });
  };

  const asking = askTell(
    () => (values.length === 0 ? start() : next()).map((place) => pool.indices[place] as number),
    (_, told) => values.push(...told),
  );
  return { ...asking, prepare };
}
