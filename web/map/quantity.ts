import { operationLook } from "../../src/drawing/operation-look.ts";
import type { Goal, LabelTable } from "../../src/formats/label-table.ts";
import type { SearchSpace } from "../../src/spaces/space.ts";
import { compact, count, inUnit, plural } from "../format.ts";
import { SPACE_TEXTS } from "../spaces.ts";
import { choicesOf, type Facts } from "./facts.ts";
import { type Insight, type InsightName, isInsight } from "./insight.ts";

/** Something that the map can be coloured by. */
export interface Quantity {
  /** In links: `params`, `macs`, `vertices`, `edges`, `op:NAME`, `label:METRIC`, and those of `INSIGHTS`. */
  readonly key: string;
  readonly label: string;
  /** Where the numbers come from, for the legend. */
  readonly source: string;
  /** One value an architecture, NaN where there is none; none at all while they are being computed. */
  readonly values: ArrayLike<number>;
  /** Why there are no values, in a sentence; undefined where it is for the facts. */
  readonly absence?: string;
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

/** What quantities are made of. Facts of a large space come later than the space: until then their values are none. */
export interface Known {
  readonly space: Pick<SearchSpace, "name" | "operations">;
  readonly facts: Facts | undefined;
  readonly table: LabelTable | undefined;
  /** What colours the map now, where it is one. */
  readonly insight?: Insight | undefined;
}

/** What can be chosen, in the order of the menu. */
export function quantityGroups({ space, facts, table }: Known): QuantityGroup[] {
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
  const shape = [
    ...(facts?.vertices ? [{ key: "vertices", label: "Vertices" }] : []),
    ...(facts?.edges ? [{ key: "edges", label: "Edges" }] : []),
  ];
  if (shape.length > 0) groups.push({ title: "Graph", options: shape });
  groups.push({
    title: "Operations",
    options: choicesOf(space).map((name) => ({ key: `op:${name}`, label: `Number of ${operationLook(name).label}` })),
  });
  groups.push(
    { title: "Selection", options: [{ key: "edits", label: INSIGHT_LABELS.edits }] },
    {
      title: "Last search",
      options: (["order", "predicted", "uncertainty"] as const).map((key) => ({ key, label: INSIGHT_LABELS[key] })),
    },
  );
  return groups;
}

const INSIGHT_LABELS: Readonly<Record<InsightName, string>> = {
  edits: "Edit distance",
  order: "Query order",
  predicted: "Predicted value",
  uncertainty: "Uncertainty",
};

const NOTHING = new Float64Array();

/** The quantity with this key; parameters where the key means nothing (a metric of a table that is not loaded). */
export function quantityOf(key: string, { space, facts, table, insight }: Known): Quantity {
  const [kind, name = ""] = split(key);
  const { network } = SPACE_TEXTS[space.name];
  const cost = { goal: "none", discrete: false, brief: compact } as const;
  const counted = { source: "in the cell", goal: "none", discrete: true, show: String, brief: String } as const;
  if (kind === "macs") {
    const show = (value: number): string => `${compact(value)} MACs`;
    const source = `multiply-adds of the ${network}`;
    return { key, label: "MACs", source, values: facts?.macs ?? NOTHING, show, ...cost };
  }
  if (kind === "vertices" && facts?.vertices)
    return { key, label: "Vertices", values: facts.vertices, ...counted, source: "input and output included" };
  if (kind === "edges" && facts?.edges)
    return { key, label: "Edges", values: facts.edges, ...counted, source: "of the graph that the model reads" };
  if (kind === "op") {
    const row = choicesOf(space).indexOf(name);
    if (row >= 0) {
      const size = facts?.params.length ?? 0;
      const values = facts ? facts.occurrences.subarray(row * size, (row + 1) * size) : NOTHING;
      return { key, label: `Number of ${operationLook(name).label}`, values, ...counted };
    }
  }
  if (kind === "label") {
    const metric = table?.metrics.find((candidate) => candidate.name === name);
    if (table && metric) {
      const show = (value: number): string => inUnit(value, metric);
      const brief = (value: number): string => inUnit(value, { ...metric, unit: metric.unit === "%" ? "%" : "" });
      const { values, goal } = metric;
      return { key, label: metric.name, source: table.source, values, goal, discrete: false, show, brief };
    }
  }
  if (isInsight(key)) return insightQuantity(key, insight?.name === key ? insight : undefined);
  const show = (value: number): string => `${compact(value)} parameters`;
  return {
    key: "params",
    label: "Parameters",
    source: `trainable, ${network}`,
    values: facts?.params ?? NOTHING,
    show,
    ...cost,
  };
}

function insightQuantity(key: InsightName, insight: Insight | undefined): Quantity {
  const label = INSIGHT_LABELS[key];
  const words = { edits: (value: number) => plural(value, "edit"), order: (value: number) => `query ${count(value)}` };
  const common = { key, label, discrete: key === "edits" };
  if (insight?.state !== "known") {
    const absence = insight?.why ?? "It is being computed.";
    return { ...common, source: "", values: NOTHING, absence, goal: "none", show: String, brief: String };
  }
  const { values, source, goal, metric } = insight;
  if (key === "edits" || key === "order") return { ...common, values, source, goal, show: words[key], brief: String };
  const sign = key === "uncertainty" ? "± " : "";
  const show = (value: number): string => (metric ? `${sign}${inUnit(value, metric)}` : String(value));
  return { ...common, label: metric ? `${label}, ${metric.name}` : label, values, source, goal, show, brief: show };
}

function split(key: string): [string, string?] {
  const at = key.indexOf(":");
  return at < 0 ? [key] : [key.slice(0, at), key.slice(at + 1)];
}
