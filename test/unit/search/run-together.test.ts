import { describe, expect, it } from "vitest";
import type { SurrogatesTogether, ToldPlace } from "../../../src/search/dngo/together.ts";
import { type SeedsRequest, search } from "../../../src/search/run.ts";
import { searchTogether } from "../../../src/search/run-together.ts";
import type { Trace } from "../../../src/search/trace.ts";
import { arrayObjective, cloud, hill } from "./helpers.ts";

const COUNT = 60;
const embedding = cloud(COUNT, 4);
const values = hill(embedding);
const base = {
  embedding,
  objective: arrayObjective(values),
  strategy: "bo",
  options: { initial: 8, batch: 2 },
  budget: { queries: 20 },
} as const;
const request = (given: Partial<SeedsRequest> = {}): SeedsRequest => ({ ...base, seeds: [3, 4, 5], ...given });

/** Surrogates that know nothing: they propose the smallest positions a place has not observed. */
function smallestFirst(
  places: number,
  batch = 2,
  rounds: ToldPlace[][] = [],
): SurrogatesTogether & { closed: number; begun: number[][] } {
  let seen: Set<number>[] = [];
  const together = {
    backend: "fake",
    places,
    closed: 0,
    begun: [] as number[][],
    begin(seeds: readonly number[]) {
      together.begun.push([...seeds]);
      seen = seeds.map(() => new Set());
    },
    async propose(told: readonly ToldPlace[], signal?: AbortSignal) {
      if (signal?.aborted) return undefined;
      rounds.push([...told]);
      return told.map(({ place, positions }) => {
        for (const position of positions) seen[place]?.add(position);
        const unseen = Array.from({ length: COUNT }, (_, i) => i).filter((position) => !seen[place]?.has(position));
        return unseen.slice(0, batch);
      });
    },
    close() {
      together.closed++;
    },
  };
  return together;
}

const indices = ({ queries }: Trace): number[] => queries.map(({ index }) => index);

describe("searches that run together", () => {
  it("start from the architectures that the strategy starts from alone, and go on with what the surrogates propose", async () => {
    const traces = await searchTogether(request(), async () => smallestFirst(10));
    expect(traces.map(({ seed }) => seed)).toEqual([3, 4, 5]);
    for (const trace of traces) {
      const alone = await search({ ...base, budget: { queries: 8 }, seed: trace.seed });
      const drawn = indices(alone);
      expect(indices(trace).slice(0, 8)).toEqual(drawn);
      const unseen = Array.from({ length: COUNT }, (_, i) => i).filter((i) => !drawn.includes(i));
      expect(indices(trace).slice(8)).toEqual(unseen.slice(0, 12));
      expect(trace).toMatchObject({
        strategy: "bo",
        backend: "fake",
        end: "budget",
        budget: { queries: 20 },
        options: { batch: 2 },
      });
    }
  });

  it("tell the surrogates every value once, in the order it was found", async () => {
    const rounds: ToldPlace[][] = [];
    const [trace] = await searchTogether(request({ seeds: [7] }), async () => smallestFirst(1, 2, rounds));
    const told = rounds.flatMap((round) =>
      round.flatMap(({ positions, values: found }) => positions.map((at, i) => [at, found[i]])),
    );
    // The last batch meets the end of the budget: nobody asks what would come after it.
    expect(told).toEqual(trace?.queries.slice(0, -2).map(({ index, value }) => [index, value]));
  });

  it("take turns where there is room for fewer, and then close the surrogates", async () => {
    const surrogates = smallestFirst(2);
    const seen: number[] = [];
    const traces = await searchTogether(request({ onQuery: (_, seed) => seen.push(seed) }), async () => surrogates);
    expect(surrogates.begun).toEqual([[3, 4], [5]]);
    expect(surrogates.closed).toBe(1);
    expect(seen.filter((seed) => seed === 5)).toHaveLength(20);
    expect(indices(traces[2] as Trace)).toEqual(
      indices((await searchTogether(request({ seeds: [5] }), async () => smallestFirst(9)))[0] as Trace),
    );
  });

  it("end one by one where each pays its own price, and those left go on", async () => {
    const costs = values.map((_, index) => (index % 7) + 1);
    const ended: number[] = [];
    const objective = arrayObjective(values, { costs });
    const traces = await searchTogether(
      request({ objective, budget: { seconds: 90 }, onRun: ({ seed }) => ended.push(seed), seeds: [1, 2, 3, 4] }),
      async () => smallestFirst(10),
    );
    expect(new Set(traces.map(({ queries }) => queries.length)).size).toBeGreaterThan(1);
    for (const { queries, end } of traces) {
      expect(end).toBe("budget");
      expect(queries.at(-1)?.cumulativeCost).toBeGreaterThanOrEqual(90);
      expect(queries.at(-2)?.cumulativeCost).toBeLessThan(90);
    }
    expect([...ended].sort()).toEqual([1, 2, 3, 4]);
    expect(traces.map(({ seed }) => seed)).toEqual([1, 2, 3, 4]);
  });

  it("end exhausted when nothing is proposed any more", async () => {
    const traces = await searchTogether(
      request({ budget: { seconds: 1e9 }, objective: arrayObjective(values, { costs: values.map(() => 1) }) }),
      async () => smallestFirst(3),
    );
    for (const { end, queries } of traces) {
      expect(end).toBe("exhausted");
      expect(new Set(queries.map(({ index }) => index)).size).toBe(COUNT);
    }
  });

  it("end cancelled in the middle, keeping what was found", async () => {
    const controller = new AbortController();
    let queries = 0;
    const traces = await searchTogether(
      request({
        signal: controller.signal,
        onQuery() {
          if (++queries === 30) controller.abort();
        },
      }),
      async () => smallestFirst(2),
    );
    expect(traces.map(({ seed, end }) => [seed, end])).toEqual([
      [3, "cancelled"],
      [4, "cancelled"],
    ]);
    expect(traces.reduce((sum, trace) => sum + trace.queries.length, 0)).toBe(30);
  });
});
