import { InputError } from "../src/errors.ts";
import { figureSteps } from "../src/figures/compute.ts";
import { inSlices } from "../src/spaces/steps.ts";
import type { FiguresApi } from "./figures-protocol.ts";
import { outcome } from "./outcome.ts";
import { adopt, preparedSpace } from "./spaces.ts";

/** What the worker of figures exposes. Apart from it, so that it also runs without a worker. */
export function figuresService(): FiguresApi {
  let running: AbortController | undefined;
  return {
    adopt,
    async make({ name, space, ...material }, progress) {
      const result = await outcome(async () => {
        if (running) throw new InputError("A figure is being made; cancel it or wait for its end.");
        const controller = new AbortController();
        running = controller;
        const { signal } = controller;
        try {
          const steps = figureSteps(name, { ...material, space: await preparedSpace(space, signal) });
          return await inSlices(steps, { signal, onProgress: (share) => progress.postMessage(share) });
        } finally {
          running = undefined;
        }
      });
      progress.close();
      return result;
    },
    async cancel() {
      running?.abort();
    },
  };
}
