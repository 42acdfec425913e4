import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fileCache } from "../src/cli/cache.ts";
import { prepareSpace, type SpaceRequest } from "../src/spaces/index.ts";
import type { SearchSpace } from "../src/spaces/space.ts";

/**
 * Cache folder of the tests, for XDG_CACHE_HOME: the official order of NAS-Bench-101, some 15 s of work, is made once a clone and not
 * once a file. The tests of the order itself make it anew.
 */
export const CACHE_HOME = fileURLToPath(new URL("../node_modules/.cache", import.meta.url));

export function prepared(name: SpaceRequest["name"]): Promise<SearchSpace> {
  return prepareSpace({ name }, { cache: fileCache(join(CACHE_HOME, "archscape")) });
}
