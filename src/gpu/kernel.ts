import type { Gpu } from "./device.ts";
import { COMPUTE_STAGE } from "./usage.ts";

/**
 * A compute pipeline whose bind-group layout is read off its own WGSL text: every `@group(0) @binding(n) var<…> name` becomes
 * one entry, and resources are bound by that name. The text is the only place where bindings are declared.
 */
export interface Kernel {
  readonly name: string;
  readonly pipeline: GPUComputePipeline;
  /** Bind group for buffers by variable name; every declared name must be given. Counted: make them once. */
  bind(buffers: Readonly<Record<string, GPUBuffer>>): GPUBindGroup;
}

interface Declaration {
  readonly binding: number;
  readonly type: GPUBufferBindingType;
  readonly name: string;
}

const DECLARATION = /@group\(0\)\s*@binding\((\d+)\)\s*var<([^>]+)>\s*(\w+)\s*:/g;

export function declarations(code: string): Declaration[] {
  return [...code.matchAll(DECLARATION)].map(([, binding, space, name]) => ({
    binding: Number(binding),
    type: space === "uniform" ? "uniform" : /read_write/.test(space as string) ? "storage" : "read-only-storage",
    name: name as string,
  }));
}

/** Compiles a kernel. A text that does not compile is a defect of ours: the error names the kernel, the line and the text of it. */
export async function createKernel(gpu: Gpu, name: string, code: string): Promise<Kernel> {
  const { device, counts } = gpu;
  const declared = declarations(code);
  const module = device.createShaderModule({ label: name, code });
  const { messages } = await module.getCompilationInfo();
  const wrong = messages.find(({ type }) => type === "error");
  if (wrong) {
    const line = code.split("\n")[wrong.lineNum - 1] ?? "";
    throw new Error(`Shader ${name}, line ${wrong.lineNum}: ${wrong.message}\n  ${line.trim()}`);
  }
  const layout = device.createBindGroupLayout({
    label: name,
    entries: declared.map(({ binding, type }) => ({ binding, visibility: COMPUTE_STAGE, buffer: { type } })),
  });
  const pipeline = await device.createComputePipelineAsync({
    label: name,
    layout: device.createPipelineLayout({ label: name, bindGroupLayouts: [layout] }),
    compute: { module, entryPoint: "main" },
  });
  counts.pipelines++;
  return {
    name,
    pipeline,
    bind(buffers) {
      counts.bindGroups++;
      return device.createBindGroup({
        label: name,
        layout,
        entries: declared.map(({ binding, name: variable }) => {
          const buffer = buffers[variable];
          if (!buffer) throw new Error(`Kernel ${name}: no buffer given for ${variable}.`);
          return { binding, resource: { buffer } };
        }),
      });
    },
  };
}

/** One dispatch, ready to be recorded any number of times. */
export interface Dispatch {
  readonly kernel: Kernel;
  readonly group: GPUBindGroup;
  /** Workgroups in x and, where there are several rows of them, in y. */
  readonly workgroups: number | readonly [number, number];
}

/** Every call takes the API some time, so a pipeline is set only where it changes. */
export function record(gpu: Gpu, pass: GPUComputePassEncoder, tape: readonly Dispatch[]): void {
  let set: GPUComputePipeline | undefined;
  for (const { kernel, group, workgroups } of tape) {
    if (kernel.pipeline !== set) pass.setPipeline(kernel.pipeline);
    set = kernel.pipeline;
    pass.setBindGroup(0, group);
    if (typeof workgroups === "number") pass.dispatchWorkgroups(workgroups);
    else pass.dispatchWorkgroups(workgroups[0], workgroups[1]);
    gpu.counts.dispatches++;
  }
}
