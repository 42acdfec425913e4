export { convert, NOTATIONS, type Notation, notationOf } from "./convert.ts";
export { darts } from "./darts/index.ts";
export { ENCODINGS, type Encoding } from "./encodings.ts";
export { nasbench101 } from "./nasbench101/index.ts";
export { nasbench201 } from "./nasbench201/index.ts";
export { obtainTables, type PrepareOptions, prepareSpace, type SpaceCache, type TablesOptions } from "./preparation.ts";
export { requestOf, SPACE_NAMES, type SpaceChoice, type SpaceRequest, searchSpace } from "./registry.ts";
export { isPrepared, memoryOf, type SpaceTables, tablesOf, useTables } from "./tables.ts";
export { NotationError } from "./text.ts";
