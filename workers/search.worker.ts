import { expose } from "comlink";
import { searchService } from "./search-service.ts";

expose(searchService());
