/** The product's own TypeScript modules, for scripts that run without a build. */
import { createServer } from "vite";
import { root } from "./run.mjs";

/** Close it when nothing more is to be loaded: `server.ssrLoadModule(PATH)`, from the root of the clone. */
export const moduleServer = () =>
  createServer({
    root,
    configFile: false,
    logLevel: "error",
    appType: "custom",
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
  });
