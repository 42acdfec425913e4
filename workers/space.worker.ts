import { expose } from "comlink";
import { announceLife } from "./life.ts";
import { spaceService } from "./space-service.ts";

announceLife();
expose(spaceService());
