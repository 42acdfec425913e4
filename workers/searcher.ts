import { transfer, wrap } from "comlink";
import { isPrepared, requestOf, searchSpace, tablesOf } from "../src/spaces/index.ts";
import { endOf } from "./life.ts";
import type { Searcher } from "./search-pool.ts";
import type { SearchApi, SearchJob } from "./search-protocol.ts";
import { searchService } from "./search-service.ts";

/**
 * A search worker inside this one: labels and embedding are copied for each run, which would hold the page up. Where this thread may not
 * make workers (a copy of its script in a page of another origin, or the page itself), it searches here, in slices.
 */
export function openSearcher(): Searcher {
  const worker = startWorker();
  if (!worker) return searcherHere();
  const api = wrap<SearchApi>(worker);
  let isGreeted = false;
  const greet = ({ space, table }: SearchJob): void => {
    const request = requestOf(searchSpace(space ?? table.space));
    // Messages keep their order: the run finds the space prepared.
    if (!isGreeted && request.name !== "nasbench201" && isPrepared(request)) void api.adopt(tablesOf(request));
    isGreeted = true;
  };
  return {
    ended: endOf(worker),
    async run(job) {
      greet(job);
      const { port1, port2 } = new MessageChannel();
      const ended = await api.run(job, transfer(port2, [port2]));
      port1.close();
      return ended;
    },
    close: () => worker.terminate(),
  };
}

function startWorker(): Worker | undefined {
  try {
    return new Worker(new URL("./search.worker.ts", import.meta.url), { type: "module", name: "search" });
  } catch {
    return undefined;
  }
}

/** A searcher in this thread. */
export function searcherHere(): Searcher {
  const service = searchService();
  return {
    ended: new Promise(() => undefined),
    async run(job) {
      const { port1, port2 } = new MessageChannel();
      const ended = await service.run(job, port2);
      port1.close();
      return ended;
    },
    close: () => void service.cancel(),
  };
}
