import { expose } from "comlink";
import { spaceService } from "./space-service.ts";

expose(spaceService());
