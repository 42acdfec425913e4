import { engineService } from "./engine-service.ts";
import { serve } from "./serving.ts";

serve(engineService());
