import { afterEach, describe, expect, it, vi } from "vitest";
import type { ReferenceBackend } from "../../../src/vgae/reference/backend.ts";

const { broken } = vi.hoisted(() => ({ broken: new Set<ReferenceBackend>() }));
vi.mock("../../../src/vgae/reference/backend.ts", async (original) => {
  const real = await original<typeof import("../../../src/vgae/reference/backend.ts")>();
  const openBackend: typeof real.openBackend = async (name) => {
    if (broken.has(name)) throw new Error(`${name} is not allowed here`);
    return real.openBackend(name);
  };
  return { ...real, openBackend };
});

const { openBackend } = await import("../../../src/vgae/backend.ts");

afterEach(() => broken.clear());

/** A browser's WebGPU with one adapter, whose devices do nothing; `closed` counts those that were closed. */
function gpuWith(description: string, isFallbackAdapter = false) {
  let closed = 0;
  const device = {
    features: new Set(),
    lost: new Promise(() => undefined),
    addEventListener: () => undefined,
    destroy: () => void closed++,
  };
  const adapter = {
    info: { vendor: "", architecture: "", device: "", description, isFallbackAdapter },
    features: new Set(),
    limits: { maxComputeWorkgroupStorageSize: 16_384 },
    requestDevice: async () => device,
  };
  return { api: { requestAdapter: async () => adapter } as unknown as GPU, closed: () => closed };
}
const noAdapter = { requestAdapter: async () => null } as unknown as GPU;

describe("where a model runs when nobody chose", () => {
  it.each(["NVIDIA GeForce RTX 3060", "llvmpipe (LLVM 15.0.6, 256 bits)", "lavapipe"])("is WebGPU on %s", async (name) => {
    const { api, closed } = gpuWith(name);
    const backend = await openBackend({ api });
    expect(backend).toMatchObject({ name: "webgpu", adapter: name, message: expect.stringContaining(name) });
    expect(closed()).toBe(0);
  });

  it.each([
    ["SwiftShader Device (Subzero)", false],
    ["Microsoft Basic Render Driver", false],
    ["some renderer that its browser calls a fallback", true],
  ])("is WebAssembly beside %s, which is let go of; why is said", async (name, isFallback) => {
    const { api, closed } = gpuWith(name, isFallback);
    const backend = await openBackend({ api });
    expect(backend).toMatchObject({ name: "tfjs-wasm", status: "software-adapter", adapter: "TensorFlow.js on WebAssembly" });
    expect(backend.message).toBe(
      `WebGPU is a software adapter here (${name}), so the model runs on TensorFlow.js on WebAssembly, which is faster there. Choose WebGPU to use our kernels all the same.`,
    );
    expect(backend.gpu).toBeUndefined();
    expect(closed()).toBe(1);
  });

  it("is a slow software adapter all the same where WebAssembly does not start", async () => {
    broken.add("tfjs-wasm");
    const { api, closed } = gpuWith("SwiftShader");
    const backend = await openBackend({ api });
    expect(backend).toMatchObject({ name: "webgpu", status: "software-adapter" });
    expect(backend.message).toContain("WebAssembly, which would be faster, does not start here.");
    expect(closed()).toBe(0);
  });

  it("is WebAssembly without an adapter, and plain JavaScript where that does not start either", async () => {
    expect(await openBackend({ api: noAdapter })).toMatchObject({ name: "tfjs-wasm", status: "no-adapter" });
    broken.add("tfjs-wasm");
    const backend = await openBackend({ api: noAdapter });
    expect(backend).toMatchObject({ name: "tfjs-cpu", status: "no-adapter" });
    expect(backend.message).toMatch(/no graphics adapter.*Nor does WebAssembly start here.*very slow/);
  });
});

describe("a backend that was named", () => {
  it("is opened, however slow", async () => {
    const { api } = gpuWith("SwiftShader");
    expect(await openBackend({ backend: "webgpu", api })).toMatchObject({ name: "webgpu", status: "software-adapter" });
    const { api: fast } = gpuWith("NVIDIA GeForce RTX 3060");
    expect(await openBackend({ backend: "tfjs-wasm", api: fast })).toMatchObject({ name: "tfjs-wasm", status: "not-tried" });
  });

  it("is refused where it does not start", async () => {
    await expect(openBackend({ backend: "webgpu", api: noAdapter })).rejects.toThrow("offers no graphics adapter");
    broken.add("tfjs-wasm");
    await expect(openBackend({ backend: "tfjs-wasm" })).rejects.toThrow("tfjs-wasm is not allowed here");
  });

  it("that is closed is gone for whoever waits for that", async () => {
    const backend = await openBackend({ backend: "tfjs-cpu" });
    backend.close();
    expect(await backend.lost).toBe("The backend was closed.");
  });
});
