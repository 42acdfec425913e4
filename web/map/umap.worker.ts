import { serve } from "../../workers/serving.ts";
import { umapService } from "./umap-service.ts";

serve(umapService());
