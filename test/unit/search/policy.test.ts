import { describe, expect, it } from "vitest";
import { generator } from "../../../src/random/generator.ts";
import { nearestUnvisited } from "../../../src/search/reinforce/nearest.ts";
import { backward, type Episode, forward, initialPolicy, reinforceGradients } from "../../../src/search/reinforce/policy.ts";
import { gradientError } from "./helpers.ts";

describe("the LSTM policy", () => {
  const dimensions = 3;
  const hidden = 5;
  const steps = 4;
  const random = generator(1, "search");
  const points = Array.from({ length: steps }, () => Float64Array.from({ length: dimensions }, () => random.normal()));
  const actions = points.map((point) => point.map((x) => x + random.normal()));
  const advantages = [0.4, -0.3, 0.1, 0.25];

  const run = (policy: ReturnType<typeof initialPolicy>): { means: Float64Array[]; episode: Episode } => {
    const episode: Episode = [];
    return { means: points.map((x) => forward(policy, episode, x)), episode };
  };
  /** Mean over the steps of -log N(action; mean, I) * advantage. */
  const loss = (means: readonly Float64Array[]): number =>
    means.reduce((sum, mean, t) => {
      const squares = mean.reduce((s, m, i) => s + ((actions[t]?.[i] as number) - m) ** 2, 0);
      const logDensity = -0.5 * squares - 0.5 * dimensions * Math.log(2 * Math.PI);
      return sum - (logDensity * (advantages[t] as number)) / steps;
    }, 0);

  it("has gradients that agree with finite differences through all steps of an episode", () => {
    const policy = initialPolicy(dimensions, hidden, random);
    const { means, episode } = run(policy);
    const gradients = backward(policy, episode, reinforceGradients(means, actions, advantages));
    expect(gradientError(policy.parameters, gradients, () => loss(run(policy).means), 200)).toBeLessThan(1e-7);
  });

  it("tells what each point that it read adds to the loss, as finite differences do", () => {
    const policy = initialPolicy(dimensions, hidden, random);
    const { means, episode } = run(policy);
    const slopes = points.map(() => new Float64Array(dimensions));
    backward(policy, episode, reinforceGradients(means, actions, advantages), slopes);
    for (const [t, point] of points.entries()) {
      expect(gradientError(point, slopes[t] as Float64Array, () => loss(run(policy).means), dimensions)).toBeLessThan(1e-6);
    }
  });

  it("reads what came before: the second mean depends on the first point", () => {
    const policy = initialPolicy(dimensions, hidden, random);
    const [a, b] = points as [Float64Array, Float64Array];
    const after = (first: Float64Array): Float64Array => {
      const episode: Episode = [];
      forward(policy, episode, first);
      return forward(policy, episode, b);
    };
    expect(after(a)).not.toEqual(after(a.map((x) => x + 1)));
  });

  it("starts within 1/sqrt(hidden), as PyTorch does", () => {
    const { parameters } = initialPolicy(16, 64, random);
    const largest = parameters.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    expect(largest).toBeLessThanOrEqual(1 / 8);
    expect(largest).toBeGreaterThan(0.99 / 8);
  });
});

describe("the nearest architecture", () => {
  const embedding = { data: Float32Array.of(0, 1, 2, 3, 10), count: 5, dimensions: 1 };
  const all = Uint32Array.of(0, 1, 2, 3, 4);
  const at = (x: number, visited: number[], rule: "first" | "after-first", candidates = all) => {
    const marks = new Uint8Array(5);
    for (const index of visited) marks[index] = 1;
    return nearestUnvisited(embedding, candidates, marks, Float64Array.of(x), rule);
  };

  it("is the closest one not visited, ties going to the smaller index", () => {
    expect(at(2.2, [], "first")).toBe(2);
    expect(at(2.2, [2], "first")).toBe(3);
    expect(at(1.5, [], "first")).toBe(1);
  });

  it("is never the very closest of all under the released rule, visited or not", () => {
    expect(at(2.2, [], "after-first")).toBe(3);
    expect(at(2.2, [2], "after-first")).toBe(3);
    expect(at(2.2, [3], "after-first")).toBe(1);
  });

  it("is a candidate, and nothing when all are visited", () => {
    expect(at(2.2, [], "first", Uint32Array.of(0, 4))).toBe(0);
    expect(at(2.2, [0, 1, 2, 3, 4], "first")).toBeUndefined();
    expect(at(2.2, [0, 1, 3, 4], "after-first")).toBeUndefined();
  });
});
