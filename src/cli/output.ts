import { Presets, SingleBar } from "cli-progress";
import type { Terminal } from "./terminal.ts";

/** A line of `--json`: what it is about in `type`, then plain data. Numbers that are not finite stand as null. */
export interface JsonLine {
  readonly type:
    | "prepare"
    | "progress"
    | "epoch"
    | "query"
    | "run"
    | "tensor"
    | "chained"
    | "rounding"
    | "part"
    | "device"
    | "architecture"
    | "figure"
    | "result"
    | "error";
  readonly [key: string]: unknown;
}

export interface Output {
  readonly json: boolean;
  /** One object a line on standard output; nothing without --json. */
  line(line: JsonLine): void;
  /** For people, on standard output; nothing with --json. */
  say(text: string): void;
  /** For people, on standard error: context that is no result; nothing with --json. */
  note(text: string): void;
  /** On standard error, with --json too. */
  warn(text: string): void;
  /** How far a run is: a line of this type at most once a second with --json, else a bar on a terminal, else now and then a plain line. */
  progress(unit: string, type?: "progress" | "prepare"): Progress;
}

export interface Progress {
  /** `detail` for people, `data` for machines. */
  update(done: number, total: number, detail: string, data: Readonly<Record<string, unknown>>): void;
  /** Takes the bar off the screen, so that other lines can be written; the next update brings it back. */
  clear(): void;
}

const JSON_MS = 1000;
const PLAIN_MS = 10_000;

export function output(terminal: Terminal, json: boolean): Output {
  const { out, err } = terminal;
  return {
    json,
    line: (line) => json && out(`${JSON.stringify(line)}\n`),
    say: (text) => json || out(`${text}\n`),
    note: (text) => json || err(`${text}\n`),
    warn: (text) => err(`archscape: warning: ${text}\n`),
    progress: (unit, type = "progress") =>
      json ? jsonProgress(out, type) : terminal.screen ? bar(terminal.screen, unit) : plainProgress(err, unit),
  };
}

/** Lets an action through at most once in `milliseconds`, for the first time after as long. */
function throttle(milliseconds: number): () => boolean {
  let last = performance.now();
  return () => {
    const now = performance.now();
    if (now - last < milliseconds) return false;
    last = now;
    return true;
  };
}

function jsonProgress(out: Terminal["out"], type: JsonLine["type"]): Progress {
  const due = throttle(JSON_MS);
  return {
    update(done, total, _, data) {
      if (due()) out(`${JSON.stringify({ type, done, total, ...data })}\n`);
    },
    clear: () => undefined,
  };
}

function plainProgress(err: Terminal["err"], unit: string): Progress {
  const due = throttle(PLAIN_MS);
  return {
    update(done, total, detail) {
      if (due()) err(`${done}/${total} ${unit}${detail && `, ${detail}`}\n`);
    },
    clear: () => undefined,
  };
}

function bar(stream: NodeJS.WriteStream, unit: string): Progress {
  let shown: SingleBar | undefined;
  return {
    update(done, total, detail) {
      if (!shown) {
        const format = `{bar} {percentage}%  {value}/{total} ${unit}  {detail}`;
        shown = new SingleBar({ stream, format, clearOnComplete: true, hideCursor: true, barsize: 24 }, Presets.shades_classic);
        shown.start(total, done, { detail });
      }
      shown.update(done, { detail });
    },
    clear() {
      shown?.stop();
      shown = undefined;
    },
  };
}

/** A share as percent: 0.98765 -> "98.77 %". */
export const percent = (share: number, digits = 2): string => `${(100 * share).toFixed(digits)} %`;

/** Seconds for people: "48 s", "3 min 20 s", "2 h 5 min". */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "unknown time";
  const whole = Math.round(seconds);
  if (whole < 120) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 120 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
