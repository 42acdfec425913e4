import { figuresService } from "./figures-service.ts";
import { serve } from "./serving.ts";

serve(figuresService());
