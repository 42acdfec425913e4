import { expect, test } from "vitest";
import { atOnce, inSlices, type Steps } from "../../../src/spaces/steps.ts";

function* counting(to: number): Steps<string> {
  for (let i = 1; i <= to; i++) yield i / to;
  return `counted to ${to}`;
}

function* endless(): Steps<never> {
  for (let i = 0; ; i++) yield i / (i + 1);
}

test("the same work gives the same result at once and in slices", async () => {
  expect(atOnce(counting(1000))).toBe("counted to 1000");
  const shares: number[] = [];
  await expect(inSlices(counting(1000), { onProgress: (share) => shares.push(share) })).resolves.toBe("counted to 1000");
  expect(shares.at(-1)).toBe(1);
});

test("work in slices leaves room for others", async () => {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new Error("the timer ran")));
  await expect(inSlices(endless(), { signal: controller.signal })).rejects.toThrow("the timer ran");
  clearTimeout(timer);
});

test("work that is cancelled before it begins does nothing", async () => {
  const signal = AbortSignal.abort(new Error("too late"));
  await expect(inSlices(counting(5), { signal, onProgress: () => expect.unreachable() })).rejects.toThrow("too late");
});
