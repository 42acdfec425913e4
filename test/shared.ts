import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * Path of a file in the optional sibling folder `../shared` of the checkout (benchmark labels and full-size golden files,
 * which are not part of the repository), or undefined where it is absent. A test that wants one says so in its name and
 * stands beside a smaller test that always runs.
 */
export function shared(path: string): string | undefined {
  const file = fileURLToPath(new URL(`../../shared/${path}`, import.meta.url));
  return existsSync(file) ? file : undefined;
}
