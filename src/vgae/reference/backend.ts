/**
 * Opens a TensorFlow.js backend. The backends are large and loaded only when asked for; the WebAssembly files come from this
 * package's own build (in Node from the installed package), never from the network.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { BackendName } from "../trainer.ts";
import { registerGradients } from "./gradients.ts";

export type ReferenceBackend = Exclude<BackendName, "webgpu">;

const KEYS = { "tfjs-cpu": "cpu", "tfjs-wasm": "wasm", "tfjs-webgpu": "webgpu" } as const;

/** Runs a synchronous function with this backend as TensorFlow.js's current one. */
export type OnBackend = <T>(work: () => T) => T;

/**
 * @returns a function that runs work on this backend. TensorFlow.js has one current backend a process; each piece of work
 *   selects its own, so that several may be open at once.
 * @throws Error where the backend cannot start (no WebAssembly, or none allowed; no WebGPU)
 */
export async function openBackend(name: ReferenceBackend): Promise<OnBackend> {
  const key = KEYS[name];
  if (!tf.findBackendFactory(key)) await load(name);
  registerGradients();
  // Without its checks and its advertisement on the console.
  tf.enableProdMode();
  if (!tf.findBackendFactory(key) || !(await tf.setBackend(key))) {
    throw new Error(`TensorFlow.js: expected the backend ${key} to start, found that this environment does not support it.`);
  }
  return (work) => {
    // Takes effect at once for a backend that has been initialised; the promise carries nothing more.
    if (tf.getBackend() !== key) void tf.setBackend(key);
    return work();
  };
}

async function load(name: ReferenceBackend): Promise<void> {
  if (name === "tfjs-cpu") await import("@tensorflow/tfjs-backend-cpu");
  else if (name === "tfjs-webgpu") await import("@tensorflow/tfjs-backend-webgpu");
  else {
    const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
    // Threads need cross-origin isolation, which a page that embeds this cannot count on, and a worker made from a string.
    tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
    if (tf.env().getBool("IS_NODE")) return;
    const { WASM_FILES } = await import("./wasm-files.ts");
    setWasmPaths(WASM_FILES);
    const hasSimd = await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT");
    await expectToCompile(WASM_FILES[hasSimd ? "tfjs-backend-wasm-simd.wasm" : "tfjs-backend-wasm.wasm"]);
  }
}

/** TensorFlow.js waits for ever for a binary that cannot be had, or that the page's policy forbids to compile (`wasm-unsafe-eval`). */
async function expectToCompile(url: string): Promise<void> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`TensorFlow.js: expected the binary ${url}, found status ${answer.status}.`);
  await WebAssembly.compile(await answer.arrayBuffer());
}
