import type { FiguresApi } from "../../workers/figures-protocol.ts";
import { indexedDbShelf } from "../../workers/indexed-db.ts";
import type { EngineApi } from "../../workers/protocol.ts";
import type { SearchApi } from "../../workers/search-protocol.ts";
import type { StudyApi } from "../../workers/study-protocol.ts";
import type { TableApi } from "../../workers/table-protocol.ts";
import type { MapApi } from "../map/map-protocol.ts";
import type { UmapApi } from "../map/umap-protocol.ts";

/** What the page has computed elsewhere, by name. */
export interface Services {
  readonly engine: EngineApi;
  readonly search: SearchApi;
  readonly study: StudyApi;
  readonly figures: FiguresApi;
  readonly tables: TableApi;
  readonly map: MapApi;
  readonly umap: UmapApi;
}

export type ServiceName = keyof Services;

/** Makes a service in the thread that asks: the page's, where no worker starts, or that of a worker which can be any of them. */
export const makeService: { readonly [Name in ServiceName]: () => Promise<Services[Name]> } = {
  engine: async () => (await import("../../workers/engine-service.ts")).engineService(),
  search: async () => (await import("../../workers/search-service.ts")).searchService(),
  async study() {
    const [{ studyService }, { openSearcher }] = await Promise.all([
      import("../../workers/study-service.ts"),
      import("../../workers/searcher.ts"),
    ]);
    return studyService({ openSearcher, shelf: indexedDbShelf() });
  },
  figures: async () => (await import("../../workers/figures-service.ts")).figuresService(),
  tables: async () => (await import("../../workers/table-service.ts")).tableService(),
  map: async () => (await import("../map/map-service.ts")).mapService(),
  umap: async () => (await import("../map/umap-service.ts")).umapService(),
};
