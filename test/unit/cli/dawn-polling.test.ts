import { promisify } from "node:util";
import { afterEach, expect, it } from "vitest";
import { relaxed, relaxPolling } from "../../../src/cli/dawn-polling.ts";

const { setImmediate: real } = globalThis;
afterEach(() => {
  globalThis.setImmediate = real;
});

/** Native and without a name, as what Dawn schedules. */
const dawns = Function.prototype as unknown as () => void;

it("what Dawn schedules comes a millisecond later, all else at once and with its arguments", () => {
  const [now, later]: [unknown[][], unknown[][]] = [[], []];
  const schedule = relaxed(
    (...all) => now.push(all),
    (...all) => later.push(all),
  );
  const ours = (): void => undefined;
  const bound = ours.bind(undefined);
  schedule(ours, 1, 2);
  schedule(bound);
  schedule(dawns);
  expect(now).toEqual([[ours, 1, 2], [bound]]);
  expect(later).toEqual([[dawns, 1]]);
});

it("setImmediate stays what it was for everybody else: cleared by its handle, promisified", async () => {
  relaxPolling();
  let called = false;
  clearImmediate(
    setImmediate(() => {
      called = true;
    }),
  );
  expect(await promisify(setImmediate)("value")).toBe("value");
  expect(called).toBe(false);
});
