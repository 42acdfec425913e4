import { serve } from "./serving.ts";
import { tableService } from "./table-service.ts";

serve(tableService());
