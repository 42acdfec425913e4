import { describe, expect, it } from "vitest";
import { LATENT } from "../../../src/vgae/config.ts";
import { spreadOrder } from "../../../web/map/spread.ts";
import { FIRST_LOOK, type PlacingView, placeSpace } from "../../../web/state/placing.ts";

describe("the order in which a large space is placed", () => {
  it.each([1, 2, 10, 2000, 423_624])("has every one of %i architectures once", (size) => {
    const seen = new Uint8Array(size);
    for (const index of spreadOrder(size, 0, size)) seen[index] = 1;
    expect(seen.every((mark) => mark === 1)).toBe(true);
  });

  it("begins spread evenly over the whole: no tenth has more than its share by a fifth", () => {
    const counts = new Array<number>(10).fill(0);
    for (const index of spreadOrder(600_000, 0, 1000)) counts[Math.floor(index / 60_000)]! += 1;
    expect(Math.max(...counts)).toBeLessThanOrEqual(120);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(80);
  });

  it("is the same in parts", () => {
    expect([...spreadOrder(1000, 300, 50)]).toEqual([...spreadOrder(1000, 0, 1000)].slice(300, 350));
    expect(spreadOrder(1000, 990, 50)).toHaveLength(10);
  });
});

describe("placing a large space", () => {
  const SIZE = 4 * FIRST_LOOK;
  /** An embedding that tells whose it is. */
  const embed = async (indices: Uint32Array) => {
    const value = new Float32Array(indices.length * LATENT);
    for (const [i, index] of indices.entries()) value.fill(index, i * LATENT, (i + 1) * LATENT);
    return { ok: true, value } as const;
  };
  interface Shown {
    readonly rows: Float32Array;
    readonly present: Uint32Array | undefined;
  }

  it("shows a first part early, with whose rows they are, and at last all in index order", async () => {
    const shown: Shown[] = [];
    const views: PlacingView[] = [];
    const ended = await placeSpace(SIZE, embed, {
      signal: new AbortController().signal,
      onProgress: (view) => views.push(view),
      onRows: (rows, present) => shown.push({ rows, present }),
    });
    expect(ended).toBeUndefined();
    const [first] = shown;
    expect(first?.present?.length).toBeGreaterThanOrEqual(FIRST_LOOK);
    expect(first?.present?.length).toBeLessThan(SIZE);
    expect(first?.present?.every((index, i) => first.rows[i * LATENT] === index)).toBe(true);
    const last = shown.at(-1);
    expect(last?.present).toBeUndefined();
    expect(last?.rows).toHaveLength(SIZE * LATENT);
    expect([0, 1, SIZE - 1].map((index) => last?.rows[index * LATENT])).toEqual([0, 1, SIZE - 1]);
    expect(views.at(-1)).toMatchObject({ done: SIZE, total: SIZE, secondsLeft: 0 });
  });

  it("shows what is there when it is stopped", async () => {
    const controller = new AbortController();
    const shown: Shown[] = [];
    await placeSpace(SIZE, embed, {
      signal: controller.signal,
      onProgress: ({ done }) => done > 0 && controller.abort(),
      onRows: (rows, present) => shown.push({ rows, present }),
    });
    expect(shown).toHaveLength(1);
    expect(shown[0]?.rows).toHaveLength((shown[0]?.present?.length ?? 0) * LATENT);
    expect(shown[0]?.present?.length).toBeLessThan(FIRST_LOOK);
  });

  it("tells why it cannot go on", async () => {
    const error = { kind: "device", message: "The GPU was lost." } as const;
    const ended = await placeSpace(SIZE, async () => ({ ok: false, error }), {
      signal: new AbortController().signal,
      onProgress: () => undefined,
      onRows: () => undefined,
    });
    expect(ended).toEqual(error);
  });
});
