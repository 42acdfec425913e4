import { InputError } from "../errors.ts";

/** A text that is no notation of an architecture, and where it stops being one. */
export class NotationError extends InputError {
  /** The whole text that was read. */
  readonly text: string;
  /** The character that does not fit, from 0; the text's length where more was expected. */
  readonly position: number;

  /** @param expected what would fit, a clause */
  constructor(text: string, position: number, expected: string, found: string) {
    const what = found === "" ? "the text ends" : `found "${found}"`;
    const where = `at character ${position + 1} ${expected} is expected`;
    super(`The architecture "${shortened(text, position)}" does not parse: ${where}, ${what}.`);
    this.text = text;
    this.position = position;
  }
}

/**
 * Reads a notation from left to right. Space before every token is ignored; what does not fit is refused with its character,
 * counted from 1.
 */
export interface Scanner {
  /** Position of the next token in the text, from 0. */
  position(): number;
  /** The next token is this text. */
  isNext(literal: string): boolean;
  /** Passes this text if it is next, and tells whether it was. */
  take(literal: string): boolean;
  /** Passes this text; refuses anything else. */
  expect(literal: string): void;
  /** Passes a whole number without sign. */
  integer(expected: string): number;
  /** Passes a text in single or double quotes and returns what stands between them. */
  quoted(expected: string): string;
  /** Passes `open`, items separated by commas (one may follow the last), and `close`. */
  list<Item>(open: string, close: string, item: (position: number) => Item): Item[];
  /** Refuses anything that is left. */
  end(): void;
  /** Refuses what stands at `position` (the next token by default). */
  fail(expected: string, position?: number): never;
}

export function scan(text: string): Scanner {
  let at = 0;
  const skip = () => {
    while (at < text.length && /\s/.test(text[at] as string)) at++;
  };
  const fail = (expected: string, position?: number): never => {
    skip();
    const where = position ?? at;
    const token = /^(\w[\w.-]*|.)/s.exec(text.slice(where))?.[0] ?? "";
    throw new NotationError(text, where, expected, token.slice(0, 40));
  };
  const isNext = (literal: string) => {
    skip();
    return text.startsWith(literal, at);
  };
  const take = (literal: string) => {
    if (!isNext(literal)) return false;
    at += literal.length;
    return true;
  };
  /** Letters are compared one by one, so that a slip inside a word is shown where it is. */
  const expect = (literal: string) => {
    skip();
    for (const character of literal) {
      if (text[at] !== character) fail(`"${literal}"`, at);
      at++;
    }
  };
  return {
    position() {
      skip();
      return at;
    },
    isNext,
    take,
    expect,
    fail,
    integer(expected) {
      skip();
      const digits = /^\d+/.exec(text.slice(at, at + 16))?.[0] ?? fail(expected);
      at += digits.length;
      return Number(digits);
    },
    quoted(expected) {
      skip();
      const quote = text[at];
      if (quote !== "'" && quote !== '"') return fail(`${expected} in quotes`);
      const close = text.indexOf(quote, at + 1);
      if (close < 0) return fail(`a closing ${quote === "'" ? "single" : "double"} quote`, text.length);
      const inside = text.slice(at + 1, close);
      at = close + 1;
      return inside;
    },
    list(open, close, item) {
      expect(open);
      const items = [];
      while (!take(close)) {
        if (items.length > 0) {
          if (!take(",")) fail(`"," or "${close}"`);
          if (take(close)) break;
        }
        items.push(item(items.length));
      }
      return items;
    },
    end() {
      skip();
      if (at < text.length) fail("the end");
    },
  };
}

const LONGEST = 120;

/** A text that a message can quote: all of it, or the part around a position. */
export function shortened(text: string, position = 0): string {
  if (text.length <= LONGEST) return text;
  const start = Math.max(0, Math.min(position - LONGEST / 2, text.length - LONGEST));
  const end = start + LONGEST;
  return `${start > 0 ? "..." : ""}${text.slice(start, end)}${end < text.length ? "..." : ""}`;
}
