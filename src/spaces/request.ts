import type { SearchSpace, SpaceName, SpaceSample } from "./space.ts";

/**
 * A search space as plain data, for messages, files and command lines. Seed and count belong to DARTS, of which a sample is
 * listed; by default the paper's 600,000 cells of seed 0.
 */
export interface SpaceRequest extends Partial<SpaceSample> {
  readonly name: SpaceName;
}

/** What leads back to a space. Apart from the registry, so that who has a space need not load all of them. */
export function requestOf({ name, sample }: Pick<SearchSpace, "name" | "sample">): SpaceRequest {
  return { name, ...sample };
}
