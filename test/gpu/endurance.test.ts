/**
 * A long run leaves nothing behind: neither on the JavaScript heap nor on the device. `npm run test:endurance` makes all 10,000 steps; within
 * the suite there are fewer, and the device computes only the books of each.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, expect, it } from "vitest";
import type { Counts } from "../../src/gpu/device.ts";
import type { SearchSpace } from "../../src/spaces/space.ts";
import { trainingOptions } from "../../src/vgae/config.ts";
import { pretraining } from "../../src/vgae/pretrain.ts";
import { sound } from "./devices.ts";
import { shape, sharedGpu, space } from "./helpers.ts";

const ASKED = Number(process.env["ARCHSCAPE_ENDURANCE_STEPS"] ?? 0);
const STEPS = ASKED || 2000;
/** Steps after which everything is there that a run needs, compiled code included (0.3 MB of it between steps 500 and 1,000). */
const WARM = 1000;
/** Groups of the last dispatch of a step; the first one keeps the books. */
const ADAM_GROUPS = 33;

/** A hundred steps an epoch, so that judging and snapshots come along. */
const some: SearchSpace = { ...space, size: 3300, trainSize: 3200 };

let restore = (): void => undefined;
afterEach(() => restore());

/** Not a spy, which would remember every call. */
function keepOnlyBooks(): void {
  const { prototype } = GPUComputePassEncoder;
  const real = prototype.dispatchWorkgroups;
  prototype.dispatchWorkgroups = function (this: GPUComputePassEncoder, ...groups) {
    if (this.label !== "training steps") real.apply(this, groups);
    else if (groups[0] === ADAM_GROUPS) real.call(this, 1);
  };
  restore = () => {
    prototype.dispatchWorkgroups = real;
  };
}

interface Held {
  readonly step: number;
  readonly heap: number;
  readonly arrays: number;
  readonly counts: Pick<Counts, "buffers" | "liveBuffers" | "bufferBytes" | "bindGroups" | "pipelines">;
}

it(`${STEPS} steps let neither the heap grow nor the number of live buffers`, { timeout: 1_800_000 }, async () => {
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc") as () => void;
  const backend = await sound();
  const gpu = await sharedGpu();
  if (!ASKED) keepOnlyBooks();

  const hold = (step: number): Held => {
    collectGarbage();
    collectGarbage();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    const { buffers, liveBuffers, bufferBytes, bindGroups, pipelines } = gpu.counts;
    return { step, heap: heapUsed, arrays: arrayBuffers, counts: { buffers, liveBuffers, bufferBytes, bindGroups, pipelines } };
  };
  let first: Held | undefined;
  let last: Held | undefined;
  let steps = 0;
  const run = pretraining(async () => backend, {
    space: some,
    options: trainingOptions({ epochs: 10_000, seed: 3 }),
    hidden: shape.hidden,
    epochSamples: 10,
    stopAfter: WARM + STEPS,
  });
  const { state, trainer, message } = await run.run((event) => {
    if (event.type !== "progress") return;
    steps += event.metrics.length;
    if (event.step >= WARM) first ??= hold(event.step);
    if (event.step >= WARM + STEPS) last ??= hold(event.step);
  });
  trainer.destroy();
  expect({ state, message, steps }).toEqual({ state: "cancelled", message: undefined, steps: WARM + STEPS });
  if (!first || !last) throw new Error("The run was not measured.");
  expect(last.counts).toEqual(first.counts);
  // The report of an epoch stays, 1 kB in a hundred steps; the rest is compiled code and the runner's own (measured: 0.09 MB in 2,000 steps,
  // 0.36 MB in 10,000, which take minutes). An object that were kept of every step would be 100 bytes each.
  const room = ASKED ? 250_000 + 30 * (last.step - first.step) : 200_000;
  expect(last.heap - first.heap).toBeLessThan(room);
  // A snapshot or two more or less.
  expect(last.arrays - first.arrays).toBeLessThan(4_000_000);
});
