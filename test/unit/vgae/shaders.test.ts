import { describe, expect, it } from "vitest";
import { unrolled } from "../../../src/vgae/webgpu/shaders.ts";

describe("loops over a thread's own columns", () => {
  it("are written out where their bound is known, one block a round", () => {
    expect(unrolled("for (var t = 0u; t < TILES; t++) { a[t] += b[2u * t]; }", { TILES: 2 })).toBe(
      "{ a[0u] += b[2u * 0u]; }{ a[1u] += b[2u * 1u]; }",
    );
  });

  it("may be nested, go in strides, and stand between other text", () => {
    const text = "x; for (var i = 0u; i < COLUMNS; i += STEP) { for (var j = 0u; j < 2u; j++) { f(i, j, ij); } } y;";
    expect(unrolled(text, { COLUMNS: 8, STEP: 4 })).toBe(
      "x; { { f(0u, 0u, ij); }{ f(0u, 1u, ij); } }{ { f(4u, 0u, ij); }{ f(4u, 1u, ij); } } y;",
    );
  });

  it("stay loops where the bound is not theirs to know", () => {
    const text = "for (var k = 0u; k < stage.inputs; k++) { for (var i = 0u; i < WORKERS; i++) { s += a[i]; } }";
    expect(unrolled(text, { TILES: 1 })).toBe(text);
  });
});
