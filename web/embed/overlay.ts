import type { Lab } from "../state/context.ts";
import type { SettingName, Settings } from "../state/settings.ts";
import type { Store } from "../state/store.ts";

/**
 * A lab as one element sees it: some settings are the element's own from the moment that it sets them, all others are shared. So two maps of
 * one lab show different colours and places, and the same selection.
 */
export function withOwn(lab: Lab, names: readonly SettingName[], initial: Partial<Settings>): Lab {
  return { ...lab, settings: overlay(lab.settings, names, initial) };
}

function overlay(shared: Store<Settings>, names: readonly SettingName[], initial: Partial<Settings>): Store<Settings> {
  let own = initial;
  let seen: { readonly shared: Settings; readonly own: Partial<Settings>; readonly value: Settings } | undefined;
  const listeners = new Set<() => void>();
  return {
    get value() {
      if (seen?.shared !== shared.value || seen.own !== own) {
        seen = { shared: shared.value, own, value: { ...shared.value, ...own } };
      }
      return seen.value;
    },
    set(patch) {
      const isOwn = (name: string): boolean => (names as readonly string[]).includes(name);
      const part = (wanted: boolean): Partial<Settings> =>
        Object.fromEntries(Object.entries(patch).filter(([name]) => isOwn(name) === wanted));
      const mine = part(true);
      if (Object.entries(mine).some(([name, value]) => !Object.is(own[name as SettingName], value))) {
        own = { ...own, ...mine };
        for (const listener of [...listeners]) listener();
      }
      shared.set(part(false));
    },
    subscribe(listener) {
      const stop = shared.subscribe(listener);
      listeners.add(listener);
      return () => {
        stop();
        listeners.delete(listener);
      };
    },
  };
}
