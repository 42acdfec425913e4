import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { cacheFolder } from "../../../src/cli/cache.ts";
import { command, fresh } from "./command.ts";

describe("the cache folder", () => {
  it("is the platform's own, and XDG_CACHE_HOME chooses another", () => {
    expect(cacheFolder({}, "linux", "/home/ada")).toBe("/home/ada/.cache/archscape");
    expect(cacheFolder({}, "darwin", "/Users/ada")).toBe("/Users/ada/Library/Caches/archscape");
    expect(cacheFolder({ LOCALAPPDATA: "/local" }, "win32", "/ada")).toBe("/local/archscape/Cache");
    expect(cacheFolder({ XDG_CACHE_HOME: "/caches" }, "darwin", "/Users/ada")).toBe("/caches/archscape");
  });
});

describe("what a command prepares", () => {
  // A new sample each time: what this process has prepared is not read again.
  let seed = 500;
  let folder = "";
  const convert = () => command(["convert", "darts", "--cells", "300", "--cells-seed", String(seed), "--to", "index", "12"]);
  const file = () => join(folder, `darts-${seed}-300.safetensors`);
  beforeEach(() => {
    seed++;
    const home = dirname(fresh("home"));
    folder = join(home, "archscape");
    vi.stubEnv("XDG_CACHE_HOME", home);
  });
  afterEach(() => vi.unstubAllEnvs());

  it("is kept in the cache folder, a file a space", async () => {
    expect(await convert()).toMatchObject({ code: 0, out: "12\n", err: "" });
    expect(readdirSync(folder)).toEqual([`darts-${seed}-300.safetensors`]);
    expect(statSync(file()).size).toBeGreaterThan(300 * 16);
  });

  it("is made again where the file is corrupt, and that is said", async () => {
    mkdirSync(folder);
    writeFileSync(file(), "not what it was");
    const { code, out, err } = await convert();
    expect({ code, out }).toEqual({ code: 0, out: "12\n" });
    expect(err).toMatch(
      /^archscape: warning: The kept tables of DARTS cannot be used and are made again: .* no safetensors file.*\n$/,
    );
    expect(readFileSync(file()).length).toBeGreaterThan(300 * 16);
  });

  it("is not kept where the folder cannot be written, and that is said", async () => {
    writeFileSync(folder, "a file in the way");
    const { code, out, err } = await convert();
    expect({ code, out }).toEqual({ code: 0, out: "12\n" });
    expect(err).toMatch(/archscape: warning: The tables of DARTS cannot be kept: /);
  });

  it("is told by info", async () => {
    const ready = async () => {
      const { lines } = await command(["info", "--json"]);
      const [{ spaces = [], cache } = {}] = lines() as { spaces?: { name: string; ready: boolean }[]; cache?: string }[];
      return [cache, ...spaces.map(({ name, ready: is }) => `${name} ${is}`)];
    };
    expect(await ready()).toEqual([folder, "nasbench101 false", "nasbench201 true", "darts false"]);
    mkdirSync(folder);
    writeFileSync(join(folder, "nasbench101.safetensors"), "");
    expect(await ready()).toContain("nasbench101 true");
  });

  it("is given up after Ctrl-C", async () => {
    const interruption = new AbortController();
    setTimeout(() => interruption.abort(), 100);
    const { code, out } = await command(["convert", "darts", "--cells-seed", "77", "--to", "index", "3"], interruption.signal);
    expect({ code, out }).toEqual({ code: 130, out: "" });
  });
});
