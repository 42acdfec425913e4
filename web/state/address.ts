import type { SpacesStore } from "./context.ts";
import type { NoticeBoard } from "./notices.ts";
import { isSameSpace, readSettings, requestIn, type Settings, writeSettings } from "./settings.ts";
import type { Store } from "./store.ts";

export interface Addressed {
  readonly settings: Store<Settings>;
  readonly notices: NoticeBoard;
  readonly spaces: SpacesStore;
}

let lab: string | undefined;

/** On other people's pages: where links to a lab lead, which is beside the elements. */
export function setLabAddress(address: string): void {
  lab = address;
}

/** Where a lab is that reads the part of an address after `#`. */
export const labAddress = (): string => lab ?? `${location.origin}${location.pathname}`;

/** The address follows the settings, and the settings follow an address that was typed or gone back to. */
export function connectAddress({ settings, notices, spaces }: Addressed): void {
  const read = (): void => {
    const { settings: next, complaints } = readSettings(location.hash);
    if (complaints.length > 0) notices.post("warning", "Part of the link was left out.", complaints);
    const { lab } = spaces.store.value;
    if (lab && isSameSpace(requestIn(next), requestIn(settings.value))) settings.set(next);
    else void spaces.open(requestIn(next), next);
  };
  let waiting: ReturnType<typeof setTimeout> | undefined;
  settings.subscribe(() => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      // While another space is on its way, the address is that of the other.
      if (spaces.store.value.opening) return;
      const hash = writeSettings(settings.value);
      if (hash !== location.hash.replace(/^#/, ""))
        history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
    }, 200);
  });
  addEventListener("hashchange", read);
  read();
}
