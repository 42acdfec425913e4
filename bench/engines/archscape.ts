/** Ours: the WGSL kernels, as a page or the command uses them. */

import { VERSION } from "../../src/version.ts";
import { openBackend } from "../../src/vgae/backend.ts";
import type { EngineKind } from "../engine.ts";

export const archscape: EngineKind = {
  name: "archscape",
  title: "Archscape",
  webgpu: true,
  async open({ shape, packing, set, options }) {
    const backend = await openBackend({ backend: "webgpu" });
    const trainer = await backend.createTrainer(shape, packing, set, options);
    let last = Number.NaN;
    return {
      version: VERSION,
      detail: `kernels "${trainer.variant}" on ${backend.adapter}`,
      step: (count) => trainer.advance(count),
      async finish() {
        await trainer.finish();
        last = trainer.takeMetrics().at(-1)?.total ?? last;
        return last;
      },
      close() {
        trainer.destroy();
        backend.close();
      },
    };
  },
};
