import { InputError } from "../errors.ts";
import { nasbench201 } from "./nasbench201/index.ts";
import type { SearchSpace } from "./space.ts";

const SPACES: Readonly<Record<string, () => SearchSpace>> = { nasbench201 };

/** Names that `searchSpace` knows. */
export const SPACE_NAMES: readonly string[] = Object.keys(SPACES);

/** The search space of this name. Throws InputError that lists the known names. */
export function searchSpace(name: string): SearchSpace {
  const open = Object.hasOwn(SPACES, name) ? SPACES[name] : undefined;
  if (open === undefined) throw new InputError(`The search space "${name}" is not known; known: ${SPACE_NAMES.join(", ")}.`);
  return open();
}

export { convert, NOTATIONS, type Notation, notationOf } from "./convert.ts";
export { type DartsOptions, type DartsSample, darts, dartsOf, prepareDarts } from "./darts/index.ts";
export { ENCODINGS, type Encoding } from "./encodings.ts";
export { nasbench101, type OrderTables, orderTables, prepareNasbench101, useOrderTables } from "./nasbench101/index.ts";
export { nasbench201 } from "./nasbench201/index.ts";
