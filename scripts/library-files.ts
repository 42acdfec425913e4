/**
 * Vite plugin of the library build: keeps `new URL("./file", import.meta.url)` in the output, with the file beside it.
 *
 * Vite's library mode would inline such files as base64 and rename workers; but the bundlers and CDNs of our users know exactly
 * one form, `new Worker(new URL("./x.js", import.meta.url), { type: "module" })` on one line. So workers become entries with
 * fixed names, other files are copied to `assets/`, and the URLs are written back relative to the chunk they end up in.
 */
import { readFileSync } from "node:fs";
import { basename, dirname, posix, resolve } from "node:path";
import type { Plugin } from "vite";

const FILE_URL = /new URL\(\s*(?:\/\*[^*]*\*\/\s*)?"(\.[^"]+)",\s*import\.meta\.url\s*\)/g;
const PLACEHOLDER = /__LIBRARY_FILE_(\d+)__/g;
/** A worker's options, which the code generator spreads over lines. */
const WORKER_OPTIONS = /(new Worker\(new URL\("[^"]+", import\.meta\.url\), \{)([^{}]*)(\}\))/g;
const URL_IMPORT = "?url";

/** The line breaks go behind it, so that the source map still fits. */
function onOneLine(all: string, start: string, options: string, end: string): string {
  return `${start} ${options.trim().replace(/\s+/g, " ")} ${end}${"\n".repeat(all.split("\n").length - 1)}`;
}

/** Name of a worker's chunk: workers/engine.worker.ts -> engine.worker.js. */
function workerName(file: string): string | undefined {
  return /([\w-]+\.worker)\.ts$/.exec(file)?.[1];
}

export function libraryFiles(): Plugin {
  const outputs: string[] = [];
  const placeholder = (output: string): string => {
    if (!outputs.includes(output)) outputs.push(output);
    return `__LIBRARY_FILE_${outputs.indexOf(output)}__`;
  };

  return {
    name: "archscape:library-files",
    apply: "build",
    enforce: "pre",
    async resolveId(source, importer) {
      if (!source.endsWith(URL_IMPORT)) return null;
      const found = await this.resolve(source.slice(0, -URL_IMPORT.length), importer, { skipSelf: true });
      const path = found?.external ? resolve("node_modules", source.slice(0, -URL_IMPORT.length)) : found?.id;
      return path === undefined ? null : `\0library-file:${path}`;
    },
    load(id) {
      if (!id.startsWith("\0library-file:")) return null;
      const path = id.slice("\0library-file:".length);
      const fileName = `assets/${basename(path)}`;
      this.emitFile({ type: "asset", fileName, source: readFileSync(path) });
      return `export default ${placeholder(fileName)}.href;`;
    },
    transform(code, id) {
      if (id.includes("node_modules") || !code.includes("import.meta.url")) return null;
      const replaced = code.replace(FILE_URL, (_, relative: string) => {
        const path = resolve(dirname(id), relative);
        const worker = workerName(path);
        if (worker !== undefined) return placeholder(`${worker}.js`);
        const fileName = `assets/${basename(path)}`;
        this.emitFile({ type: "asset", fileName, source: readFileSync(path) });
        return placeholder(fileName);
      });
      return replaced === code ? null : { code: replaced, map: null };
    },
    renderChunk(code, chunk) {
      const replaced = code.replace(PLACEHOLDER, (_, index: string) => {
        const path = posix.relative(posix.dirname(chunk.fileName), outputs[Number(index)] ?? "");
        return `new URL("${path.startsWith(".") ? path : `./${path}`}", import.meta.url)`;
      });
      return replaced === code ? null : { code: replaced, map: null };
    },
    generateBundle(_, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type === "chunk") chunk.code = chunk.code.replace(WORKER_OPTIONS, onOneLine);
      }
    },
  };
}
