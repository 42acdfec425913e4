import { describe, expect, it } from "vitest";
import type { LabelTable } from "../../../src/formats/label-table.ts";
import { nasbench201 } from "../../../src/spaces/nasbench201/index.ts";
import type { SearchEvent, SearchJob } from "../../../workers/search-protocol.ts";
import { searchService } from "../../../workers/search-service.ts";
import { ACCURACY, cloud, hill } from "./helpers.ts";

const embedding = cloud(200, 4);
const values = Float64Array.from(hill(embedding));
const table: LabelTable = {
  space: "nasbench201",
  source: "labels.csv",
  rows: 200,
  warnings: [],
  metrics: [{ ...ACCURACY, values, present: 200 }],
};
const job = (given: Partial<SearchJob> = {}): SearchJob => ({
  embedding,
  table,
  labels: { metric: "valid" },
  strategy: "random",
  protocol: "corrected",
  budget: { queries: 30 },
  seeds: [1, 2],
  ...given,
});

/** The events of a port until it is closed. */
function collect(port: MessagePort): Promise<SearchEvent[]> {
  const events: SearchEvent[] = [];
  return new Promise((resolve) => {
    port.onmessage = ({ data }: MessageEvent<SearchEvent>) => events.push(data);
    port.addEventListener("close", () => resolve(events));
  });
}

describe("the search service", () => {
  it("streams every query once, in order, in fewer messages than queries, and each run when it ends", async () => {
    const { port1, port2 } = new MessageChannel();
    const collected = collect(port1);
    const outcome = await searchService().run(job(), port2);
    const events = await collected;
    if (!outcome.ok) throw new Error(outcome.error.message);
    expect(events.flatMap((event) => (event.type === "run" ? [event.trace] : []))).toEqual(outcome.value);
    const queries = events.flatMap((event) => (event.type === "queries" ? event.queries : []));
    expect(queries).toEqual(outcome.value.flatMap((trace) => trace.queries));
    expect(events.length).toBeLessThan(30);
  });

  it("returns the runs so far when cancelled, the last one unfinished", async () => {
    const { port1, port2 } = new MessageChannel();
    const service = searchService();
    port1.onmessage = () => void service.cancel();
    const outcome = await service.run(
      job({ strategy: "reinforce", budget: { queries: 199 }, seeds: Array.from({ length: 1000 }, (_, i) => i) }),
      port2,
    );
    port1.close();
    if (!outcome.ok) throw new Error(outcome.error.message);
    expect(outcome.value.at(-1)?.end).toBe("cancelled");
    expect(outcome.value.length).toBeLessThan(1000);
  });

  it("tells a mistake of the user from a defect, and can run again afterwards", async () => {
    const service = searchService();
    const run = (given: Partial<SearchJob>) => service.run(job(given), new MessageChannel().port2);
    expect(await run({ budget: { queries: 0 } })).toMatchObject({
      ok: false,
      error: { kind: "input", message: expect.stringContaining("found 0") },
    });
    expect(await run({ labels: { metric: "nope" } })).toMatchObject({ ok: false, error: { kind: "input" } });
    expect(await run({ seeds: undefined as unknown as number[] })).toMatchObject({ ok: false, error: { kind: "defect" } });
    expect(await run({})).toMatchObject({ ok: true });
  });

  it("makes the encoding that a job names, and knows the edits of its space", async () => {
    const service = searchService();
    const run = (given: Partial<SearchJob>) => service.run(job({ table: whole, ...given }), new MessageChannel().port2);
    const space = nasbench201();
    const size = space.size;
    const accuracies = Float64Array.from({ length: size }, (_, index) => 1 - space.editDistance(index, 77) / 10);
    const whole: LabelTable = { ...table, rows: size, metrics: [{ ...ACCURACY, values: accuracies, present: size }] };
    for (const [strategy, embedding, points] of [
      ["evolution", undefined, "none"],
      ["local-search", "operations", "operations"],
      ["reinforce", "path", "path"],
    ] as const) {
      const outcome = await run({ strategy, embedding });
      if (!outcome.ok) throw new Error(outcome.error.message);
      expect(outcome.value.map((trace) => trace.points)).toEqual([points, points]);
      expect(outcome.value[0]?.queries).toHaveLength(30);
    }
    expect(await run({ strategy: "bo", embedding: undefined })).toMatchObject({
      ok: false,
      error: { kind: "input", message: expect.stringContaining("learns from points") },
    });
  });

  it("runs one job at a time", async () => {
    const service = searchService();
    const first = service.run(job(), new MessageChannel().port2);
    expect(await service.run(job(), new MessageChannel().port2)).toMatchObject({ ok: false, error: { kind: "input" } });
    expect(await first).toMatchObject({ ok: true });
  });
});
