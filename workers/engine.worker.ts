import { expose } from "comlink";
import { engineService } from "./engine-service.ts";
import { announceLife } from "./life.ts";

announceLife();
expose(engineService());
