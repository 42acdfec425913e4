import { InputError } from "../errors.ts";
import type { LabelTable, Metric } from "../formats/label-table.ts";
import { type MetricInfo, type Objective, oriented } from "./objective.ts";

export interface LabelChoice {
  /** Column to search on. */
  readonly metric: string;
  /** Column to report for the architecture with the best searched value. */
  readonly report?: string | undefined;
  /** Column of seconds to pay with; without it evaluations are free. */
  readonly cost?: string | undefined;
}

/**
 * A loaded label table as an objective. An architecture can be evaluated if it has a label in the searched column and, where
 * there is one, in the cost column; a missing reported label leaves the report out. Throws InputError for unknown columns, for
 * a cost that is no time, and where no architecture is left.
 */
export function labelTableObjective(table: LabelTable, choice: LabelChoice): Objective {
  const column = (role: string, name: string): Metric => {
    const found = table.metrics.find((metric) => metric.name === name);
    if (found) return found;
    throw new InputError(
      `The ${role} column "${name}" is not in ${table.source}, which has ${table.metrics.map((m) => m.name).join(", ")}.`,
    );
  };
  const metric = column("searched", choice.metric);
  const report = choice.report === undefined ? undefined : column("reported", choice.report);
  const cost = choice.cost === undefined ? undefined : column("cost", choice.cost);
  const toSeconds = cost?.unit === "ms" ? 1e-3 : 1;
  if (cost) checkCost(table, cost);

  const has = (index: number): boolean =>
    Number.isFinite(metric.values[index]) && (cost === undefined || Number.isFinite(cost.values[index]));
  const size = metric.values.length;
  if (!Array.from({ length: size }, (_, index) => has(index)).includes(true)) {
    throw new InputError(
      `No architecture of ${table.source} has a value in ${[metric, cost].flatMap((m) => m?.name ?? []).join(" and ")}.`,
    );
  }
  return {
    name: table.source,
    size,
    metric: withoutValues(metric),
    ...(report && { report: withoutValues(report) }),
    ...(cost && { cost: withoutValues(cost) }),
    has,
    async evaluate(index) {
      if (!has(index)) throw new Error(`Architecture ${index} has no label in ${metric.name}`);
      const reported = report?.values[index];
      return {
        value: oriented(metric.values[index] as number, metric),
        ...(reported !== undefined && Number.isFinite(reported) && { report: reported }),
        cost: cost ? (cost.values[index] as number) * toSeconds : 0,
      };
    },
  };
}

function checkCost(table: LabelTable, cost: Metric): void {
  if (cost.quantity !== "time" && cost.quantity !== "number") {
    throw new InputError(`The cost column of ${table.source}: expected seconds, found ${cost.name} (${cost.quantity}).`);
  }
  const index = cost.values.findIndex((value) => value < 0);
  if (index >= 0) {
    throw new InputError(
      `The cost column ${cost.name} of ${table.source}: expected seconds of at least 0, found ${cost.values[index]} for architecture ${index}.`,
    );
  }
}

const withoutValues = ({ name, quantity, unit, goal, scale }: Metric): MetricInfo => ({ name, quantity, unit, goal, scale });
