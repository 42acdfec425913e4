import { transfer } from "comlink";
import { inSlices } from "../../src/spaces/steps.ts";
import { outcome } from "../../workers/outcome.ts";
import { umapSteps } from "./umap.ts";
import type { UmapApi } from "./umap-protocol.ts";

/** What the layout's worker exposes. Apart from it, so that it also runs without a worker. */
export function umapService(): UmapApi {
  return {
    async layOut(request, progress) {
      const controller = new AbortController();
      progress.onmessage = () => controller.abort();
      const onProgress = (share: number): void => progress.postMessage(share);
      const result = await outcome(() => inSlices(umapSteps(request), { onProgress, signal: controller.signal }));
      progress.close();
      return result.ok ? transfer(result, [result.value.buffer as ArrayBuffer]) : result;
    },
  };
}
