/** Two projects: `unit` needs nothing; `gpu` runs kernels through Dawn in Node and fails where there is no adapter. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      {
        test: { name: "unit", include: ["test/unit/**/*.test.ts"], environment: "node" },
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
    ],
  },
});
