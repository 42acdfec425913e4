import { serve } from "./serving.ts";
import { spaceService } from "./space-service.ts";

serve(spaceService());
