import { describe, expect, it } from "vitest";
import { MOST_STEPS, pace } from "../../../src/vgae/webgpu/pace.ts";

interface Adapter {
  /** Milliseconds of work a step. */
  readonly step: number;
  /** Milliseconds a submit besides. */
  readonly overhead?: number;
  /** The browser looks for finished work every so many milliseconds. */
  readonly every?: number;
}

/** An adapter that does one submit after the other, and a loop that keeps it as busy as the pace allows. */
function train(submits: number, adapter: (submit: number) => Adapter) {
  const at = pace();
  const log: { steps: number; work: number; inFlight: number }[] = [];
  const underWay: { steps: number; started: number; heard: number }[] = [];
  let now = 0;
  let free = 0;
  let busy = 0;
  const hear = (): void => {
    const next = underWay.shift();
    if (!next) return;
    now = Math.max(now, next.heard);
    at.done(next.steps, next.started, now);
  };
  for (let submit = 0; submit < submits; submit++) {
    const { step, overhead = 0, every = 0 } = adapter(submit);
    while (underWay.length >= at.inFlight) hear();
    const { steps } = at;
    const work = overhead + steps * step;
    free = Math.max(now, free) + work;
    busy += work;
    underWay.push({ steps, started: now, heard: every > 0 ? Math.ceil(free / every) * every : free });
    log.push({ steps, work, inFlight: underWay.length });
  }
  return {
    last: log.at(-1) as (typeof log)[number],
    log,
    share: busy / free,
    most: Math.max(...log.map(({ inFlight }) => inFlight)),
  };
}

describe("the pace of submits", () => {
  it.each([0.13, 0.4, 1, 3])("comes near 8 ms where a step takes %f ms, with two submits under way", (step) => {
    const { last, most, share, log } = train(60, () => ({ step, overhead: 0.1 }));
    expect(last.work).toBeGreaterThan(step > 2 ? 5 : 6.5);
    expect(last.work).toBeLessThanOrEqual(9);
    expect(most).toBe(2);
    expect(share).toBeGreaterThan(0.99);
    expect(Math.max(...log.map(({ work }) => work))).toBeLessThan(12);
  });

  it("takes no more than 64 steps, however short they are", () => {
    expect(train(60, () => ({ step: 0.01 })).last.steps).toBe(MOST_STEPS);
  });

  it.each([20, 40])("is one step where that takes %f ms already, and still keeps two under way", (step) => {
    const { last, most } = train(60, () => ({ step }));
    expect(last.steps).toBe(1);
    expect(most).toBe(2);
  });

  it.each([60, 110, 240])("has one submit of one step under way where it takes %f ms: a cancel waits for no other", (step) => {
    const { log } = train(60, () => ({ step }));
    expect(log.slice(20).every(({ steps, inFlight }) => steps === 1 && inFlight === 1)).toBe(true);
  });

  it("follows an adapter that becomes slower, and one that becomes faster", () => {
    const { log } = train(180, (submit) => ({ step: submit >= 60 && submit < 120 ? 4 : 0.5 }));
    expect(log[59]?.steps).toBeGreaterThan(12);
    expect(log[119]?.work).toBeLessThanOrEqual(8);
    expect(log[179]?.steps).toBeGreaterThan(12);
  });

  it("fills the time between two looks of a browser that hears of finished work every 100 ms", () => {
    const { last, share } = train(200, () => ({ step: 0.3, every: 100 }));
    expect(last.steps).toBe(MOST_STEPS);
    expect(share).toBeGreaterThan(0.3);
  });

  it("does not take a slow adapter for such a browser", () => {
    expect(
      train(200, () => ({ step: 100 }))
        .log.slice(10)
        .every(({ steps }) => steps === 1),
    ).toBe(true);
    expect(train(200, () => ({ step: 30, every: 100 })).last.steps).toBeLessThanOrEqual(4);
  });
});
