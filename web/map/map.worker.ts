import { expose } from "comlink";
import { mapService } from "./map-service.ts";

expose(mapService());
