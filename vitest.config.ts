/**
 * Three projects: `unit` needs nothing; `gpu` runs kernels through Dawn in Node and fails where there is no adapter; `firefox` drives a
 * Firefox, which `npm run test:firefox` finds, over the built lab.
 */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.ts"],
          environment: "node",
          // Only against what never ends: on a busy machine a test of one second takes ten.
          testTimeout: 120_000,
          hookTimeout: 120_000,
          expect: { poll: { timeout: 60_000 } },
        },
      },
      {
        test: {
          name: "gpu",
          include: ["test/gpu/**/*.test.ts"],
          environment: "node",
          pool: "forks",
          // One process for all files: one Dawn, and one job at a time on the adapter.
          maxWorkers: 1,
          isolate: false,
          fileParallelism: false,
          setupFiles: ["test/gpu/setup.ts"],
          // Software adapters compile slowly at the first dispatch.
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "firefox",
          include: ["test/firefox/**/*.test.ts"],
          environment: "node",
          pool: "forks",
          maxWorkers: 1,
          fileParallelism: false,
          // Node 20 has a WebSocket, but shows it only on request.
          execArgv: typeof WebSocket === "undefined" ? ["--experimental-websocket", "--no-warnings"] : [],
          testTimeout: 600_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
