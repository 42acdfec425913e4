/** The wire between the page and the worker that lays maps out: types only. It is cancelled by ending the worker, for one of its steps takes seconds. */
import type { Outcome } from "../../workers/protocol.ts";
import type { UmapRequest } from "./umap.ts";

export interface UmapApi {
  /** The finished share, 0..1, goes to `progress` (transferred, closed at the end). */
  layOut(request: UmapRequest, progress: MessagePort): Promise<Outcome<Float32Array>>;
}
