import { defineElements } from "./define.ts";

defineElements();

// After a first visit the lab works without a network (`offline.ts`). Who saves data is spared the files that are not needed yet.
const { connection, serviceWorker } = navigator as Navigator & { readonly connection?: { readonly saveData?: boolean } };
if (import.meta.env.PROD && serviceWorker && !connection?.saveData) {
  addEventListener("load", () => {
    // Frames of other sites and some private windows refuse: then there is a network, as there was for this page.
    serviceWorker.register("./offline.js").catch(() => undefined);
  });
}
