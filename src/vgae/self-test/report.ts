/** What the self-test found, and how it is said. */

/** What is checked, in this order. */
export const PARTS = [
  "random numbers",
  "batches",
  "losses",
  "activations",
  "gradients",
  "updated weights",
  "embedding",
  "decoding",
  "nearest neighbours",
] as const;
export type PartName = (typeof PARTS)[number];

/** One tensor of our results beside what is expected. */
export interface Check {
  /** What was compared, and where: "grad/fc1.weight, step 2 of nasbench201.gin". */
  readonly name: string;
  /** Relative difference; 0 or the share of wrong ones where integers must be the same. */
  readonly difference: number;
  readonly tolerance: number;
}

export interface Part {
  readonly part: PartName;
  /** `failed`: it could not be computed, why in `message`. */
  readonly state: "agrees" | "differs" | "failed";
  readonly checks: number;
  /** Checks beyond their tolerance. */
  readonly beyond: number;
  /** The check that comes nearest to its tolerance, or is farthest beyond; none where nothing was computed. */
  readonly worst?: Check;
  readonly message?: string;
}

export interface Report {
  readonly ok: boolean;
  readonly parts: readonly Part[];
  /** Vendor, architecture and description of the adapter. */
  readonly adapter: string;
  /** Names of the kernel variants that were checked: those that this adapter trains with. */
  readonly variants: readonly string[];
  /** Models whose numbers were computed, such as nasbench201.gin. */
  readonly models: readonly string[];
  readonly seconds: number;
}

const excess = ({ difference, tolerance }: Check): number =>
  difference === 0 ? 0 : tolerance === 0 ? Number.POSITIVE_INFINITY : difference / tolerance;

export function partOf(part: PartName, checks: readonly Check[]): Part {
  const beyond = checks.filter(({ difference, tolerance }) => !(difference <= tolerance)).length;
  const [first, ...rest] = checks;
  const worst = first && rest.reduce((most, check) => (excess(check) > excess(most) ? check : most), first);
  return {
    part,
    state: checks.length === 0 ? "failed" : beyond > 0 ? "differs" : "agrees",
    checks: checks.length,
    beyond,
    ...(worst ? { worst } : { message: "it was not computed." }),
  };
}

const shown = (value: number): string => (value === 0 ? "0" : Number.isFinite(value) ? value.toExponential(1) : "not a number");

/** "worst relative difference 3.1e-7 of at most 1.0e-4 (mu, step 1 of nasbench201.gin), 12 checks" */
export function partText({ worst, checks, beyond, message }: Part): string {
  if (message !== undefined) return message;
  if (!worst) return "";
  const { name, difference, tolerance } = worst;
  const size =
    tolerance === 0
      ? difference === 0
        ? "identical"
        : `${(100 * difference).toPrecision(2)} % of the integers are wrong`
      : `worst relative difference ${shown(difference)}, at most ${shown(tolerance)} allowed`;
  return `${size} (${name}); ${beyond > 0 ? `${beyond} of ${checks}` : checks} ${checks === 1 ? "check" : "checks"}${beyond > 0 ? " beyond" : ""}`;
}

/** What computed: a browser, or Node with its driver. */
export interface Surroundings {
  /** "Firefox 153.0 on Linux", "Node 20.20.2 with Dawn on …" */
  readonly host: string;
  /** Version of this package. */
  readonly version: string;
}

/** One sentence. */
export function verdict({ ok, parts, adapter, variants }: Report, { host, version }: Surroundings): string {
  const where = `${adapter} (${host}; kernels ${variants.join(" and ") || "not made"}; Archscape ${version})`;
  if (ok) {
    const total = parts.reduce((sum, { checks }) => sum + checks, 0);
    return `Computes correctly: all ${total} checks agree on ${where}.`;
  }
  const bad = parts.filter(({ state }) => state !== "agrees").map(({ part }) => part);
  const what = `the ${bad.length === 1 ? "check" : "checks"} of ${bad.join(", ")} failed`;
  return `Does not compute correctly: ${what} on ${where}; do not trust what WebGPU trains or embeds here.`;
}

/** The whole report as plain text, to copy into a message. */
export function reportText(report: Report, surroundings: Surroundings): string {
  const lines = report.parts.map((part) => `${part.part.padEnd(18)} ${part.state.padEnd(8)} ${partText(part)}`);
  return [verdict(report, surroundings), ...lines, `${report.models.join(", ")}; ${report.seconds.toFixed(1)} s`].join("\n");
}
