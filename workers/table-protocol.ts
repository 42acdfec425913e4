/** The wire between the page and the worker that reads label tables: types only, in the manner of protocol.ts. */
import type { EmbeddingFormat } from "../src/formats/embedding.ts";
import type { LabelTable } from "../src/formats/label-table.ts";
import type { TableProblem } from "../src/formats/table-rows.ts";
import type { SpaceChoice } from "../src/spaces/registry.ts";
import type { Outcome, SpaceHolder } from "./protocol.ts";

export interface TableRequest {
  readonly space: SpaceChoice;
  /** CSV or JSON: as text, or as the bytes of a file, which may be compressed with gzip. */
  readonly text: string | Uint8Array;
  /** Name of the file or title of the table. */
  readonly source: string;
  /** The table is known to label only a part of the space. */
  readonly partial: boolean;
}

export type TableReading =
  | {
      readonly table: LabelTable;
      /** SHA-256 of the text, which binds the runs of a study to it; undefined in a page that the browser does not hold for secure. */
      readonly digest: string | undefined;
    }
  | { readonly refused: string; readonly problems: readonly TableProblem[] };

export interface EmbeddingRequest {
  readonly space: SpaceChoice;
  readonly format: EmbeddingFormat;
  /** space.size x latent, row-major. */
  readonly rows: Float32Array;
  /** What a file in a format with metadata says of its making. */
  readonly provenance: Readonly<Record<string, string>>;
}

export interface TableApi extends SpaceHolder {
  /** The bytes of a file with an embedding (transferred). */
  writeEmbedding(request: EmbeddingRequest): Promise<Outcome<Uint8Array>>;
  /** Reads a table whole or not at all. */
  read(request: TableRequest): Promise<Outcome<TableReading>>;
}
