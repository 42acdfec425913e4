/** A thread of `archscape search`: the same service as the page's search worker, on Node's ports. */
import { parentPort } from "node:worker_threads";
import { expose } from "comlink";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";
import { searchService } from "../../workers/search-service.ts";

if (parentPort) expose(searchService(), nodeEndpoint(parentPort));
