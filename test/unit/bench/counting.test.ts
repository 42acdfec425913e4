import { describe, expect, it } from "vitest";
import { clockBurst, countCalls, shrinkDispatches } from "../../../bench/counting.ts";

/** A stand-in for WebGPU's global classes that notes how often the real methods ran, and with what. */
function fakeScope() {
  const calls: { name: string; on: unknown; args: unknown[] }[] = [];
  const method = (name: string) =>
    function (this: unknown, ...args: unknown[]) {
      calls.push({ name, on: this, args });
      return name;
    };
  class GPUComputePassEncoder {
    declare dispatchWorkgroups: (x: number, y?: number) => unknown;
    declare dispatchWorkgroupsIndirect: (buffer: unknown, offset: number) => unknown;
  }
  class GPUQueue {
    declare submit: (commands: unknown[]) => unknown;
    declare writeBuffer: (buffer: unknown) => unknown;
    declare onSubmittedWorkDone: () => Promise<unknown>;
  }
  class GPUDevice {
    declare createBuffer: (descriptor: object) => unknown;
    declare createBindGroup: (descriptor: object) => unknown;
    declare createComputePipeline: (descriptor: object) => unknown;
    declare createComputePipelineAsync: (descriptor: object) => unknown;
  }
  const give = (type: { prototype: object }, names: readonly string[]): void => {
    for (const name of names) Object.assign(type.prototype, { [name]: method(name) });
  };
  give(GPUComputePassEncoder, ["dispatchWorkgroups", "dispatchWorkgroupsIndirect"]);
  give(GPUQueue, ["submit", "writeBuffer"]);
  give(GPUDevice, ["createBuffer", "createBindGroup", "createComputePipeline", "createComputePipelineAsync"]);
  return { scope: { GPUComputePassEncoder, GPUQueue, GPUDevice }, calls };
}

describe("counting WebGPU calls", () => {
  it("counts each kind of call and passes it on with its object, arguments and result", () => {
    const { scope, calls } = fakeScope();
    const { tally, stop } = countCalls(scope);
    const pass = new scope.GPUComputePassEncoder();
    expect(pass.dispatchWorkgroups(7, 2)).toBe("dispatchWorkgroups");
    pass.dispatchWorkgroupsIndirect("buffer", 4);
    const queue = new scope.GPUQueue();
    queue.submit([]);
    queue.writeBuffer("buffer");
    const device = new scope.GPUDevice();
    device.createBuffer({ size: 16 });
    device.createBuffer({ size: 16, mappedAtCreation: true });
    device.createBindGroup({});
    device.createComputePipeline({});
    device.createComputePipelineAsync({});
    stop();
    expect(tally).toEqual({ dispatches: 2, submits: 1, buffers: 2, bindGroups: 1, pipelines: 2, writes: 2 });
    expect(calls[0]).toEqual({ name: "dispatchWorkgroups", on: pass, args: [7, 2] });
    expect(calls).toHaveLength(9);
  });

  it("leaves the prototypes as they were once it stops", () => {
    const { scope } = fakeScope();
    const real = scope.GPUQueue.prototype.submit;
    const { tally, stop } = countCalls(scope);
    expect(scope.GPUQueue.prototype.submit).not.toBe(real);
    stop();
    expect(scope.GPUQueue.prototype.submit).toBe(real);
    new scope.GPUQueue().submit([]);
    expect(tally.submits).toBe(0);
  });

  it("times what is called before WebGPU first answers, and submits apart", async () => {
    const { scope } = fakeScope();
    const [queue, pass] = [new scope.GPUQueue(), new scope.GPUComputePassEncoder()];
    let answer = (): void => undefined;
    scope.GPUQueue.prototype.submit = () => {
      const start = performance.now();
      while (performance.now() - start < 5);
    };
    scope.GPUQueue.prototype.onSubmittedWorkDone = () => new Promise<void>((resolve) => (answer = resolve));
    const burst = clockBurst(scope);
    const start = performance.now();
    pass.dispatchWorkgroups(1);
    pass.dispatchWorkgroups(1);
    queue.submit([]);
    const done = queue.onSubmittedWorkDone();
    const { last } = burst;
    expect(burst).toMatchObject({ dispatches: 2 });
    expect(burst.submitMs).toBeGreaterThanOrEqual(5);
    expect(last - start).toBeGreaterThanOrEqual(burst.submitMs);
    answer();
    await done;
    const { submitMs } = burst;
    pass.dispatchWorkgroups(1);
    queue.submit([]);
    expect(burst).toMatchObject({ dispatches: 2, submitMs, last });
    burst.stop();
    expect(pass.dispatchWorkgroups(1)).toBe("dispatchWorkgroups");
  });

  it("counts nothing, and does not fail, where there is no WebGPU", () => {
    const { tally, stop } = countCalls({});
    stop();
    expect(tally.dispatches).toBe(0);
  });

  it("lets every dispatch run one workgroup while it is shrunk, and all of them afterwards", () => {
    const { scope, calls } = fakeScope();
    const pass = new scope.GPUComputePassEncoder();
    const restore = shrinkDispatches(scope);
    pass.dispatchWorkgroups(64, 3);
    restore();
    pass.dispatchWorkgroups(64, 3);
    expect(calls.map(({ args }) => args)).toEqual([[1], [64, 3]]);
  });
});
