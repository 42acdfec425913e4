/**
 * Vite plugin of the elements' build: adds a worker as one file, with all that it would otherwise load later. A page of another site may be
 * allowed workers only from a text of its own, in which relative addresses lead nowhere: so files beside it are found through
 * `archscapeBase`, which the page tells it (`workers/serving.ts`).
 */
import { build, type Plugin } from "vite";

/** @param entry path of the worker's module @param fileName its name in the build */
export function wholeWorker(entry: string, fileName: string): Plugin {
  return {
    name: "archscape:whole-worker",
    apply: "build",
    async generateBundle(_, bundle) {
      const built = await build({
        configFile: false,
        logLevel: "warn",
        publicDir: false,
        experimental: { renderBuiltUrl: (file) => ({ runtime: `globalThis.archscapeBase + ${JSON.stringify(file)}` }) },
        build: {
          write: false,
          target: "es2022",
          assetsInlineLimit: 0,
          modulePreload: false,
          chunkSizeWarningLimit: 4000,
          rolldownOptions: {
            checks: { bundlerTimings: false },
            input: entry,
            output: { format: "es", codeSplitting: false, entryFileNames: fileName },
          },
        },
      });
      if (!("output" in built)) throw new Error(`expected one build of ${entry}`);
      for (const file of built.output) {
        if (file.fileName in bundle) continue;
        this.emitFile({ type: "asset", fileName: file.fileName, source: file.type === "chunk" ? file.code : file.source });
      }
    },
  };
}
