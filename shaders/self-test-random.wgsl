// The random numbers of a training step by themselves, for the self-test: the integers and the normal noise of each element.
// Needs random.wgsl.

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<storage, read_write> words: array<vec2u>;
@group(0) @binding(2) var<storage, read_write> normals: array<f32>;

struct Job {
  seed: u32,
  step: u32,
  elements: u32,
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let element = id.x;
  if (element >= job.elements) { return; }
  let key = vec2u(job.seed, STREAM_NOISE);
  words[element] = threefry(key, vec2u(job.step, element));
  normals[element] = normal(key, vec2u(job.step, element));
}
