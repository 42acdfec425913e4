import { expose } from "comlink";
import { announceLife } from "../../workers/life.ts";
import { mapService } from "./map-service.ts";

announceLife();
expose(mapService());
