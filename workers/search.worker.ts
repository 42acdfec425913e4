import { expose } from "comlink";
import { announceLife } from "./life.ts";
import { searchService } from "./search-service.ts";

announceLife();
expose(searchService());
