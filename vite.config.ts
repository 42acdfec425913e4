/**
 * Three builds from one configuration: `vite build` makes the lab, a static folder that works under any address;
 * `vite build --mode elements` makes what authors embed, and puts it into the lab's folder as well; `vite build --mode library` makes the
 * npm package: the library, its workers and the command, with dependencies left to npm.
 */
import { chmodSync, cpSync, existsSync, readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin, type UserConfig } from "vite";
import { elementsManifest } from "./scripts/elements-reference.mjs";
import { libraryFiles } from "./scripts/library-files.ts";
import { offlineFiles } from "./scripts/offline-files.ts";
import { wholeWorker } from "./scripts/whole-worker.ts";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** On a slow machine the bundler would say how long each of its plugins took: nothing that who starts the lab could mend. */
const QUIET = { checks: { bundlerTimings: false } } as const;

/** What the lab may do: run its own scripts and WebAssembly, nothing inline, nothing evaluated, nobody else's address. */
const policy = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self' blob:",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self' data: blob:",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'none'",
].join("; ");

/** The policy stands in the built page, so that it holds wherever the folder is served (the development server needs inline scripts). */
function policyInPage(): Plugin {
  return {
    name: "archscape:policy",
    apply: "build",
    transformIndexHtml: () => [
      { tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content: policy }, injectTo: "head-prepend" },
    ],
  };
}

/** Pages of the same folder that the lab can do without, their scripts, and the article's pictures. */
const isBesideLab = (file: string): boolean => /(^|\/)(article|bench)[.-]|\.(jpg|svg)$/.test(file);

const lab: UserConfig = {
  root: path("web"),
  base: "./",
  plugins: [policyInPage(), offlineFiles("offline.js", path("web/public"), isBesideLab)],
  worker: { format: "es", rolldownOptions: QUIET },
  // The shipped models and tables lie beside web/, not in it.
  server: { fs: { allow: [path(".")] } },
  build: {
    outDir: path("dist/lab"),
    emptyOutDir: true,
    target: "es2022",
    // Inlined files would be data: addresses; as files they are cached and pass the policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2000,
    rolldownOptions: {
      ...QUIET,
      input: {
        index: path("web/index.html"),
        article: path("web/article.html"),
        bench: path("web/bench.html"),
        offline: path("web/offline.ts"),
      },
      output: {
        // A service worker has its place in its name: what lies beside it or below is its own.
        entryFileNames: ({ name }) => (name === "offline" ? "offline.js" : "assets/[name]-[hash].js"),
      },
    },
  },
  // A policy in a page does not hold for its workers; this one, on every answer, does. Tests run under it.
  preview: { headers: { "Content-Security-Policy": policy } },
};

/** The static site serves the elements too, under `elements/`. */
function besideLab(): Plugin {
  return {
    name: "archscape:beside-lab",
    closeBundle() {
      if (!existsSync(path("dist/lab"))) return;
      rmSync(path("dist/lab/elements"), { recursive: true, force: true });
      cpSync(path("dist/elements"), path("dist/lab/elements"), { recursive: true });
    },
  };
}

/** What editors read of the elements (package.json: customElements). */
function manifestOfElements(): Plugin {
  return {
    name: "archscape:manifest-of-elements",
    generateBundle() {
      this.emitFile({ type: "asset", fileName: "custom-elements.json", source: JSON.stringify(elementsManifest()) });
    },
  };
}

const elements: UserConfig = {
  base: "./",
  publicDir: false,
  plugins: [wholeWorker(path("web/embed/any.worker.ts"), "archscape.worker.js"), manifestOfElements(), besideLab()],
  worker: { format: "es", rolldownOptions: QUIET },
  build: {
    outDir: path("dist/elements"),
    emptyOutDir: true,
    manifest: "files.json",
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: false,
    chunkSizeWarningLimit: 2000,
    rolldownOptions: {
      ...QUIET,
      input: { archscape: path("web/embed/archscape.ts") },
      preserveEntrySignatures: "strict",
      output: { entryFileNames: "[name].js" },
    },
  },
};

/** npm marks a package's programs as executable when it installs them, but not in the clone itself, where npx needs it too. */
function executable(fileName: string): Plugin {
  return {
    name: "archscape:executable",
    writeBundle: ({ dir }) => chmodSync(`${dir}/${fileName}`, 0o755),
  };
}

interface Manifest {
  readonly dependencies: Record<string, string>;
  readonly optionalDependencies: Record<string, string>;
}
const manifest = JSON.parse(readFileSync(path("package.json"), "utf8")) as Manifest;
const packages = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.optionalDependencies)];

const library: UserConfig = {
  plugins: [libraryFiles(), executable("cli/main.js")],
  build: {
    outDir: path("dist/library"),
    emptyOutDir: true,
    copyPublicDir: false,
    target: "es2022",
    minify: false,
    sourcemap: true,
    lib: {
      entry: {
        index: path("src/index.ts"),
        "cli/main": path("src/cli/main.ts"),
        "engine.worker": path("workers/engine.worker.ts"),
        "search.worker": path("workers/search.worker.ts"),
        "space.worker": path("workers/space.worker.ts"),
        "seeds.worker": path("src/cli/seeds.worker.ts"),
        "evaluations.worker": path("src/cli/evaluations.worker.ts"),
      },
      formats: ["es"],
    },
    rolldownOptions: {
      ...QUIET,
      external: (id) =>
        id.startsWith("node:") || (!id.endsWith("?url") && packages.some((name) => id === name || id.startsWith(`${name}/`))),
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "chunks/[name]-[hash].js",
        banner: (chunk) => (chunk.name === "cli/main" ? "#!/usr/bin/env node" : ""),
      },
    },
  },
};

export default defineConfig(({ mode }) => (mode === "library" ? library : mode === "elements" ? elements : lab));
