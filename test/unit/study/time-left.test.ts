import { describe, expect, it } from "vitest";
import { timeLeft } from "../../../src/study/time-left.ts";

const tasks = (name: string, count: number) => Array.from({ length: count }, () => ({ name }));

describe("the time left of a study", () => {
  it("counts each strategy by what its own runs took, over the threads there are", () => {
    const left = timeLeft([{ name: "bo", seconds: 30 }], [...tasks("bo", 4), ...tasks("random", 2)], 2);
    expect(left.now()).toBeUndefined();
    left.ended({ name: "random", seconds: 2 });
    // 4 runs of 30 s and 1 of 2 s on 2 threads.
    expect(left.now()).toBe(61);
    left.ended({ name: "bo", seconds: 10 });
    // 3 runs of 10 s.
    expect(left.now()).toBe(16);
  });

  it("is nothing when all is done", () => {
    const left = timeLeft([], tasks("random", 1), 8);
    left.ended({ name: "random", seconds: 3 });
    expect(left.now()).toBe(0);
  });

  it("trusts runs of now more than runs kept from a busier or idler time", () => {
    const left = timeLeft([{ name: "bo", seconds: 100 }], tasks("bo", 3), 1);
    expect(left.now()).toBe(300);
    left.ended({ name: "bo", seconds: 10 });
    expect(left.now()).toBe(20);
  });
});
