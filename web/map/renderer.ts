import type { Rgb } from "../../src/drawing/colour-maps.ts";
import type { View } from "./view.ts";

/** Points as they are drawn, first to last. */
export interface Cloud {
  /** 2 numbers a point. */
  readonly positions: Float32Array;
  /** 4 bytes a point. */
  readonly colours: Uint8Array;
}

/** Draws a cloud of points under a view. What lies over it (selection, paths) is SVG and not its business. */
export interface Renderer {
  readonly kind: "webgl" | "canvas";
  draw(cloud: Cloud): void;
  look(view: View): void;
  resize(): void;
  destroy(): void;
}

export interface RendererOptions {
  readonly parent: HTMLElement;
  readonly view: View;
  /** Colour behind the points, as it is now. */
  ground(): Rgb;
  /** A gesture of the user asks for another view. */
  onView(view: View): void;
  /** The renderer cannot go on. */
  onError(error: unknown): void;
}
