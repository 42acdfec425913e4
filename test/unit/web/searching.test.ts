import { expect, it, vi } from "vitest";
import type { LabelTable } from "../../../src/formats/label-table.ts";
import { createSearching, type SearchEffects, type SearchRequest } from "../../../web/state/searching.ts";
import type { Client } from "../../../web/state/workers.ts";
import type { Outcome } from "../../../workers/protocol.ts";
import type { SearchApi } from "../../../workers/search-protocol.ts";

it("a search that is cancelled while its space is prepared was cancelled, and did not fail", async () => {
  let stop = (): void => undefined;
  const run = new Promise<Outcome<never>>((resolve) => {
    stop = () => resolve({ ok: false, error: { kind: "cancelled", message: "This operation was aborted" } });
  });
  const api = { run: () => run, cancel: async () => stop() } as unknown as SearchApi;
  const client = { api, ended: 0, ask: (call: (api: SearchApi) => Promise<unknown>) => call(api) };
  const effects = { onFailure: vi.fn<SearchEffects["onFailure"]>(), onEnd: vi.fn<SearchEffects["onEnd"]>() };
  const searching = createSearching(() => client as unknown as Client<SearchApi>, effects);
  const table = { source: "table.csv", metrics: [{ name: "accuracy", goal: "max" }] } as unknown as LabelTable;
  const request = { table, labels: { metric: "accuracy" }, seeds: [1] } as unknown as SearchRequest;
  const ended = searching.start(request);
  searching.cancel();
  expect(searching.store.value.job).toBe("cancelling");
  await ended;
  expect(searching.store.value.job).toBe("cancelled");
  expect(effects.onFailure).not.toHaveBeenCalled();
  expect(effects.onEnd).toHaveBeenCalledExactlyOnceWith("cancelled", undefined);
});
