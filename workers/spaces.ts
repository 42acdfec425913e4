import { isPrepared, prepareSpace, requestOf, type SpaceTables, searchSpace, useTables } from "../src/spaces/index.ts";
import type { SpaceChoice } from "../src/spaces/registry.ts";
import type { SearchSpace } from "../src/spaces/space.ts";
import { indexedDbCache } from "./indexed-db.ts";
import { outcome } from "./outcome.ts";
import type { Outcome } from "./protocol.ts";

/** `SpaceHolder.adopt`. */
export function adopt(tables: SpaceTables): Promise<Outcome<undefined>> {
  return outcome(() => {
    useTables(tables);
    return undefined;
  });
}

/**
 * A space that answers in this worker: at once where it was adopted, else it is prepared here, in slices. Not a promise where there
 * is nothing to wait for, so that calls keep their order. Throws InputError as `searchSpace` does.
 */
export function preparedSpace(choice: SpaceChoice, signal?: AbortSignal): SearchSpace | Promise<SearchSpace> {
  const space = searchSpace(choice);
  const request = requestOf(space);
  return isPrepared(request) ? space : prepareSpace(request, { cache: indexedDbCache(), ...(signal ? { signal } : {}) });
}
