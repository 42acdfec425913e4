import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { md5 } from "js-md5";
import { describe, expect, test } from "vitest";
import { generator } from "../../../src/random/generator.ts";
import { md5Words } from "../../../src/spaces/md5.ts";
import { moduleHash } from "../../../src/spaces/module-hash.ts";
import { shared } from "../../shared.ts";

const DIAMOND = [0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0];

/** The definition, written as plainly as possible. */
function plainModuleHash(adjacency: readonly number[], labels: readonly string[]): string {
  const count = labels.length;
  const vertices = Array.from(labels.keys());
  const before = vertices.map((v) => vertices.filter((u) => adjacency[u * count + v]));
  const after = vertices.map((v) => vertices.filter((u) => adjacency[v * count + u]));
  let hashes = vertices.map((v) => md5(`(${after[v]?.length}, ${before[v]?.length}, ${labels[v]})`));
  for (let round = 0; round < count; round++) {
    const old = hashes;
    const joined = (some: readonly number[] = []) =>
      some
        .map((v) => old[v])
        .sort()
        .join("");
    hashes = vertices.map((v) => md5(`${joined(before[v])}|${joined(after[v])}|${old[v]}`));
  }
  return md5(
    `[${hashes
      .sort()
      .map((hash) => `'${hash}'`)
      .join(", ")}]`,
  );
}

describe("MD5 over words", () => {
  test("is the library's at every length around the ends of blocks", () => {
    for (const length of [0, 1, 3, 4, 54, 55, 56, 57, 63, 64, 65, 119, 120, 128, 200]) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + length) & 255);
      const message = new Int32Array(80).fill(-1);
      new Uint8Array(message.buffer).set(bytes);
      new Uint8Array(message.buffer).fill(0, length, 4 * Math.ceil(length / 4));
      const digest = new Int32Array(6);
      md5Words(message, length, digest, 1);
      const found = Array.from(new Uint8Array(digest.buffer, 4, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
      expect(found).toBe(md5(bytes));
    }
  });
});

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

  test("is what strings and a library's MD5 give, on graphs of all sizes", () => {
    const random = generator(7, "search");
    for (let count = 1; count <= 11; count++) {
      for (let repeat = 0; repeat < 4; repeat++) {
        const adjacency = Array.from({ length: count ** 2 }, (_, i) =>
          Math.floor(i / count) < i % count ? random.integer(2) : 0,
        );
        const labels = Array.from({ length: count }, () => `[${random.integer(3)}.0, 1.0]`);
        expect(moduleHash(adjacency, labels)).toBe(plainModuleHash(adjacency, labels));
      }
    }
  });

  test("refuses a graph whose neighbourhoods do not fit a word", () => {
    const labels = Array.from({ length: 33 }, () => "1");
    expect(() => moduleHash(new Uint8Array(33 * 33), labels)).toThrow(RangeError);
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
