/** Ours: the WGSL kernels, as a page or the command uses them. */

import { VERSION } from "../../src/version.ts";
import { openBackend } from "../../src/vgae/backend.ts";
import type { Trainer } from "../../src/vgae/trainer.ts";
import { MOST_STEPS } from "../../src/vgae/webgpu/pace.ts";
import { variantNamed } from "../../src/vgae/webgpu/variant.ts";
import type { EngineKind } from "../engine.ts";

export const archscape: EngineKind = {
  name: "archscape",
  title: "Archscape",
  webgpu: true,
  async open({ shape, packing, set, options }) {
    const backend = await openBackend({ backend: "webgpu" });
    const trainer = await backend.createTrainer(shape, packing, set, options);
    let inLargeSubmits: Trainer | undefined;
    let last = Number.NaN;
    return {
      version: VERSION,
      detail: `kernels "${trainer.variant}" on ${backend.adapter}`,
      step: (count) => trainer.advance(count),
      async stepAsIfFast(count) {
        const { gpu } = backend;
        if (!gpu) throw new Error("Ours is measured on WebGPU.");
        const { webgpuTrainer } = await import("../../src/vgae/webgpu/trainer.ts");
        const variant = variantNamed(trainer.variant ?? "");
        const settings = { stepsPerSubmit: MOST_STEPS, ...(variant ? { variant } : {}) };
        inLargeSubmits ??= await webgpuTrainer(gpu, shape, packing, set, options, settings);
        await inLargeSubmits.advance(count);
      },
      async finish() {
        await inLargeSubmits?.finish();
        await trainer.finish();
        last = trainer.takeMetrics().at(-1)?.total ?? last;
        return last;
      },
      close() {
        inLargeSubmits?.destroy();
        trainer.destroy();
        backend.close();
      },
    };
  },
};
