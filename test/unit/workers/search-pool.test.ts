import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/errors.ts";
import type { Trace } from "../../../src/search/trace.ts";
import type { Outcome } from "../../../workers/protocol.ts";
import { type PoolTask, runInPool, type Searcher } from "../../../workers/search-pool.ts";

type Answer = Outcome<readonly Trace[]>;

/** Tasks that are told apart by their seeds. */
const tasks = (count: number): PoolTask[] =>
  Array.from({ length: count }, (_, i) => ({ seed: i + 1, job: {} as PoolTask["job"] }));
const trace = (seed: number): Trace => ({ seed, end: "budget", queries: [] }) as unknown as Trace;
const works = (seed: number): Answer => ({ ok: true, value: [trace(seed)] });

/** Workers that answer as `how` says; one that is told to die does so while it has that run. */
function workers(how: (seed: number, worker: number) => Answer | "dies" | "hangs" = works) {
  let opened = 0;
  let atOnce = 0;
  const seen = { opened: () => opened, closed: 0, most: 0, order: [] as number[] };
  const open = (): Searcher => {
    const worker = ++opened;
    let die = (_: string): void => undefined;
    const ended = new Promise<string>((resolve) => {
      die = resolve;
    });
    return {
      ended,
      async run({ seeds }) {
        const seed = seeds[0] as number;
        seen.order.push(seed);
        seen.most = Math.max(seen.most, ++atOnce);
        await new Promise((resolve) => setTimeout(resolve));
        atOnce--;
        const answer = how(seed, worker);
        if (typeof answer !== "string") return answer;
        if (answer === "dies") die("the browser ended it");
        return new Promise(() => undefined);
      },
      close: () => void seen.closed++,
    };
  };
  return { open, seen };
}

function books() {
  const runs: number[] = [];
  const failed: [number, string][] = [];
  const hooks = {
    onRun: (_: PoolTask, { seed }: Trace) => void runs.push(seed),
    onFailed: ({ seed }: PoolTask, reason: string) => void failed.push([seed, reason]),
  };
  return { runs, failed, hooks };
}

const never = new AbortController().signal;

describe("a pool of search workers", () => {
  it("runs each task once, in their order, on no more workers than allowed, and closes them", async () => {
    const { open, seen } = workers();
    const { runs, hooks } = books();
    await runInPool(tasks(7), { size: 3, open, signal: never }, hooks);
    expect(seen.order).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect([...runs].sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect([seen.opened(), seen.most, seen.closed]).toEqual([3, 3, 3]);
  });

  it("opens no more workers than there are runs", async () => {
    const { open, seen } = workers();
    await runInPool(tasks(2), { size: 8, open, signal: never }, books().hooks);
    expect(seen.opened()).toBe(2);
  });

  it("tries the run of a worker that died once more, in another one", async () => {
    const { open, seen } = workers((seed, worker) => (seed === 2 && worker === 1 ? "dies" : works(seed)));
    const { runs, failed, hooks } = books();
    await runInPool(tasks(3), { size: 1, open, signal: never }, hooks);
    expect(seen.order).toEqual([1, 2, 2, 3]);
    expect(runs).toEqual([1, 2, 3]);
    expect(failed).toEqual([]);
    expect([seen.opened(), seen.closed]).toEqual([2, 2]);
  });

  it("reports a run whose worker died twice, and goes on with the others", async () => {
    const { open } = workers((seed) => (seed === 2 ? "dies" : works(seed)));
    const { runs, failed, hooks } = books();
    await runInPool(tasks(4), { size: 2, open, signal: never }, hooks);
    expect([...runs].sort()).toEqual([1, 3, 4]);
    expect(failed).toEqual([[2, "the browser ended it"]]);
  });

  it("gives up where one worker after the other dies", async () => {
    const { open, seen } = workers(() => "dies");
    const ended = runInPool(tasks(50), { size: 2, open, signal: never }, books().hooks);
    await expect(ended).rejects.toThrow("The search workers keep ending: the browser ended it.");
    expect(seen.opened()).toBeLessThan(10);
  });

  it("ends with the reason where no worker can be opened at all", async () => {
    const open = (): Searcher => {
      throw new ReferenceError("Worker is not defined");
    };
    await expect(runInPool(tasks(3), { size: 2, open, signal: never }, books().hooks)).rejects.toThrow("Worker is not defined");
  });

  it("reports a search that broke, without trying it again", async () => {
    const broken: Answer = { ok: false, error: { kind: "defect", message: "no finite value" } };
    const { open, seen } = workers((seed) => (seed === 1 ? broken : works(seed)));
    const { runs, failed, hooks } = books();
    await runInPool(tasks(2), { size: 1, open, signal: never }, hooks);
    expect(seen.order).toEqual([1, 2]);
    expect([runs, failed]).toEqual([[2], [[1, "no finite value"]]]);
  });

  it("ends with the sentence of a search that is refused, for the others would be as well", async () => {
    const refused: Answer = { ok: false, error: { kind: "input", message: "Budget: expected more." } };
    const { open, seen } = workers(() => refused);
    await expect(runInPool(tasks(9), { size: 2, open, signal: never }, books().hooks)).rejects.toThrow(
      new InputError("Budget: expected more."),
    );
    expect(seen.order.length).toBeLessThan(9);
    expect(seen.closed).toBe(seen.opened());
  });

  it("ends at once when it is cancelled, whatever its workers do, and keeps what finished", async () => {
    const { open, seen } = workers((seed) => (seed <= 2 ? works(seed) : "hangs"));
    const { runs, failed, hooks } = books();
    const cancel = new AbortController();
    setTimeout(() => cancel.abort(), 20);
    await runInPool(tasks(6), { size: 2, open, signal: cancel.signal }, hooks);
    expect([...runs].sort()).toEqual([1, 2]);
    expect(failed).toEqual([]);
    expect(seen.order).toEqual([1, 2, 3, 4]);
    expect(seen.closed).toBe(2);
  });
});
