import { expose } from "comlink";
import { figuresService } from "./figures-service.ts";
import { announceLife } from "./life.ts";

announceLife();
expose(figuresService());
