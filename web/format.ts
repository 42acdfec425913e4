/** Numbers for people: one place decides digits, signs and units. */

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** 15625 -> "15,625". */
export const count = (value: number): string => whole.format(value);

/** Fraction -> "79.4 %". */
export const percent = (share: number, digits = 1): string =>
  Number.isFinite(share) ? `${(share * 100).toFixed(digits)} %` : "–";

/** Up to `digits` significant digits without an exponent where a reader can do without. */
export function significant(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e15 || size < 1e-4) return value.toExponential(Math.max(0, digits - 1));
  if (size >= 10 ** digits) return whole.format(value);
  return String(Number(value.toPrecision(digits)));
}

/** 73715290 -> "73.7 M". */
export function compact(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size >= 1e9) return `${trim(value / 1e9)} G`;
  if (size >= 1e6) return `${trim(value / 1e6)} M`;
  if (size >= 1e4) return `${trim(value / 1e3)} k`;
  return significant(value, 4);
}

const trim = (value: number): string => value.toPrecision(3);

/** Seconds -> "4.2 s", "3 min 05 s", "2 h 10 min". */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "–";
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 59.5) return `${Math.round(seconds)} s`;
  const total = Math.round(seconds);
  const pad = (value: number): string => String(value).padStart(2, "0");
  if (total < 3600) return `${Math.floor(total / 60)} min ${pad(total % 60)} s`;
  return `${Math.floor(total / 3600)} h ${pad(Math.floor((total % 3600) / 60))} min`;
}

const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

/** Milliseconds since 1970 -> "just now", "5 min ago", "3 h ago", and from a day on the date. */
export function ago(date: number, now: number): string {
  const minutes = Math.floor((now - date) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  return minutes < 24 * 60 ? `${Math.floor(minutes / 60)} h ago` : `on ${day.format(date)}`;
}

/** A value of a table's metric in its own unit: 0.7349 with scale 100 and "%" -> "73.49 %". */
export function inUnit(value: number, metric: { readonly unit: string; readonly scale: number }): string {
  if (!Number.isFinite(value)) return "no value";
  const shown = value * metric.scale;
  const text = metric.unit === "%" ? shown.toFixed(2) : Math.abs(shown) >= 1e4 ? compact(shown) : significant(shown, 5);
  return metric.unit ? `${text} ${metric.unit}` : text;
}

/** Plural by number: `plural(1, "row")` -> "1 row". */
export const plural = (value: number, noun: string, many = `${noun}s`): string => `${count(value)} ${value === 1 ? noun : many}`;
