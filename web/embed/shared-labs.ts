import type { Lab } from "../state/context.ts";
import { createNotices } from "../state/notices.ts";
import { requestIn, type Settings } from "../state/settings.ts";
import { createSpaces } from "../state/spaces.ts";
import { createStore } from "../state/store.ts";
import { isActive } from "../state/training.ts";
import type { Emit } from "./events.ts";

/** An element on the page that shows a part of a lab. */
export interface Member {
  /** Whether it is on the screen, in a tab that is looked at. */
  isSeen: boolean;
  /** Whether what can fail is begun there. */
  readonly hasControls: boolean;
  readonly emit: Emit;
}

/** A lab without a page of its own, of which elements show parts. */
export interface SharedLab {
  readonly lab: Promise<Lab>;
  /** Whose labels it has, or is about to have. */
  labels: string | undefined;
  /** Returns the function that takes the member out again. */
  join(member: Member): () => void;
  /** To be called when a member comes into sight or leaves it. */
  look(): void;
}

/** An element that is moved leaves and comes back; a lab without elements is kept so long, in milliseconds. */
const LINGER = 1000;

const open = new Map<string, SharedLab>();

/** The lab of all elements with this space, model and group; made for the first of them. */
export function sharedLab(wanted: Settings, group: string): SharedLab {
  const key = JSON.stringify([requestIn(wanted), wanted.model, group]);
  const known = open.get(key);
  if (known) return known;
  const settings = createStore<Settings>(wanted);
  const notices = createNotices();
  const spaces = createSpaces(settings, notices, "when needed");
  const request = requestIn(wanted);
  const members = new Set<Member>();
  let told = 0;

  notices.store.subscribe(() => {
    for (const { id, tone, text } of notices.store.value.notices) {
      if (id <= told) continue;
      told = id;
      const seen = [...members].filter(({ isSeen }) => isSeen);
      const teller = seen.find(({ hasControls }) => hasControls) ?? seen[0] ?? [...members][0];
      if (tone === "problem") teller?.emit("archscape-error", { message: text });
    }
  });

  let lookAgain: () => void = () => undefined;
  const lab = spaces.open(request, wanted).then(() => {
    const { lab: opened } = spaces.store.value;
    if (opened?.space.name !== request.name)
      throw new Error(notices.store.value.notices.at(-1)?.text ?? "the space was not opened");
    lookAgain = restWhenUnseen(opened, () => [...members].some(({ isSeen }) => isSeen));
    return opened;
  });
  lab.catch(() => open.delete(key));

  const shared: SharedLab = {
    lab,
    labels: undefined,
    join(member) {
      members.add(member);
      return () => {
        members.delete(member);
        lookAgain();
        setTimeout(() => {
          if (members.size > 0 || open.get(key) !== shared) return;
          open.delete(key);
          void lab.then((opened) => opened.close());
        }, LINGER);
      };
    },
    look: () => lookAgain(),
  };
  open.set(key, shared);
  return shared;
}

/**
 * Training and the player of a search rest while nobody can see them, and go on by themselves.
 * @returns to be called when what is seen changes
 */
export function restWhenUnseen(lab: Lab, isSeen: () => boolean): () => void {
  let rests = false;
  const look = (): void => {
    const { job } = lab.training.store.value;
    lab.instruments.replaying.rest(!isSeen());
    if (rests && !isActive(job)) rests = false;
    if (!rests && job === "running" && !isSeen()) {
      rests = true;
      lab.training.pause();
    } else if (rests && isSeen()) {
      rests = false;
      lab.training.resume();
    }
  };
  lab.training.store.subscribe(look);
  return look;
}
