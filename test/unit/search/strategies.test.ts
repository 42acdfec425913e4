import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/errors.ts";
import {
  missingKnowledge,
  STRATEGIES,
  type StrategyName,
  type StrategyOptions,
  strategy,
} from "../../../src/search/strategies.ts";
import { askTell, type Embedding, knowledgeOf, type SearchSetting, type Strategy } from "../../../src/search/strategy.ts";
import { darts } from "../../../src/spaces/darts/index.ts";
import { nasbench201 } from "../../../src/spaces/nasbench201/index.ts";
import type { Decisions } from "../../../src/spaces/space.ts";
import { cloud, hill } from "./helpers.ts";

const SETTING: SearchSetting = { protocol: "corrected", space: "nasbench201", accuracy: true };
const RELEASED: SearchSetting = { ...SETTING, protocol: "released" };
/** Small enough for a test, still the same code. */
const SMALL: Record<StrategyName, StrategyOptions> = {
  random: {},
  evolution: { initial: 5, population: 8, sample: 3, reach: 6 },
  "local-search": { initial: 3, reach: 6 },
  reinforce: { hidden: 8, steps: 4 },
  "reinforce-categorical": { batch: 2 },
  bananas: {
    initial: 6,
    batch: 3,
    ensemble: 3,
    layers: 2,
    width: 8,
    epochs: 10,
    candidates: 12,
    neighbours: "nearest",
    reach: 6,
  },
  bo: { hidden: 12, epochs: 10, initial: 6, batch: 3 },
  gp: { initial: 6, batch: 3 },
  "latent-bo": { initial: 5, batch: 2 },
  "supervised-bo": { width: 6, hidden: 6, epochs: 2, warmEpochs: 1, initial: 10, batch: 5, candidates: 20, parents: 0 },
  "supervised-reinforce": { width: 6, hidden: 6, steps: 5, candidates: 20 },
};

/** Sixty architectures as three decisions; every combination is one. */
const DECISIONS: Decisions = {
  choices: [5, 4, 3],
  decide: (chosen) => ((chosen[0] as number) * 4 + (chosen[1] as number)) * 3 + (chosen[2] as number),
};
/** A visited start that is neither evaluated nor paid. */
const UNPAID: readonly StrategyName[] = ["reinforce", "supervised-reinforce"];

const all = (embedding: Embedding): Uint32Array => Uint32Array.from({ length: embedding.count }, (_, index) => index);

function make(
  name: StrategyName,
  embedding: Embedding,
  given: { setting?: SearchSetting; options?: StrategyOptions; seed?: number; candidates?: Uint32Array } = {},
): Strategy {
  const { setting = SETTING, options = {}, seed = 1, candidates = all(embedding) } = given;
  return strategy(name, setting, { ...SMALL[name], ...options }).create({
    embedding,
    graphs: nasbench201(),
    decisions: DECISIONS,
    candidates,
    seed,
  });
}

/** Asks and tells until `count` architectures were asked or nothing is left. */
function play(asking: Strategy, values: readonly number[], count: number): number[] {
  const asked: number[] = [];
  while (asked.length < count) {
    const batch = asking.ask();
    if (batch.length === 0) break;
    asked.push(...batch);
    asking.tell(batch.map((index) => ({ index, value: values[index] as number })));
  }
  return asked;
}

describe.each(STRATEGIES)("%s", (name) => {
  const embedding = cloud(60, 4);
  const values = hill(embedding);

  it("asks the same architectures for the same seed and values, others for another seed", () => {
    const first = play(make(name, embedding), values, 30);
    expect(play(make(name, embedding), values, 30)).toEqual(first);
    expect(play(make(name, embedding, { seed: 2 }), values, 30)).not.toEqual(first);
  });

  it("never asks an architecture twice, and asks until none is left", () => {
    const asked = play(make(name, embedding), values, 1000);
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked.length).toBe(UNPAID.includes(name) ? 59 : 60);
  });

  it("asks only candidates", () => {
    const candidates = Uint32Array.of(3, 5, 8, 13, 21, 34, 55);
    const asked = play(make(name, embedding, { candidates }), values, 1000);
    expect(asked.length).toBeGreaterThanOrEqual(6);
    for (const index of asked) expect(candidates).toContain(index);
  });

  it.each(["corrected", "released"] as const)("stays sane under %s on constant labels and identical points", (protocol) => {
    const setting = { ...SETTING, protocol };
    const same: Embedding = { data: new Float32Array(60 * 4).fill(0.25), count: 60, dimensions: 4 };
    for (const points of [embedding, same]) {
      const asked = play(make(name, points, { setting }), new Array<number>(60).fill(0.5), 30);
      expect(asked.length).toBeGreaterThanOrEqual(30);
      for (const index of asked) expect(index >= 0 && index < 60).toBe(true);
    }
  });

  it("works on values far from fractions, where nothing is an accuracy", () => {
    const setting = { ...SETTING, accuracy: false };
    const asked = play(
      make(name, embedding, { setting }),
      values.map((value) => -1e7 * (1 - value)),
      40,
    );
    expect(new Set(asked).size).toBe(asked.length);
  });

  it("works with a single candidate", () => {
    const asked = play(make(name, embedding, { candidates: Uint32Array.of(7) }), values, 10);
    expect(asked).toEqual(UNPAID.includes(name) ? [] : [7]);
  });
});

describe("the contract of ask and tell", () => {
  const asking = () =>
    askTell(
      () => [4, 2],
      () => {},
    );

  it("alternates", () => {
    const strategy = asking();
    expect(() => strategy.tell([])).toThrow("without ask");
    strategy.ask();
    expect(() => strategy.ask()).toThrow("before tell");
  });

  it("wants each architecture that was asked, once, with a finite value", () => {
    const strategy = asking();
    strategy.ask();
    expect(() => strategy.tell([{ index: 4, value: 1 }])).toThrow("expected 2 results");
    expect(() =>
      strategy.tell([
        { index: 4, value: 1 },
        { index: 3, value: 1 },
      ]),
    ).toThrow("architecture 2");
    expect(() =>
      strategy.tell([
        { index: 4, value: 1 },
        { index: 2, value: Number.NaN },
      ]),
    ).toThrow("finite");
  });

  it("takes results in any order and hands them on in the order asked", () => {
    const learnt: number[] = [];
    const strategy = askTell(
      () => [4, 2],
      (_, values) => learnt.push(...values),
    );
    strategy.ask();
    strategy.tell([
      { index: 2, value: 0.2 },
      { index: 4, value: 0.4 },
    ]);
    expect(learnt).toEqual([0.4, 0.2]);
  });
});

describe("Bayesian optimisation", () => {
  const embedding = cloud(300, 4);
  const values = hill(embedding);

  it("starts with 16 random ones, then asks one at a time on NAS-Bench-201 and five elsewhere", () => {
    for (const [space, batch] of [
      ["nasbench201", 1],
      ["nasbench101", 5],
      ["darts", 5],
    ] as const) {
      const { hidden, epochs } = SMALL.bo;
      const asking = strategy("bo", { ...SETTING, space }, { hidden: hidden as number, epochs: epochs as number }).create({
        embedding,
        candidates: all(embedding),
        seed: 1,
      });
      const first = asking.ask();
      expect(first).toHaveLength(16);
      asking.tell(first.map((index) => ({ index, value: values[index] as number })));
      expect(asking.ask()).toHaveLength(batch);
    }
  });

  it("asks what it has seen again under the released protocol only", () => {
    // Nothing but one point is any good, and the model can see it: expected improvement stays there.
    const peak = {
      data: Float32Array.from({ length: 40 }, (_, index) => (index === 7 ? 3 : index / 400)),
      count: 40,
      dimensions: 1,
    };
    const labels = Array.from({ length: 40 }, (_, index) => (index === 7 ? 0.94 : 0.1));
    const options = { initial: 20, batch: 1, hidden: 32, epochs: 100 };
    const distinct = (setting: SearchSetting): number => new Set(play(make("bo", peak, { setting, options }), labels, 40)).size;
    expect(distinct(RELEASED)).toBeLessThan(40);
    expect(distinct(SETTING)).toBe(40);
  });

  it("finds a better architecture than random search on a smooth hill, over ten seeds", () => {
    const best = (name: StrategyName, options: StrategyOptions): number => {
      let sum = 0;
      for (let seed = 1; seed <= 10; seed++) {
        sum += Math.max(...play(make(name, embedding, { options, seed }), values, 30).map((index) => values[index] as number));
      }
      return sum / 10;
    };
    expect(best("bo", { hidden: 32, epochs: 50, initial: 10, batch: 2 })).toBeGreaterThan(best("random", {}) + 0.02);
  });
});

describe("REINFORCE", () => {
  it("asks a whole episode of 16 at once, because its way does not depend on rewards", () => {
    const embedding = cloud(100, 3);
    const asking = strategy("reinforce", SETTING, { hidden: 8 }).create({ embedding, candidates: all(embedding), seed: 1 });
    expect(asking.ask()).toHaveLength(16);
  });

  it("learns: rewards told to it change where it goes", () => {
    const embedding = cloud(400, 3);
    const play16 = (values: number[]) => play(make("reinforce", embedding, { options: { steps: 16 } }), values, 48);
    const plain = play16(new Array<number>(400).fill(0.4));
    const paid = play16(hill(embedding));
    expect(paid.slice(0, 16)).toEqual(plain.slice(0, 16));
    expect(paid.slice(16)).not.toEqual(plain.slice(16));
  });

  it("with rewards at the baseline has a policy that does not move", () => {
    const embedding = cloud(400, 3);
    const flat = (baseline: number) =>
      play(make("reinforce", embedding, { options: { baseline } }), new Array<number>(400).fill(baseline), 40);
    expect(flat(0.4)).toEqual(flat(0.95));
  });
});

describe("REINFORCE with a categorical policy", () => {
  const best = 4 * 4 * 3 + 3 * 3 + 2;
  const values = Array.from({ length: 60 }, (_, index) => (index === best ? 0.9 : 0.5));
  const embedding = cloud(60, 4);
  const RATE = { learningRate: 0.3 };

  it("asks more and more for what was paid best, where it may ask again", () => {
    // Only the last choice of each decision is paid: each can be learnt by itself.
    const shares = Array.from({ length: 60 }, (_, i) => (Math.floor(i / 12) / 4 + (Math.floor(i / 3) % 4) / 3 + (i % 3) / 2) / 3);
    const asked = play(make("reinforce-categorical", embedding, { setting: RELEASED, options: RATE }), shares, 400);
    expect(asked.slice(-50).filter((index) => index === best).length).toBeGreaterThan(40);
  });

  it("learns nothing where all rewards are the same", () => {
    const flat = new Array<number>(60).fill(0.5);
    const quick = play(make("reinforce-categorical", embedding, { options: RATE }), flat, 40);
    expect(play(make("reinforce-categorical", embedding), flat, 40)).toEqual(quick);
    expect(play(make("reinforce-categorical", embedding, { options: RATE }), values, 40)).not.toEqual(quick);
  });

  it("is refused for a space of which a sample is listed", () => {
    const chosen = strategy("reinforce-categorical", { ...SETTING, space: "darts" });
    expect(missingKnowledge(chosen, knowledgeOf(darts({ count: 10 })))).toMatch(
      /expected NAS-Bench-101 or NAS-Bench-201.*a sample/,
    );
    expect(missingKnowledge(chosen, knowledgeOf(nasbench201()))).toBeUndefined();
  });
});

describe("a strategy's options", () => {
  const defaults = (name: StrategyName, setting: SearchSetting) => strategy(name, setting).options;

  it("have the defaults of the space and of the search protocol", () => {
    expect(defaults("bo", RELEASED)).toMatchObject({
      target: 1,
      spread: "variance",
      residual: "unsquared",
      pool: "all",
      batch: 1,
    });
    expect(defaults("bo", { ...RELEASED, space: "nasbench101" })).toMatchObject({ target: 0.95, batch: 5 });
    expect(defaults("bo", SETTING)).toMatchObject({
      target: "incumbent",
      spread: "deviation",
      residual: "squared",
      pool: "unseen",
    });
    expect(defaults("reinforce", RELEASED)).toMatchObject({ baseline: 0.4, nearest: "after-first" });
    expect(defaults("reinforce", { ...RELEASED, space: "nasbench101" })).toMatchObject({ baseline: 0.95, nearest: "first" });
    expect(defaults("reinforce", SETTING)).toMatchObject({ baseline: 0.4, nearest: "first" });
  });

  it("have no fixed target or baseline where the metric is not an accuracy", () => {
    const setting = { ...RELEASED, accuracy: false };
    expect(defaults("bo", setting)).toMatchObject({ target: "incumbent", labels: "standardised" });
    expect(defaults("reinforce", setting)).toMatchObject({ baseline: "mean" });
  });

  it("are refused in a sentence when unknown or out of range", () => {
    expect(() => strategy("annealing", SETTING)).toThrow(
      new InputError(`Strategy: expected one of ${STRATEGIES.join(", ")}, found "annealing".`),
    );
    expect(() => strategy("bo", SETTING, { widht: 3 })).toThrow(/^Strategy bo has no option "widht"; it has initial, batch/);
    expect(() => strategy("random", SETTING, { batch: 3 })).toThrow('Strategy random has no option "batch"; it has no options.');
    expect(() => strategy("bo", SETTING, { epochs: 0 })).toThrow(/^Option epochs of strategy bo: expected .*1.*, found 0\.$/);
    expect(() => strategy("bo", SETTING, { spread: "wide" })).toThrow(
      /^Option spread of strategy bo: expected .*"deviation".*, found "wide"\.$/,
    );
  });
});
