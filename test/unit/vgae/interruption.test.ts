import { describe, expect, it } from "vitest";
import { darts } from "../../../src/spaces/index.ts";
import type { Backend } from "../../../src/vgae/backend.ts";
import { LATENT, trainingOptions } from "../../../src/vgae/config.ts";
import { type PretrainEvent, type Pretraining, pretraining } from "../../../src/vgae/pretrain.ts";
import type { Trainer } from "../../../src/vgae/trainer.ts";

const space = darts({ seed: 3, count: 4000 });
const { nodes } = space;

/** Trains in no time, and counts what it is asked. */
function counting(onCall: (name: "encode" | "decode" | "embed") => void): { backend: Backend; calls: Record<string, number> } {
  const calls: Record<string, number> = { encode: 0, decode: 0, embed: 0 };
  const called = (name: "encode" | "decode" | "embed"): void => {
    calls[name] = (calls[name] as number) + 1;
    onCall(name);
  };
  const words = 4;
  let step = 0;
  const metrics = { operations: 1, adjacency: 1, kl: 1, total: 3, gradNorm: 1 };
  const trainer = {
    shape: { nodes, operations: space.operations.length, latent: LATENT, hidden: 8 },
    get step() {
      return step;
    },
    async advance(steps: number) {
      step += steps;
    },
    takeMetrics: () => [{ step: step - 1, ...metrics }],
    finish: async () => undefined,
    snapshot: async () => ({
      step,
      prior: { count: 1, mean: new Float32Array(nodes * LATENT), m2: new Float32Array(nodes * LATENT) },
    }),
    async encode(packed: Uint32Array) {
      called("encode");
      const floats = (packed.length / words) * nodes * LATENT;
      return { mu: new Float32Array(floats), logvar: new Float32Array(floats) };
    },
    async decode(z: Float32Array) {
      called("decode");
      const rows = z.length / LATENT;
      return {
        operations: new Float32Array(rows * space.operations.length),
        adjacency: new Float32Array(rows * nodes),
      };
    },
    async embed(packed: Uint32Array) {
      called("embed");
      return new Float32Array((packed.length / words) * LATENT);
    },
  } as unknown as Trainer;
  const backend = { lost: new Promise(() => undefined), createTrainer: async () => trainer } as unknown as Backend;
  return { backend, calls };
}

async function cancelledAt(name: "encode" | "decode" | "embed") {
  let run: Pretraining | undefined;
  const { backend, calls } = counting((called) => {
    if (called === name) run?.cancel();
  });
  run = pretraining(async () => backend, { space, options: trainingOptions({ epochs: 3 }), embedEachEpoch: true });
  const events: PretrainEvent[] = [];
  const outcome = await run.run((event) => events.push(event));
  return { outcome, calls, epochs: events.filter((event) => event.type === "epoch") };
}

describe("a cancel at the end of an epoch", () => {
  it("interrupts the embedding of the whole space between slices; the report of the epoch stays", async () => {
    const { outcome, calls, epochs } = await cancelledAt("embed");
    expect(outcome.state).toBe("cancelled");
    expect(calls["embed"]).toBe(1);
    expect(epochs).toHaveLength(1);
    expect(epochs[0]?.embedding).toBeUndefined();
  });

  it.each(["encode", "decode"] as const)("interrupts the judging between two parts, after %s", async (name) => {
    const { outcome, calls, epochs } = await cancelledAt(name);
    expect(outcome.state).toBe("cancelled");
    expect(calls[name]).toBe(1);
    expect(calls["embed"]).toBe(0);
    expect(epochs).toHaveLength(0);
  });
});
