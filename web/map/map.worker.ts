import { serve } from "../../workers/serving.ts";
import { mapService } from "./map-service.ts";

serve(mapService());
