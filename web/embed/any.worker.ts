/** A worker that is the service it is told to be: for pages of other sites, which start workers from one file if at all. */
import { serveAny } from "../../workers/serving.ts";
import { makeService, type ServiceName } from "../state/services.ts";

serveAny((wanted) => makeService[wanted as ServiceName]());
