import { describe, expect, it } from "vitest";
import { parseSeeds } from "../../../web/state/seeds.ts";
import {
  DEFAULT_SETTINGS,
  hiddenIn,
  readSettings,
  requestIn,
  settingsOfSpace,
  writeSettings,
} from "../../../web/state/settings.ts";

describe("the settings in a link", () => {
  it("are empty where nothing differs from the default", () => {
    expect(writeSettings(DEFAULT_SETTINGS)).toBe("");
    expect(readSettings("")).toEqual({ settings: DEFAULT_SETTINGS, complaints: [] });
  });

  it("come back as they were written", () => {
    const settings = {
      ...DEFAULT_SETTINGS,
      backend: "tfjs-wasm" as const,
      protocol: "corrected" as const,
      seed: 4_294_967_295,
      rate: 3e-4,
      live: false,
      colour: "label:c100_valid & more",
      cell: 0,
      x: -0.25,
      zoom: 2.5,
      seeds: "1-10, 12",
    };
    expect(readSettings(`#${writeSettings(settings)}`)).toEqual({ settings, complaints: [] });
  });

  it("say which panels are left out, each once and in order, and refuse what is none", () => {
    const { settings } = readSettings("#hide=charts,search,charts&dialog=study");
    expect(settings).toMatchObject({ hide: "search,charts", dialog: "study" });
    expect([...hiddenIn(settings)]).toEqual(["search", "charts"]);
    expect(readSettings("#hide=map").complaints[0]).toContain("expected some of header, space");
  });

  it("name each field that is unknown or does not fit, and read the rest", () => {
    const { settings, complaints } = readSettings(
      "#seed=7&tunnel=1&epochs=0&backend=cuda&protocol=best&kl=&dropout=1.5&constructor=x",
    );
    expect(settings).toEqual({ ...DEFAULT_SETTINGS, seed: 7 });
    expect(complaints).toHaveLength(7);
    for (const name of ["tunnel", "epochs", "backend", "protocol", "kl", "dropout", "constructor"])
      expect(complaints.join("\n")).toContain(name);
  });
});

describe("the space in a link", () => {
  it("is NAS-Bench-201 unless it is named, and a sample only for DARTS", () => {
    expect(requestIn(readSettings("#drawn=10").settings)).toEqual({ name: "nasbench201" });
    expect(requestIn(readSettings("#space=nasbench101").settings)).toEqual({ name: "nasbench101" });
    const drawn = { name: "darts", seed: 7, count: 2000 };
    expect(requestIn(readSettings("#space=darts&drawn=2000&drawSeed=7").settings)).toEqual(drawn);
    expect(readSettings("#space=nasbench301&drawn=0").complaints).toHaveLength(2);
  });

  it("takes selection, view and colours with it, and leaves how to train and search", () => {
    const left = settingsOfSpace({ ...DEFAULT_SETTINGS, cell: 4, zoom: 2, colour: "macs", seed: 9, queries: 7 });
    expect(left).toMatchObject({ cell: 4, zoom: 2, colour: "macs", space: "nasbench201" });
    expect(left).not.toHaveProperty("seed");
    expect(left).not.toHaveProperty("queries");
  });
});

describe("seeds in a field", () => {
  it("are numbers and ranges", () => {
    expect(parseSeeds("1-3, 7")).toEqual([1, 2, 3, 7]);
    expect(parseSeeds("0")).toEqual([0]);
  });

  it.each(["", "a", "3-1", "1,1", "1-501", "-1", "4294967296"])("are refused where they cannot be: %j", (text) => {
    expect(() => parseSeeds(text)).toThrow(/^Seeds: expected/);
  });
});
