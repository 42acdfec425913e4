import { expose, transfer } from "comlink";
import { InputError } from "../src/errors.ts";
import { readLabelTable } from "../src/formats/read-label-table.ts";
import { LabelTableError } from "../src/formats/table-rows.ts";
import { searchSpace } from "../src/spaces/index.ts";
import type { TableApi } from "./table-protocol.ts";

/** Reads label tables off the page: 15,625 rows of 18 columns take some 0.3 seconds, in which a page would stand still. */
const api: TableApi = {
  async read({ space, text, source, partial }) {
    try {
      const table = readLabelTable(searchSpace(space), text, { source, partial });
      const buffers = table.metrics.map(({ values }) => values.buffer as ArrayBuffer);
      return transfer({ ok: true, value: { table } } as const, buffers);
    } catch (error) {
      if (error instanceof LabelTableError) return { ok: true, value: { refused: error.message, problems: error.problems } };
      const message = error instanceof Error ? error.message : String(error);
      return { ok: false, error: { kind: error instanceof InputError ? "input" : "defect", message } };
    }
  },
};

expose(api);
