import { describe, expect, it } from "vitest";
import { publishedSearch } from "../../../web/published.ts";
import { DEFAULT_SETTINGS, readSettings, type Settings, writeSettings } from "../../../web/state/settings.ts";
import {
  optionFields,
  readOptions,
  settingOn,
  strategyProblem,
  withOption,
  writeOptions,
} from "../../../web/state/strategy-options.ts";

const EVOLUTION: Settings = { ...DEFAULT_SETTINGS, strategy: "evolution" };
const setting = (settings: Settings) => settingOn(settings, "nasbench201", true);
const field = (settings: Settings, name: string) => {
  const found = optionFields(settings, setting(settings)).find((one) => one.name === name);
  if (!found) throw new Error(`no option ${name}`);
  return found;
};

describe("the options of a strategy on the page", () => {
  it("stand in the link as they were changed, and come back", () => {
    const options = withOption(withOption("", field(EVOLUTION, "population"), "50"), field(EVOLUTION, "pool"), "all");
    expect(options).toBe("population=50,pool=all");
    const link = writeSettings({ ...EVOLUTION, options, points: "path" });
    expect(readSettings(link).settings).toMatchObject({ strategy: "evolution", options, points: "path" });
    expect(readSettings(link).complaints).toEqual([]);
    expect(writeOptions(readOptions(options))).toBe(options);
  });

  it("are no longer written down when they are set back to their default", () => {
    const options = withOption("population=50,sample=5", field(EVOLUTION, "population"), "30");
    expect(options).toBe("sample=5");
  });

  it("have the defaults of what is searched and of the protocol", () => {
    expect(field(EVOLUTION, "neighbours")).toMatchObject({ initial: "nearest", value: "nearest" });
    expect(field({ ...EVOLUTION, points: "none" }, "neighbours").value).toBe("edits");
    expect(field({ ...EVOLUTION, searchProtocol: "released" }, "pool").value).toBe("all");
    expect(field({ ...EVOLUTION, options: "population=50" }, "population")).toMatchObject({
      initial: 30,
      value: 50,
      values: { kind: "whole", least: 1 },
    });
    expect(optionFields({ ...EVOLUTION, strategy: "random" }, setting(EVOLUTION))).toEqual([]);
  });

  it("say in a sentence what keeps the strategy from running", () => {
    const problem = (given: Partial<Settings>) =>
      strategyProblem({ ...EVOLUTION, ...given }, setting({ ...EVOLUTION, ...given }));
    expect(problem({})).toBeUndefined();
    expect(problem({ options: "population=0" })).toBe(
      "Option population of strategy evolution: expected a whole number from 1 to 100000, found 0.",
    );
    expect(problem({ options: "batch=3" })).toMatch(/^Strategy evolution has no option "batch"; it has initial/);
    expect(problem({ strategy: "bananas", points: "none" })).toMatch(/learns from points/);
    expect(problem({ points: "none" })).toBeUndefined();
    expect(problem({ points: "none", options: "neighbours=nearest" })).toMatch(/learns from points/);
    const categorical: Settings = { ...DEFAULT_SETTINGS, strategy: "reinforce-categorical", points: "none" };
    expect(strategyProblem(categorical, setting(categorical))).toBeUndefined();
    expect(strategyProblem(categorical, settingOn(categorical, "darts", true))).toMatch(
      /expected NAS-Bench-101 or NAS-Bench-201/,
    );
  });
});

describe("published figures", () => {
  it("stand beside a search of what they were found in", () => {
    const beside = (strategy: string, points: "embedding" | "none" | "operations") =>
      publishedSearch("nasbench201", strategy, points, "c100_test");
    expect(beside("reinforce", "embedding")).toBe(0.7315);
    expect(beside("reinforce", "operations")).toBeUndefined();
    expect(beside("reinforce-categorical", "none")).toBe(0.7213);
    expect(beside("evolution", "none")).toBe(0.7286);
    expect(beside("evolution", "embedding")).toBeUndefined();
    expect(beside("random", "none")).toBe(beside("random", "embedding"));
    expect(beside("bo", "operations")).toBeUndefined();
  });
});
