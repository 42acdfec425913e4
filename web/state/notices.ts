import { createStore, type Store } from "./store.ts";

/** `problem`: something asked for did not happen. `warning`: it happened, with a reservation. `news`: it happened. */
export type Tone = "problem" | "warning" | "news";

export interface Notice {
  readonly id: number;
  readonly tone: Tone;
  readonly text: string;
  /** Further sentences, one a line, shown on demand. */
  readonly details: readonly string[];
}

export interface NoticeBoard {
  readonly store: Store<{ readonly notices: readonly Notice[]; readonly spoken: string }>;
  post(tone: Tone, text: string, details?: readonly string[]): void;
  /** For screen readers only: the live region says it. */
  say(text: string): void;
  dismiss(id: number): void;
  dismissLatest(): boolean;
}

/** News leaves by itself; problems stay until they are dismissed. */
const NEWS_MILLISECONDS = 6000;
const KEPT = 4;

export function createNotices(): NoticeBoard {
  const store = createStore<{ notices: readonly Notice[]; spoken: string }>({ notices: [], spoken: "" });
  let next = 1;
  const dismiss = (id: number): void => {
    store.set({ notices: store.value.notices.filter((notice) => notice.id !== id) });
  };
  return {
    store,
    post(tone, text, details = []) {
      const id = next++;
      const others = store.value.notices.filter((notice) => notice.text !== text);
      store.set({ notices: [...others, { id, tone, text, details }].slice(-KEPT) });
      if (tone === "news") setTimeout(() => dismiss(id), NEWS_MILLISECONDS);
    },
    say(text) {
      store.set({ spoken: text });
    },
    dismiss,
    dismissLatest() {
      const latest = store.value.notices.at(-1);
      if (latest) dismiss(latest.id);
      return latest !== undefined;
    },
  };
}
