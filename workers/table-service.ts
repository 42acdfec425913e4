import { transfer } from "comlink";
import { InputError } from "../src/errors.ts";
import { writeEmbedding } from "../src/formats/embedding.ts";
import { readLabelTable } from "../src/formats/read-label-table.ts";
import { LabelTableError } from "../src/formats/table-rows.ts";
import { tableText } from "../src/formats/table-text.ts";
import { digestOf } from "../src/study/digest.ts";
import { outcome } from "./outcome.ts";
import { adopt, preparedSpace } from "./spaces.ts";
import type { TableApi } from "./table-protocol.ts";

/** Reads label tables and writes embeddings off the page: 15,625 rows of 18 columns take some 0.3 seconds, in which a page would stand still. */
export function tableService(): TableApi {
  return {
    adopt,
    async writeEmbedding({ space: choice, format, rows, provenance }) {
      const written = await outcome(async () => {
        const space = await preparedSpace(choice);
        return writeEmbedding(format, space, { data: rows, count: space.size, dimensions: rows.length / space.size }, provenance);
      });
      return written.ok ? transfer(written, [written.value.buffer]) : written;
    },
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
}
