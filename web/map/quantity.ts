import type { Goal, LabelTable } from "../../src/formats/label-table.ts";
import { compact, inUnit } from "../format.ts";
import { operationLook } from "../theme.ts";
import type { Facts } from "./facts.ts";

/** Something that the map can be coloured by. */
export interface Quantity {
  /** In links: `params`, `macs`, `op:NAME`, `label:METRIC`. */
  readonly key: string;
  readonly label: string;
  /** Where the numbers come from, for the legend. */
  readonly source: string;
  /** One value an architecture, NaN where there is none. */
  readonly values: ArrayLike<number>;
  readonly goal: Goal | "none";
  /** Whole numbers that deserve one colour step each. */
  readonly discrete: boolean;
  /** With its unit. */
  show(value: number): string;
  /** Without. */
  brief(value: number): string;
}

export interface QuantityGroup {
  readonly title: string;
  readonly options: readonly { readonly key: string; readonly label: string }[];
}

/** What can be chosen, in the order of the menu. */
export function quantityGroups(facts: Facts, table: LabelTable | undefined): QuantityGroup[] {
  const groups: QuantityGroup[] = [];
  if (table) {
    groups.push({
      title: table.source,
      options: table.metrics.map((metric) => ({ key: `label:${metric.name}`, label: metric.name })),
    });
  }
  groups.push({
    title: "Cost",
    options: [
      { key: "params", label: "Parameters" },
      { key: "macs", label: "MACs" },
    ],
  });
  groups.push({
    title: "Operations",
    options: facts.choices.map((name) => ({ key: `op:${name}`, label: `Number of ${operationLook(name).label}` })),
  });
  return groups;
}

/** The quantity with this key; parameters where the key means nothing (a metric of a table that is not loaded). */
export function quantityOf(key: string, facts: Facts, table: LabelTable | undefined): Quantity {
  const [kind, name = ""] = split(key);
  if (kind === "macs") {
    const show = (value: number): string => `${compact(value)} MACs`;
    return {
      key,
      label: "MACs",
      source: "multiply-adds of the CIFAR-10 network",
      values: facts.macs,
      goal: "none",
      discrete: false,
      show,
      brief: compact,
    };
  }
  if (kind === "op") {
    const row = facts.choices.indexOf(name);
    if (row >= 0) {
      const size = facts.params.length;
      const label = `Number of ${operationLook(name).label}`;
      const values = facts.occurrences.subarray(row * size, (row + 1) * size);
      return { key, label, source: "in the cell", values, goal: "none", discrete: true, show: String, brief: String };
    }
  }
  if (kind === "label") {
    const metric = table?.metrics.find((candidate) => candidate.name === name);
    if (table && metric) {
      const show = (value: number): string => inUnit(value, metric);
      const brief = (value: number): string => inUnit(value, { ...metric, unit: metric.unit === "%" ? "%" : "" });
      return {
        key,
        label: metric.name,
        source: table.source,
        values: metric.values,
        goal: metric.goal,
        discrete: false,
        show,
        brief,
      };
    }
  }
  return {
    key: "params",
    label: "Parameters",
    source: "trainable, CIFAR-10 network",
    values: facts.params,
    goal: "none",
    discrete: false,
    show: (value) => `${compact(value)} parameters`,
    brief: compact,
  };
}

function split(key: string): [string, string?] {
  const at = key.indexOf(":");
  return at < 0 ? [key] : [key.slice(0, at), key.slice(at + 1)];
}
