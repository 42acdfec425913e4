/**
 * The lab's service worker: after a first visit the lab works without a network. It holds the lab's own files and nothing else; whatever
 * is not among them (the benchmark, the article, the elements, other sites) is the browser's business as if there were no worker.
 *
 * Pages are asked for on the network first, so that a new version shows at once; files have their content in their names, so one that is
 * held is never out of date.
 */

import type { VersionQuestion } from "./state/renewal.ts";

/** Paths of the lab's files, from the folder of this worker; the build puts them here (`scripts/offline-files.ts`). */
declare const OFFLINE_FILES: readonly string[];
/** Changes with any of them. */
declare const OFFLINE_VERSION: string;

const worker = self as unknown as ServiceWorkerGlobalScope;
const PREFIX = "archscape ";
const CACHE = PREFIX + OFFLINE_VERSION;

const base = new URL("./", worker.location.href);
const known = new Set(OFFLINE_FILES.map((file) => new URL(file, base).href));
const page = new URL("index.html", base).href;

/** What an older version holds under the same name is the same file: only what is new is fetched. */
async function fill(): Promise<void> {
  const cache = await caches.open(CACHE);
  for (const address of known) {
    if (await cache.match(address)) continue;
    const held = address === page ? undefined : await caches.match(address);
    const answer = held ?? (await fetch(address, { cache: address === page ? "reload" : "default" }));
    if (!answer.ok) throw new Error(`${address} came back with status ${answer.status}`);
    await cache.put(address, answer);
  }
}

async function dropOthers(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).map((name) => caches.delete(name)));
}

/** The page of this version where the network has none. */
async function freshPage(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    const held = await caches.match(page, { cacheName: CACHE });
    if (held) return held;
    throw error;
  }
}

worker.addEventListener("install", (event) => {
  // Whoever has an older page open goes on with its files: they are dropped only when this version takes over.
  event.waitUntil(fill());
});
worker.addEventListener("activate", (event) => {
  event.waitUntil(dropOthers().then(() => worker.clients.claim()));
});
worker.addEventListener("message", ({ data, ports }) => {
  const { archscapeFiles } = data as Partial<VersionQuestion>;
  if (archscapeFiles) ports[0]?.postMessage(archscapeFiles.every((file) => known.has(file)));
});
worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  const address = origin + pathname;
  if (request.method !== "GET") return;
  if (request.mode === "navigate" && (address === page || address === base.href)) event.respondWith(freshPage(request));
  else if (known.has(address)) event.respondWith(caches.match(address).then((held) => held ?? fetch(request)));
});
