/** What opening a space that must be prepared needs: a chunk of its own, because it knows all spaces. */
export { prepareSpace } from "../../src/preparation.ts";
export { tablesOf } from "../../src/spaces/tables.ts";
