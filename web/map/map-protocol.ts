/** The wire between the page and the worker behind its map: types only. */
import type { SpaceChoice } from "../../src/spaces/registry.ts";
import type { Projection } from "../../src/vgae/projection.ts";
import type { Outcome, SpaceHolder } from "../../workers/protocol.ts";
import type { Painted, Placing, Surroundings } from "./cartographer.ts";
import type { Colourable, PaintOptions } from "./colouring.ts";
import type { DensityLevel } from "./density.ts";
import type { Facts } from "./facts.ts";
import type { Loop } from "./lasso.ts";
import type { NeighbourWalk } from "./walks.ts";

/** `Cartographer` of one space, which is named first. */
export interface MapApi extends SpaceHolder {
  open(space: SpaceChoice): Promise<Outcome<undefined>>;
  /** The finished share, 0..1, goes to `progress` (transferred, closed at the end). */
  facts(progress: MessagePort): Promise<Outcome<Facts>>;
  place(placing: Placing): Promise<Outcome<Projection>>;
  paint(wanted: Colourable, options: PaintOptions): Promise<Outcome<Painted>>;
  surroundings(index: number, howMany: number): Promise<Outcome<Surroundings>>;
  nearest(points: Float32Array, howMany: number): Promise<Outcome<Uint32Array>>;
  walk(from: number, to: number): Promise<Outcome<NeighbourWalk>>;
  within(points: Float32Array, loop: Loop): Promise<Outcome<Uint32Array>>;
  density(points: Float32Array): Promise<Outcome<DensityLevel[]>>;
  /** Progress as of `facts`. */
  edits(from: number, progress: MessagePort): Promise<Outcome<Uint8Array>>;
  find(text: string): Promise<Outcome<number>>;
}
