import { describe, expect, it } from "vitest";
import { DeviceError } from "../../../src/errors.ts";
import { DeviceLost, lossBehind, unlessLost } from "../../../src/gpu/loss.ts";
import type { Backend } from "../../../src/vgae/backend.ts";
import { bringUp, lastingModel, placeFrom } from "../../../src/vgae/lasting.ts";
import type { Trainer } from "../../../src/vgae/trainer.ts";

const never = new Promise<never>(() => undefined);

/** A device that goes away when it is told to. */
function device() {
  let lose: (reason: string) => void = () => undefined;
  const lost = new Promise<string>((resolve) => {
    lose = resolve;
  });
  return { backend: { lost } as unknown as Backend, lost, lose: () => lose("The driver was reset.") };
}

describe("work on a device", () => {
  it("has its result while the device is there", async () => {
    const { lost } = device();
    expect(await unlessLost(lost, Promise.resolve(7))).toBe(7);
    await expect(unlessLost(lost, Promise.reject(new Error("broken")))).rejects.toThrow("broken");
  });

  it("that never settles is rejected when the device goes, and at once where it is gone", async () => {
    const { lost, lose } = device();
    const waiting = unlessLost(lost, never);
    lose();
    await expect(waiting).rejects.toThrow("The GPU was lost: The driver was reset.");
    await expect(unlessLost(lost, never)).rejects.toBeInstanceOf(DeviceLost);
  });

  it("that fails is explained by a loss that is heard of a little later, and by nothing else", async () => {
    const dying = device();
    const explained = lossBehind(dying.lost, new Error("map failed"));
    setTimeout(dying.lose, 20);
    expect((await explained)?.reason).toBe("The driver was reset.");
    const { lost } = device();
    expect(await lossBehind(lost, new Error("ours"))).toBeUndefined();
    expect(await lossBehind(lost, new DeviceError("no room"))).toBeUndefined();
  });
});

describe("a model that lasts", () => {
  const trainer = (embed: Trainer["embed"]) => ({ embed, shape: {}, step: 1 }) as unknown as Trainer;
  const rows = Float32Array.of(1, 2);

  it("is brought up once on the next device for all who ask, and asked again there", async () => {
    const [first, second] = [device(), device()];
    let opened = 0;
    const open = async (): Promise<Backend> => {
      opened++;
      return second.backend;
    };
    const place = placeFrom({ trainer: trainer(() => never), backend: first.backend }, open, async () =>
      trainer(async () => rows),
    );
    const model = lastingModel(place);
    const both = Promise.all([model.embed(new Uint32Array()), model.embed(new Uint32Array())]);
    first.lose();
    expect(await both).toEqual([rows, rows]);
    expect(opened).toBe(1);
  });

  it("does not ask again what failed for another reason", async () => {
    const { backend } = device();
    let calls = 0;
    const place = placeFrom(
      {
        trainer: trainer(async () => {
          calls++;
          throw new DeviceError("no room");
        }),
        backend,
      },
      () => never,
      () => never,
    );
    await expect(lastingModel(place).embed(new Uint32Array())).rejects.toThrow("no room");
    expect(calls).toBe(1);
  });

  it("is given up where one device after the other goes while it is brought up", async () => {
    let opened = 0;
    const open = async (): Promise<Backend> => {
      const { backend, lose } = device();
      opened++;
      lose();
      return backend;
    };
    await expect(bringUp(open, () => never)).rejects.toThrow("The GPU was lost 4 times in a row: The driver was reset.");
    expect(opened).toBe(4);
  });
});
