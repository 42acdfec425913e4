import { searchService } from "./search-service.ts";
import { serve } from "./serving.ts";

serve(searchService());
