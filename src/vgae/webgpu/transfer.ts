import { type Gpu, submit } from "../../gpu/device.ts";
import type { TrainingState } from "../state.ts";
import type { Plan, TrainingBuffers } from "./buffers.ts";
import { type Staging, staging } from "./readback.ts";

/** Moving a whole training state between the GPU and typed arrays. */

export function uploadState(gpu: Gpu, plan: Plan, buffers: TrainingBuffers, state: TrainingState): void {
  if (state.parameters.length !== plan.parameterFloats || state.running.length !== plan.runningFloats) {
    throw new Error(
      `Expected a state of ${plan.parameterFloats} parameters, found ${state.parameters.length}: it is of a model of another shape.`,
    );
  }
  const { queue } = gpu.device;
  const bytes = 4 * plan.parameterFloats;
  const write = (to: GPUBuffer, at: number, array: Float32Array): void =>
    queue.writeBuffer(to, at, array as Float32Array<ArrayBuffer>);
  write(buffers.parameters, 0, state.parameters);
  write(buffers.optimizer, bytes, state.adamM);
  write(buffers.optimizer, 2 * bytes, state.adamV);
  write(buffers.running, 0, state.running);
  write(buffers.report, 4 * plan.report.prior, state.prior.mean);
  write(buffers.report, 4 * (plan.report.prior + state.prior.mean.length), state.prior.m2);
}

/** What the GPU holds of a training state; position and counts are the trainer's to add. */
export type DeviceState = Pick<TrainingState, "parameters" | "adamM" | "adamV" | "running"> & {
  readonly gradients: Float32Array;
  readonly priorMean: Float32Array;
  readonly priorM2: Float32Array;
};

export function stateStaging(gpu: Gpu, plan: Plan): Staging {
  return staging(gpu, "state readback", 3 * plan.parameterFloats + plan.parameterFloats + plan.runningFloats + priorFloats(plan));
}

const priorFloats = (plan: Plan): number => 2 * plan.shape.nodes * plan.shape.latent;

export function downloadState(gpu: Gpu, plan: Plan, buffers: TrainingBuffers, back: Staging): Promise<DeviceState> {
  const encoder = gpu.device.createCommandEncoder({ label: "state readback" });
  let end = 0;
  const copy = (from: GPUBuffer, first: number, floats: number): void => {
    encoder.copyBufferToBuffer(from, 4 * first, back.buffer, 4 * end, 4 * floats);
    end += floats;
  };
  copy(buffers.parameters, 0, plan.parameterFloats);
  copy(buffers.optimizer, 0, 3 * plan.parameterFloats);
  copy(buffers.running, 0, plan.runningFloats);
  copy(buffers.report, plan.report.prior, priorFloats(plan));
  submit(gpu, encoder.finish());
  return back.read(end, (view) => {
    let start = 0;
    const take = (floats: number): Float32Array => {
      const part = view.slice(start, start + floats);
      start += floats;
      return part;
    };
    return {
      parameters: take(plan.parameterFloats),
      gradients: take(plan.parameterFloats),
      adamM: take(plan.parameterFloats),
      adamV: take(plan.parameterFloats),
      running: take(plan.runningFloats),
      priorMean: take(priorFloats(plan) / 2),
      priorM2: take(priorFloats(plan) / 2),
    };
  });
}
