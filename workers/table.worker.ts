import { expose, transfer } from "comlink";
import { InputError } from "../src/errors.ts";
import { readLabelTable } from "../src/formats/read-label-table.ts";
import { LabelTableError } from "../src/formats/table-rows.ts";
import { tableText } from "../src/formats/table-text.ts";
import { digestOf } from "../src/study/digest.ts";
import { announceLife } from "./life.ts";
import { adopt, preparedSpace } from "./spaces.ts";
import type { TableApi } from "./table-protocol.ts";

/** Reads label tables off the page: 15,625 rows of 18 columns take some 0.3 seconds, in which a page would stand still. */
const api: TableApi = {
  adopt,
  async read({ space, text, source, partial }) {
    try {
      const content = typeof text === "string" ? text : await tableText(text, source);
      const table = readLabelTable(await preparedSpace(space), content, { source, partial });
      const buffers = table.metrics.map(({ values }) => values.buffer as ArrayBuffer);
      const digest = globalThis.isSecureContext ? await digestOf(new TextEncoder().encode(content)) : undefined;
      return transfer({ ok: true, value: { table, digest } } as const, buffers);
    } catch (error) {
      if (error instanceof LabelTableError) return { ok: true, value: { refused: error.message, problems: error.problems } };
      const message = error instanceof Error ? error.message : String(error);
      return { ok: false, error: { kind: error instanceof InputError ? "input" : "defect", message } };
    }
  },
};

announceLife();
expose(api);
