import { afterAll, describe, expect, test } from "vitest";
import { darts, requestOf } from "../../../src/spaces/index.ts";
import { writeCheckpoint } from "../../../src/vgae/checkpoint.ts";
import { DEFAULT_TRAINING, LATENT, modelShape } from "../../../src/vgae/config.ts";
import { initialState } from "../../../src/vgae/state.ts";
import { engineService } from "../../../workers/engine-service.ts";
import type { EngineEvent, Outcome } from "../../../workers/protocol.ts";

const space = darts({ seed: 11, count: 40 });
const engine = engineService();
afterAll(() => engine.close());

function valueIn<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(outcome.error.message);
  return outcome.value;
}

describe("an engine, whose space is embedded in parts", () => {
  test("loads a model without embedding anything, and embeds what it is asked for", async () => {
    await engine.open("tfjs-cpu");
    const shape = modelShape(space, 8);
    const made = { space, options: DEFAULT_TRAINING, adapter: "none", version: "test" };
    const file = writeCheckpoint(shape, initialState(shape, 1), made, { weightsOnly: true });
    const loaded = valueIn(await engine.load(requestOf(space), file, "test"));
    expect(loaded).toMatchObject({ resumable: false, metadata: { space: "darts" } });
    const whole = valueIn(await engine.embed());
    const part = valueIn(await engine.embed(Uint32Array.of(39, 3)));
    expect(whole).toHaveLength(40 * LATENT);
    const rows = [39, 3].flatMap((index) => [...whole.subarray(index * LATENT, (index + 1) * LATENT)]);
    for (const [i, value] of part.entries()) expect(value).toBeCloseTo(rows[i] as number, 5);
  });

  test("shows a sample after an epoch, and leaves the whole to be asked for", async () => {
    const { port1, port2 } = new MessageChannel();
    const events: EngineEvent[] = [];
    port1.onmessage = ({ data }: MessageEvent<EngineEvent>) => {
      events.push(data);
      if (data.type === "epoch") void engine.cancel();
    };
    const epochSample = Uint32Array.of(5, 1, 30);
    const request = { space: requestOf(space), options: { epochs: 1000, batchSize: 32 }, embedEachEpoch: true, epochSample };
    const { state } = valueIn(await engine.pretrain(request, port2));
    expect(state).toBe("cancelled");
    await expect.poll(() => events.at(-1)).toMatchObject({ type: "state", state: "cancelled" });
    port1.close();
    const epoch = events.find((event) => event.type === "epoch");
    expect(epoch?.embedding).toHaveLength(3 * LATENT);
  });
});
