import { InputError } from "../errors.ts";
import { darts } from "./darts/index.ts";
import { nasbench101 } from "./nasbench101/index.ts";
import { nasbench201 } from "./nasbench201/index.ts";
import type { SpaceRequest } from "./request.ts";
import type { SearchSpace, SpaceName, SpaceSample } from "./space.ts";

export { requestOf, type SpaceRequest } from "./request.ts";

/** A name alone stands for the default sample. */
export type SpaceChoice = SpaceName | SpaceRequest;

const SPACES: Readonly<Record<SpaceName, (sample: Partial<SpaceSample>) => SearchSpace>> = {
  nasbench101: listed(nasbench101),
  nasbench201: listed(nasbench201),
  darts,
};

/** Names that `searchSpace` knows. */
export const SPACE_NAMES = Object.keys(SPACES) as readonly SpaceName[];

/**
 * The search space of this name; the same object for the same request. Nothing is computed: `prepareSpace` does that.
 * @throws InputError for an unknown name, with the known ones; for a sample of a space that is listed whole; for a seed or count that
 *   cannot be
 */
export function searchSpace(request: string | SpaceRequest): SearchSpace {
  const { name, ...sample } = typeof request === "string" ? { name: request } : request;
  if (!Object.hasOwn(SPACES, name)) {
    throw new InputError(`The search space "${name}" is not known; known: ${SPACE_NAMES.join(", ")}.`);
  }
  return SPACES[name as SpaceName](sample);
}

function listed(open: () => SearchSpace): (sample: Partial<SpaceSample>) => SearchSpace {
  return ({ seed, count }) => {
    const space = open();
    if (seed === undefined && count === undefined) return space;
    throw new InputError(`${space.title} is listed whole: a seed and a number of cells to draw belong to DARTS.`);
  };
}
