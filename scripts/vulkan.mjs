/** Makes sure that Dawn in Node finds an adapter, before the GPU tests are started: a suite without one fails. */
import { join } from "node:path";
import { aptInstall, root, run, say } from "./run.mjs";

/** Dawn is asked in a process of its own: what it finds depends on the environment at its start, and it keeps a process alive. */
const probe = `
const { runnerImport } = await import("vite");
const { module } = await runnerImport(${JSON.stringify(join(root, "src/cli/dawn.ts"))}, { root: ${JSON.stringify(root)}, configFile: false });
try {
  const gpu = await module.openDawn();
  const { info } = await gpu.requestAdapter();
  console.log("archscape: " + module.dawnNote());
  console.log("archscape: WebGPU in Node runs on " + [info.vendor, info.architecture, info.description].filter(Boolean).join(", "));
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
