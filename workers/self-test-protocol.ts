/**
 * The wire between the page and the worker of the self-test: types only. One question, then messages; a worker for one test, with a device
 * of its own, so that ending the worker is all that cancelling takes and a model under training is not touched.
 */
import type { Report } from "../src/vgae/self-test/report.ts";

export interface SelfTestQuestion {
  /** The file of expectations (data/self-test.safetensors). */
  readonly expected: Uint8Array;
  /** Models to compute, such as nasbench201.gin. */
  readonly models: readonly string[];
}

export type SelfTestMessage =
  /** Units of work done, of how many, and what is next. */
  | { readonly type: "progress"; readonly done: number; readonly total: number; readonly next: string }
  | { readonly type: "report"; readonly report: Report }
  /** There is no device, or the file is not as it should be. */
  | { readonly type: "failure"; readonly message: string };
