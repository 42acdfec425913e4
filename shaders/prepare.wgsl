// Writes Control for the step that a run starts or goes on with. Every later step is prepared by `adam.wgsl`.

@group(0) @binding(0) var<uniform> run: Run;
@group(0) @binding(1) var<uniform> start: Start;
@group(0) @binding(2) var<storage, read> graphs: array<u32>;
@group(0) @binding(3) var<storage, read_write> control: Control;

struct Start { step: u32 }

const WORKERS = 64u;

@compute @workgroup_size(WORKERS)
fn main(@builtin(local_invocation_index) thread: u32) {
  writeBatch(start.step, thread);
}
