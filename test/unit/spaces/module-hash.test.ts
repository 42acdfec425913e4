import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { moduleHash } from "../../../src/spaces/module-hash.ts";
import { shared } from "../../shared.ts";

const DIAMOND = [0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0];

describe("the module hash", () => {
  test("is the official digest of a diamond", () => {
    expect(moduleHash(DIAMOND, ["-1", "1", "2", "-2"])).toBe("ac9bd0e2514c031187b612db767fb038");
  });

  test("does not see how the vertices are numbered", () => {
    expect(moduleHash(DIAMOND, ["-1", "2", "1", "-2"])).toBe(moduleHash(DIAMOND, ["-1", "1", "2", "-2"]));
  });

  test("sees a label and sees an edge", () => {
    const chain = [0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0];
    const hashes = [
      moduleHash(DIAMOND, ["-1", "1", "2", "-2"]),
      moduleHash(DIAMOND, ["-1", "1", "1", "-2"]),
      moduleHash(chain, ["-1", "1", "2", "-2"]),
    ];
    expect(new Set(hashes).size).toBe(3);
  });

  const cells = shared("data/nasbench101.csv.gz");
  test.runIf(cells)("is the one that names the cells of NAS-Bench-101 (sibling folder)", () => {
    const rows = gunzipSync(readFileSync(cells as string))
      .toString()
      .split("\n")
      .slice(1, 300);
    for (const row of rows) {
      const [, hash, count, bits, operations] = row.split(",");
      const vertices = Number(count);
      const adjacency = Array.from({ length: vertices ** 2 }, (_, i) => {
        const [x, y] = [Math.floor(i / vertices), i % vertices];
        return x < y ? (Number(bits) >> (x + (y * (y - 1)) / 2)) & 1 : 0;
      });
      expect(moduleHash(adjacency, ["-1", ...(operations as string), "-2"])).toBe(hash);
    }
  });
});
