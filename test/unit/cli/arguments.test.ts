import { InvalidArgumentError } from "commander";
import { describe, expect, it } from "vitest";
import { assignment, decimal, seedList, wholeFrom } from "../../../src/cli/arguments.ts";

describe("a list of seeds", () => {
  it("is numbers and ranges, in the order given", () => {
    expect(seedList("7")).toEqual([7]);
    expect(seedList("1-4")).toEqual([1, 2, 3, 4]);
    expect(seedList("9, 1-3,20")).toEqual([9, 1, 2, 3, 20]);
  });

  it.each([
    ["", 'found ""'],
    ["one", 'found "one"'],
    ["-3", 'found "-3"'],
    ["1.5", 'found "1.5"'],
    ["3-1", "a range that goes up"],
    ["1-3,2", "found 2 twice"],
    ["1-999999999", "at most 10000 seeds"],
  ])("is refused where it is %j", (text, told) => {
    expect(() => seedList(text)).toThrow(InvalidArgumentError);
    expect(() => seedList(text)).toThrow(told);
  });
});

describe("a number", () => {
  it("is decimal, in any usual notation", () => {
    expect(["0.001", "1e-3", "5", "-2"].map(decimal)).toEqual([0.001, 0.001, 5, -2]);
  });

  it.each(["", " ", "five", "1,5", "NaN", "Infinity"])("is not %j", (text) => {
    expect(() => decimal(text)).toThrow(InvalidArgumentError);
  });

  it("is whole and not too small where it counts something", () => {
    expect(wholeFrom(1)("12")).toBe(12);
    for (const text of ["0", "1.5", "-1", "x"]) expect(() => wholeFrom(1)(text), text).toThrow(InvalidArgumentError);
  });
});

describe("an option of a strategy", () => {
  it("is a number where it reads as one, else a word, and collects", () => {
    expect(assignment("target=incumbent", assignment("initial=32"))).toEqual({ initial: 32, target: "incumbent" });
  });

  it.each(["initial", "=3", "initial=", ""])("is not %j", (text) => {
    expect(() => assignment(text)).toThrow("name=value");
  });
});
