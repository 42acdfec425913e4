import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { InputError } from "../../../src/errors.ts";
import type { Metric } from "../../../src/formats/label-table.ts";
import { readLabelTable } from "../../../src/formats/read-label-table.ts";
import { LabelTableError } from "../../../src/formats/table-rows.ts";
import { nasbench201 } from "../../../src/spaces/index.ts";
import { shared } from "../../shared.ts";

const space = nasbench201();
const SOURCE = "labels.csv";

const read = (text: string, partial = true) => readLabelTable(space, text, { source: SOURCE, partial });
const only = (text: string): Metric => read(text).metrics[0] as Metric;
const csv = (...rows: string[]): string => rows.join("\n");
const arch = (index: number): string => space.format(index);

/** The error a text is refused with. */
function refusal(text: string): InputError {
  try {
    read(text);
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error("the table was accepted");
}

function problems(text: string) {
  const error = refusal(text);
  return error instanceof LabelTableError ? error.problems.map(({ kind, place }) => `${kind} ${place}`) : [error.message];
}

describe("a CSV table", () => {
  test("puts each row at the official index of its architecture, wherever the row stands", () => {
    const { rows, metrics, source, space: name } = read(csv("arch,score", `${arch(15624)},3`, `${arch(2)},1.5`));
    expect([source, name, rows]).toEqual([SOURCE, "nasbench201", 2]);
    const [{ values, present }] = metrics as [Metric];
    expect([values.length, present, values[15624], values[2]]).toEqual([15625, 2, 3, 1.5]);
    expect(values[0]).toBeNaN();
  });

  test("can name architectures by index alone, with any case and quotes, tabs or semicolons", () => {
    expect(only(csv("Index\tscore", "7\t2")).values[7]).toBe(2);
    expect(only(csv("IDX;score", '"7";"2"', "")).values[7]).toBe(2);
    expect(only(csv("\uFEFFidx,score", "7,-2.5e-1")).values[7]).toBe(-0.25);
  });

  test("may have any number of metric columns, which keep names and order", () => {
    const { metrics } = read(csv("score,arch,params,other one", `1,${arch(0)},129306,0`));
    expect(metrics.map(({ name }) => name)).toEqual(["score", "params", "other one"]);
  });

  test("warns how many architectures have labels, unless it is known to be partial", () => {
    expect(read(csv("idx,score", "1,1"), false).warnings).toEqual([
      "The table labels 1 of the 15,625 architectures of NAS-Bench-201.",
    ]);
    expect(read(csv("idx,score", "1,1")).warnings).toEqual([]);
  });

  test("takes empty cells as missing values and warns where", () => {
    const table = read(csv("idx,score,other", "1,5,1", "2,,1", "3, ,1"));
    expect(table.warnings).toEqual(['The column "score" is empty in 2 rows (3, 4).']);
    expect(table.metrics[0]).toMatchObject({ name: "score", present: 1 });
    expect(table.metrics[0]?.values[2]).toBeNaN();
  });

  test("leaves out a column without values and a column without a name, and says so", () => {
    const table = read(csv(",idx,score,nothing", "0,1,5,", "1,2,6,"));
    expect(table.metrics.map(({ name }) => name)).toEqual(["score"]);
    expect(table.warnings).toEqual(["A column without a name was left out.", 'The column "nothing" is empty and was left out.']);
  });
});

describe("nothing is loaded by halves: a CSV table is refused", () => {
  test("for an architecture given twice, by string or index", () => {
    const text = csv("arch,score", `${arch(3)},1`, `${arch(4)},1`, `${arch(3)},1`);
    expect(problems(text)).toEqual(["duplicate 4"]);
    expect(refusal(text).message).toBe(
      "Nothing was loaded from labels.csv: it has 1 duplicate architecture (row 4: the same architecture stands in row 2).",
    );
  });

  test("for an unknown architecture, saying which character does not fit", () => {
    const text = csv("arch,score", `${arch(3)},1`, "|nor_conv_5x5~0|,1");
    expect(problems(text)).toEqual(["unknown 3"]);
    expect(refusal(text).message).toMatch(/1 unknown architecture \(row 3: .* at character 2 one of none/);
  });

  test.each(["15625", "-1", "1.5", "0x10", "1e3", "x", ""])("for the index %j", (index) => {
    expect(problems(csv("idx,score", `${index},1`))).toEqual(["unknown 2"]);
    expect(refusal(csv("idx,score", `${index},1`)).message).toContain(`an index from 0 to 15,624 is expected, found "${index}"`);
  });

  test("for an index that contradicts the string beside it", () => {
    expect(problems(csv("idx,arch,score", `3,${arch(3)},1`, `5,${arch(4)},1`))).toEqual(["contradiction 3"]);
    expect(refusal(csv("idx,arch,score", `5,${arch(4)},1`)).message).toContain("the index is 5, the architecture is number 4");
  });

  test.each(["n/a", "nan", "93.2%", "Infinity", "0x10", "1,5", "1e999"])("for the cell %j", (cell) => {
    expect(problems(csv("idx,score", "1,1", `2,"${cell}"`))).toEqual(["number 3"]);
    expect(refusal(csv("idx,score", `2,"${cell}"`)).message).toContain(`row 2: "${cell}" in the column "score"`);
  });

  test("for a row of another length", () => {
    expect(problems(csv("idx,score", "1,1", "2", "3,1,1"))).toEqual(["shape 3", "shape 4"]);
  });

  test("with all problems in one sentence, counted, the first five rows named, and all of them in the list", () => {
    const rows = ["1,1", "1,1", "99999,x", ...Array.from({ length: 7 }, (_, i) => `${i + 10},?`)];
    const error = refusal(csv("idx,score", ...rows)) as LabelTableError;
    expect(error.message).toBe(
      'Nothing was loaded from labels.csv: it has 1 unknown architecture (row 4: an index from 0 to 15,624 is expected, found "99999"); ' +
        "1 duplicate architecture (row 3: the same architecture stands in row 2); " +
        '8 cells that are no numbers (rows 4, 5, 6, 7, 8 and 3 more; row 4: "x" in the column "score").',
    );
    expect(error.problems.length).toBe(10);
  });

  test("and rows are counted as an editor counts them, blank ones included", () => {
    expect(problems(csv("", "idx,score", "", "1,1", "", "2,x"))).toEqual(["number 6"]);
  });

  test.each<[string, string, RegExp]>([
    ["an empty file", "", /must have a column "arch" or "idx", found nothing/],
    ["a header without architectures", "name,score\na,1", /"arch" or "idx", found name, score/],
    ["no metric", "idx,arch\n", /no metric column/],
    ["no rows", "idx,score\n\n", /a header but no rows/],
    ["a metric twice", "idx,a,a\n1,2,3", /the column "a" occurs twice/],
    ["only empty metrics", "idx,a\n1,", /all its metric columns are empty/],
    ["an open quote", 'idx,a\n1,"2', /quoted cell in row 2/],
  ])("for %s", (_, text, message) => {
    expect(refusal(text).message).toMatch(message);
  });
});

describe("units", () => {
  const metric = (header: string, ...values: number[]): Metric =>
    only(csv(`idx,${header}`, ...values.map((value, i) => `${i},${value}`)));

  test("an accuracy in percent becomes a fraction and is shown in percent", () => {
    const found = metric("c10_valid_s777", 82.092, 10);
    expect(found).toMatchObject({ quantity: "accuracy", unit: "%", goal: "max", scale: 100 });
    expect([found.values[0], found.values[1]]).toEqual([82.092 / 100, 0.1]);
  });

  test("an accuracy that is a fraction already stays one", () => {
    expect(metric("test_accuracy", 0.93, 1)).toMatchObject({ quantity: "accuracy", unit: "", goal: "max", scale: 1 });
  });

  test("what is named an accuracy but leaves 0 to 100 is a bare number, with a warning", () => {
    const table = read(csv("idx,valid", "1,250"));
    expect(table.metrics[0]).toMatchObject({ quantity: "number", unit: "", scale: 1 });
    expect(table.warnings).toEqual([expect.stringMatching(/"valid" is named like an accuracy but has values from 250 to 250/)]);
  });

  test.each([
    ["c10valid_train_seconds_200ep", { quantity: "time", unit: "s", goal: "min" }],
    ["training_time", { quantity: "time", unit: "s", goal: "min" }],
    ["latency_ms", { quantity: "time", unit: "ms", goal: "min" }],
    ["params", { quantity: "parameters", unit: "parameters", goal: "min" }],
    ["flops", { quantity: "macs", unit: "MACs", goal: "min" }],
    ["train_loss", { quantity: "loss", unit: "", goal: "min" }],
    ["test_error", { quantity: "error", unit: "%", goal: "min" }],
    ["synflow", { quantity: "number", unit: "", goal: "max" }],
    ["iso_class", { quantity: "number", unit: "", goal: "max" }],
  ])("%s is known by its name, and not converted", (name, expected) => {
    const found = metric(name, 50, 12);
    expect(found).toMatchObject({ name, scale: 1, ...expected });
    expect(found.values[0]).toBe(50);
  });

  test.each([
    ["score [min]", { name: "score", quantity: "number", unit: "", goal: "min" }],
    ["phone latency [ms]", { name: "phone latency", quantity: "time", unit: "ms", goal: "min" }],
    ["energy [mJ; min]", { name: "energy", quantity: "number", unit: "mJ", goal: "min" }],
    ["top [%]", { name: "top", quantity: "accuracy", unit: "%", goal: "max", scale: 100 }],
  ])("the header %j declares its own", (header, expected) => {
    expect(metric(header, 50, 12)).toMatchObject(expected);
  });

  test("percent can be declared where all values are below 1", () => {
    expect(metric("valid [%]", 0.5).values[0]).toBe(0.005);
  });
});

describe("the JSON of the original preprocessing", () => {
  const adjacency = Array.from({ length: 8 }, (_, row) => [...space.graph(0).adjacency.subarray(8 * row, 8 * row + 8)]);
  const record = (index: number, more: object = {}) => ({
    test_accuracy: 0.85,
    validation_accuracy: 0.8,
    module_adjacency: adjacency,
    module_operations: [...space.graph(index).operations],
    training_time: 120.5,
    ...more,
  });
  const json = (value: unknown): string => JSON.stringify(value);

  test("gives each record to the architecture of its graph", () => {
    const { metrics } = read(json({ 17: record(17), 4: record(4, { training_time: 99 }) }));
    expect(metrics.map(({ name, quantity, unit }) => `${name} ${quantity} ${unit}`)).toEqual([
      "test_accuracy accuracy ",
      "validation_accuracy accuracy ",
      "training_time time s",
    ]);
    expect([metrics[0]?.values[17], metrics[2]?.values[4], metrics[2]?.values[17]]).toEqual([0.85, 99, 120.5]);
  });

  test("can name operations instead of numbering them, and can be a list", () => {
    const named = { ...record(9), module_operations: Array.from(space.graph(9).operations, (o) => space.operations[o]) };
    expect(read(json([named])).metrics[0]?.values[9]).toBe(0.85);
  });

  test("can name architectures by string, index or key instead", () => {
    const { metrics } = read(json({ a: { arch: arch(5), score: 1 }, b: { idx: 6, score: 2 }, 7: { score: 3 } }));
    expect([...(metrics[0]?.values.subarray(5, 8) ?? [])]).toEqual([1, 2, 3]);
  });

  test("leaves lists out with a warning, and takes null and absent keys as missing", () => {
    const table = read(json({ 1: record(1, { history: [1, 2] }), 2: record(2, { test_accuracy: null, history: [] }) }));
    expect(table.metrics.map(({ name, present }) => `${name} ${present}`)).toEqual([
      "test_accuracy 1",
      "validation_accuracy 2",
      "training_time 2",
    ]);
    expect(table.warnings).toEqual([
      "Left out, because they hold no single values: history.",
      'The column "test_accuracy" is empty in 1 entry ("2").',
    ]);
  });

  test.each<[string, unknown, string]>([
    ["a key that contradicts the graph", { 3: record(4) }, 'contradiction "3"'],
    ["a graph given twice", [record(4), record(4)], "duplicate 2"],
    ["an operation no edge carries", { 3: record(3, { module_operations: [0, 1, 1, 6, 1, 1, 1, 6] }) }, 'unknown "3"'],
    ["an unknown operation", { 3: record(3, { module_operations: [0, 1, 1, 9, 1, 1, 1, 6] }) }, 'unknown "3"'],
    ["an adjacency that is no square", { 3: record(3, { module_adjacency: [[0, 1]] }) }, 'unknown "3"'],
    ["a text for a number", { 3: record(3, { test_accuracy: "high" }) }, 'number "3"'],
  ])("is refused for %s", (_, value, problem) => {
    expect(problems(json(value))).toEqual([problem]);
  });

  test.each<[string, string, RegExp]>([
    ["broken JSON", '{"0": {', /not valid JSON/],
    ["no records", "{}", /an object of records, .* found none/],
    ["something else than records", '{"0": 5}', /entry "0" holds something else/],
  ])("is refused for %s", (_, text, message) => {
    expect(refusal(text).message).toMatch(message);
  });
});

describe("real tables", () => {
  test("our own Fashion-MNIST table loads: 2,675 architectures, accuracies as fractions", () => {
    const file = fileURLToPath(new URL("../../../data/fashion201.csv", import.meta.url));
    const table = read(readFileSync(file, "utf8"), false);
    expect(table.rows).toBe(2675);
    expect(table.metrics.map(({ name, quantity, unit, goal }) => [name, quantity, unit, goal])).toEqual([
      ["valid_accuracy", "accuracy", "%", "max"],
      ["test_accuracy", "accuracy", "%", "max"],
      ["train_loss", "loss", "", "min"],
      ["seconds", "time", "s", "min"],
    ]);
    expect(table.metrics[0]?.values[1]).toBe(0.775);
    expect(table.warnings).toEqual(["The table labels 2,675 of the 15,625 architectures of NAS-Bench-201."]);
  });

  const labels = shared("data/nasbench201.csv");
  test.runIf(labels)(
    "the whole benchmark table loads, with a warning for the seed that is not there for all (sibling folder)",
    () => {
      const table = read(readFileSync(labels as string, "utf8"), false);
      expect([table.rows, table.metrics.length]).toEqual([15625, 16]);
      expect(table.warnings).toEqual([expect.stringMatching(/"c10_valid_s999" is empty in 7,456 rows/)]);
      const named = (quantity: string) => table.metrics.filter((metric) => metric.quantity === quantity).map(({ name }) => name);
      expect(named("accuracy").length).toBe(11);
      expect(named("time")).toEqual(["c10valid_train_seconds_200ep", "c100_train_seconds_200ep"]);
      expect(named("number")).toEqual(["iso_class"]);
    },
  );
});
