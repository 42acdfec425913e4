/** A thread of `archscape tabulate`. */
import { parentPort } from "node:worker_threads";
import { expose } from "comlink";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";
import { evaluationService } from "../../workers/evaluation-service.ts";

if (parentPort) expose(evaluationService(), nodeEndpoint(parentPort));
