import { indexedDbShelf } from "./indexed-db.ts";
import { openSearcher } from "./searcher.ts";
import { serve } from "./serving.ts";
import { studyService } from "./study-service.ts";

serve(studyService({ openSearcher, shelf: indexedDbShelf() }));
