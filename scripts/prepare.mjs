/** npm's `prepare` hook: builds after `npm ci` in a clone and before packing, so that `npx archscape` works after installation. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { npm, root, say } from "./run.mjs";

const tools = ["vite", "typescript"].filter((name) => !existsSync(join(root, "node_modules", name)));
if (process.env["ARCHSCAPE_SKIP_PREPARE"]) {
  // The script that runs this installation builds by itself.
} else if (tools.length > 0) {
  say(`not built: ${tools.join(" and ")} not installed (development dependencies were left out)`);
} else {
  process.exitCode = await npm(["run", "build"]);
}
