/** `npm start`: installs what is missing, builds the lab and serves it until Ctrl+C. */
import { ensureInstalled } from "./install.mjs";
import { giveUp, npm, root, say } from "./run.mjs";

await ensureInstalled();
for (const part of ["build:lab", "build:elements", "build:library"]) {
  if ((await npm(["run", "--silent", part])) !== 0) giveUp(`the build failed (npm run ${part}, see above).`);
}

const { preview } = await import("vite");
const port = Number(process.env["PORT"] ?? 4173);
const server = await preview({ root, configFile: "vite.config.ts", preview: { port } });
const address = server.resolvedUrls?.local[0];
say(`the lab is at ${address} (Ctrl+C ends it); it wants a browser with WebGPU and falls back to WebAssembly without.`);
