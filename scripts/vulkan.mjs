/** Makes sure that Dawn in Node finds an adapter, before the GPU tests are started: a suite without one fails. */
import { aptInstall, run, say } from "./run.mjs";

/** Dawn is asked in a process of its own: what it finds depends on the environment at its start, and it keeps a process alive. */
const probe = `
import { createServer } from "vite";
const quiet = { configFile: false, logLevel: "error", appType: "custom", optimizeDeps: { noDiscovery: true } };
const vite = await createServer({ root: process.cwd(), server: { middlewareMode: true, hmr: false, ws: false, watch: null }, ...quiet });
const { openDawn, dawnNote } = await vite.ssrLoadModule("/src/cli/dawn.ts");
try {
  const gpu = await openDawn();
  const { vendor, architecture, description } = (await gpu.requestAdapter()).info;
  console.log("archscape: " + dawnNote() + ": " + [vendor, architecture, description].filter(Boolean).join(", "));
  process.exit(0);
} catch (error) {
  console.log("archscape: " + error.message);
  process.exit(1);
}
`;

const works = async () => (await run(process.execPath, ["--input-type=module", "--eval", probe])) === 0;

/** Says which adapter Dawn found, or what was installed for it. False if there is none: the GPU suite then fails by itself. */
export async function ensureVulkan() {
  if (await works()) return true;
  if (process.platform === "linux" && (await aptInstall(["libvulkan1", "mesa-vulkan-drivers"]))) return works();
  say("the GPU tests in Node will fail: no adapter");
  return false;
}
