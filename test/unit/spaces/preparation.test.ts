import { describe, expect, test } from "vitest";
import { InputError } from "../../../src/errors.ts";
import {
  darts,
  isPrepared,
  memoryOf,
  obtainTables,
  prepareSpace,
  type SpaceCache,
  tablesOf,
  useTables,
} from "../../../src/spaces/index.ts";
import { keyOf, readTables, writeTables } from "../../../src/spaces/kept-tables.ts";
import { makeTables } from "../../../src/spaces/tables.ts";

/** DARTS stands for both spaces that are prepared: its small samples take no time. */
const request = (seed: number) => ({ name: "darts", seed, count: 3000 }) as const;

function memoryCache(kept = new Map<string, Uint8Array>()): SpaceCache & { readonly kept: Map<string, Uint8Array> } {
  return {
    kept,
    read: async (key) => kept.get(key),
    write: async (key, bytes) => void kept.set(key, bytes),
  };
}

describe("preparing a space", () => {
  test("makes it answer in this thread, with progress; again it takes no time", async () => {
    const shares: number[] = [];
    expect(isPrepared(request(1))).toBe(false);
    const space = await prepareSpace(request(1), { onProgress: (share) => shares.push(share) });
    expect(isPrepared(request(1))).toBe(true);
    expect(space).toBe(darts(request(1)));
    expect(shares.at(-1)).toBe(1);
    expect(await prepareSpace(request(1), { onProgress: () => expect.unreachable() })).toBe(space);
  });

  test("can be cancelled, and is then not prepared", async () => {
    const controller = new AbortController();
    const onProgress = (): void => controller.abort(new Error("enough"));
    const large = { name: "darts", seed: 2, count: 600_000 } as const;
    await expect(prepareSpace(large, { signal: controller.signal, onProgress })).rejects.toThrow("enough");
    expect(isPrepared(large)).toBe(false);
  });

  test("takes tables that were made elsewhere, which lose their memory there and give the same space here", async () => {
    const made = await makeTables(request(3));
    const moved = structuredClone(made, { transfer: memoryOf(made) });
    expect(memoryOf(made).map(({ byteLength }) => byteLength)).toEqual([0, 0]);
    expect(isPrepared(request(3))).toBe(false);
    const space = await prepareSpace(request(3), { obtain: async () => moved });
    expect(space.format(2999)).toBe(darts({ seed: 3, count: 3001 }).format(2999));
    expect(tablesOf(request(3))).toEqual(moved);
  });

  test("refuses the tables of something else", async () => {
    const made = await makeTables(request(4));
    if (made.name !== "darts") expect.unreachable();
    expect(() => useTables({ ...made, seed: 5 })).toThrow(/cell 0 is not the one that seed 5 draws/);
    expect(() => useTables({ ...made, count: 2999 })).toThrow(InputError);
    expect(isPrepared(request(5))).toBe(false);
  });
});

describe("tables that are kept", () => {
  test("are found again and not made again", async () => {
    const cache = memoryCache();
    const made = await obtainTables(request(6), { cache });
    expect([...cache.kept.keys()]).toEqual(["darts-6-3000"]);
    const shares: number[] = [];
    const notices: string[] = [];
    const onNotice = (notice: string) => void notices.push(notice);
    expect(await obtainTables(request(6), { cache, onNotice, onProgress: (share) => shares.push(share) })).toEqual(made);
    expect([shares, notices]).toEqual([[1], []]);
  });

  test.each<[string, (bytes: Uint8Array) => Uint8Array, RegExp]>([
    ["are cut short", (bytes) => bytes.subarray(0, 5000), /it is cut short/],
    ["have one bit changed", (bytes) => bytes.with(bytes.length - 9, (bytes.at(-9) as number) ^ 1), /checksum does not fit/],
    ["are something else", () => new TextEncoder().encode("<html></html>"), /no safetensors file/],
    ["are empty", () => new Uint8Array(), /at least 8 bytes, found 0/],
  ])("and %s are made again, kept anew, and that is said", async (_, change, reason) => {
    const cache = memoryCache();
    const made = await obtainTables(request(7), { cache });
    const whole = cache.kept.get("darts-7-3000") as Uint8Array;
    cache.kept.set("darts-7-3000", change(whole));
    const notices: string[] = [];
    expect(await obtainTables(request(7), { cache, onNotice: (notice) => notices.push(notice) })).toEqual(made);
    expect(notices).toEqual([
      expect.stringMatching(/^The kept tables of DARTS cannot be used and are made again: Cannot read the kept tables: [^.]+\.$/),
    ]);
    expect(notices[0]).toMatch(reason);
    expect(cache.kept.get("darts-7-3000")).toEqual(whole);
  });

  test("are not needed: a cache that refuses everything is told, and no error", async () => {
    const notices: string[] = [];
    const refuse = async () => Promise.reject(new Error("The operation is insecure."));
    const options = { cache: { read: refuse, write: refuse }, onNotice: (notice: string) => void notices.push(notice) };
    await expect(prepareSpace(request(8), options)).resolves.toBe(darts(request(8)));
    expect(notices).toEqual([
      "The kept tables of DARTS cannot be used and are made again: The operation is insecure.",
      "The tables of DARTS cannot be kept: The operation is insecure.",
    ]);
  });

  test("belong to one space and sample", async () => {
    const bytes = writeTables(await makeTables(request(9)));
    expect(keyOf({ name: "nasbench101" })).toBe("nasbench101");
    expect(readTables(request(9), bytes)).toMatchObject({ name: "darts", seed: 9, count: 3000 });
    expect(() => readTables(request(10), bytes, "a file")).toThrow(
      "Cannot read a file: tables 1 of darts-10-3000 are expected, found tables 1 of darts-9-3000.",
    );
    expect(() => readTables({ name: "nasbench101" }, bytes)).toThrow(/of nasbench101 are expected/);
  });
});
