import { expose, transfer } from "comlink";
import { inSlices } from "../../src/spaces/steps.ts";
import { announceLife } from "../../workers/life.ts";
import { outcome } from "../../workers/outcome.ts";
import { umapSteps } from "./umap.ts";
import type { UmapApi } from "./umap-protocol.ts";

const service: UmapApi = {
  async layOut(request, progress) {
    const onProgress = (share: number): void => progress.postMessage(share);
    const result = await outcome(() => inSlices(umapSteps(request), { onProgress }));
    progress.close();
    return result.ok ? transfer(result, [result.value.buffer as ArrayBuffer]) : result;
  },
};

announceLife();
expose(service);
