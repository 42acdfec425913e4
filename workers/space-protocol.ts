/** The wire between the page and the worker that makes the tables of spaces: types only, in the manner of protocol.ts. */
import type { SpaceChoice } from "../src/spaces/registry.ts";
import type { SpaceTables } from "../src/spaces/tables.ts";
import type { Outcome } from "./protocol.ts";

export interface SpaceApi {
  /**
   * The tables of a space, as they were kept by an earlier visit or else made, for `useTables` here and `adopt` of other workers. The
   * finished share, 0..1, goes to `progress` (transferred, closed at the end).
   */
  obtain(space: SpaceChoice, progress: MessagePort): Promise<Outcome<SpaceTables>>;
  /** Ends what is under way: those calls fail as "cancelled". */
  cancel(): Promise<void>;
}
