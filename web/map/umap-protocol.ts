/** The wire between the page and the worker that lays maps out: types only. */
import type { Outcome } from "../../workers/protocol.ts";
import type { UmapRequest } from "./umap.ts";

export interface UmapApi {
  /**
   * The finished share, 0..1, goes to `progress` (transferred, closed at the end); any message from there cancels. One step takes seconds, so
   * who cancels does better to end the worker as well.
   */
  layOut(request: UmapRequest, progress: MessagePort): Promise<Outcome<Float32Array>>;
}
