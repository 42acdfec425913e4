import { expose } from "comlink";
import { engineService } from "./engine-service.ts";

expose(engineService());
