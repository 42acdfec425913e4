import { defineElements } from "./define.ts";
import type { ArchscapeLab } from "./elements/archscape-lab.ts";
import { watchRenewal } from "./state/renewal.ts";

defineElements();

// After a first visit the lab works without a network (`offline.ts`). Who saves data is spared the files that are not needed yet.
const { connection, serviceWorker } = navigator as Navigator & { readonly connection?: { readonly saveData?: boolean } };
if (import.meta.env.PROD && serviceWorker && !connection?.saveData) {
  addEventListener("load", async () => {
    try {
      const registration = await serviceWorker.register("./offline.js");
      const lab = document.querySelector<ArchscapeLab>("archscape-lab");
      if (lab) lab.renewal = watchRenewal(registration, filesOfPage());
    } catch {
      // Frames of other sites and some private windows refuse: then there is a network, as there was for this page.
    }
  });
}

/** Their names come from their contents. */
function filesOfPage(): string[] {
  const scripts = [...document.querySelectorAll<HTMLScriptElement>("head script[src]")].map(({ src }) => src);
  const sheets = [...document.querySelectorAll<HTMLLinkElement>("head link[rel=stylesheet]")].map(({ href }) => href);
  return [...scripts, ...sheets];
}
