/** The columns of a label table that a study needs. */
import { InputError } from "../errors.ts";
import type { LabelTable, Metric } from "../formats/label-table.ts";
import { labelTableObjective } from "../objectives/label-table.ts";
import type { Objective } from "../objectives/objective.ts";
import { checkBudget } from "../search/run.ts";
import type { Study, StudyCost } from "./definition.ts";

export interface StudyLabels {
  /** Searched column and cost: all that a run is told. */
  readonly table: LabelTable;
  readonly metric: Metric;
  readonly reports: readonly Metric[];
  /** Simulated seconds of a query, one an architecture. */
  readonly cost?: Metric;
  /** Whether an architecture can be evaluated, and so is searched. */
  has(index: number): boolean;
  readonly objective: Objective;
  /** Those of the table, without those about columns that play no part here. */
  readonly warnings: readonly string[];
}

/** The name that a cost goes by: its column, with the factor where there is one. */
export const costName = ({ column, times }: StudyCost): string => (times === 1 ? column : `${times} x ${column}`);

/** @throws InputError for a column that the table lacks, a cost that is no time, a budget that cannot be spent */
export function studyLabels(table: LabelTable, study: Pick<Study, "metric" | "reports" | "cost" | "entries">): StudyLabels {
  const column = (role: string, name: string): Metric => {
    const found = table.metrics.find((metric) => metric.name === name);
    if (found) return found;
    const known = table.metrics.map((metric) => metric.name).join(", ");
    throw new InputError(`The ${role} column "${name}" is not in ${table.source}, which has ${known}.`);
  };
  const metric = column("searched", study.metric);
  const reports = study.reports.map((name) => column("reported", name));
  const cost = study.cost && scaled(column("cost", study.cost.column), study.cost);
  const needed: LabelTable = { ...table, metrics: cost && cost.name !== metric.name ? [metric, cost] : [metric] };
  const objective = labelTableObjective(needed, { metric: metric.name, cost: cost?.name });
  const candidates = Array.from({ length: objective.size }, (_, index) => objective.has(index)).filter((has) => has).length;
  for (const { budget } of study.entries) checkBudget(budget, objective, candidates);
  const used = [study.metric, ...study.reports, study.cost?.column].map((name) => `The column "${name}"`);
  const warnings = table.warnings.filter(
    (text) => !text.startsWith("The column ") || used.some((start) => text.startsWith(start)),
  );
  return { table: needed, metric, reports, ...(cost ? { cost } : {}), has: objective.has, objective, warnings };
}

function scaled(metric: Metric, cost: StudyCost): Metric {
  const toSeconds = metric.unit === "ms" ? 1e-3 : 1;
  const factor = cost.times * toSeconds;
  const values = factor === 1 ? metric.values : metric.values.map((value) => value * factor);
  return { ...metric, name: costName(cost), unit: metric.unit === "ms" ? "s" : metric.unit, values };
}
