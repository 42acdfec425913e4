import { transfer } from "comlink";
import { memoryOf, obtainTables, requestOf, searchSpace } from "../src/spaces/index.ts";
import { indexedDbCache } from "./indexed-db.ts";
import { outcome } from "./outcome.ts";
import type { SpaceApi } from "./space-protocol.ts";

/** What the space worker exposes. Apart from it, so that it also runs without a worker. */
export function spaceService(): SpaceApi {
  const running = new Set<AbortController>();
  return {
    async obtain(space, progress) {
      const controller = new AbortController();
      running.add(controller);
      const result = await outcome(() =>
        obtainTables(requestOf(searchSpace(space)), {
          cache: indexedDbCache(),
          signal: controller.signal,
          onProgress: (share) => progress.postMessage(share),
        }),
      );
      running.delete(controller);
      progress.close();
      return result.ok ? transfer(result, memoryOf(result.value)) : result;
    },
    async cancel() {
      for (const controller of running) controller.abort();
    },
  };
}
