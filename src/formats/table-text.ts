import { InputError } from "../errors.ts";

/**
 * The text of a label table from the bytes of its file, which may be compressed with gzip (told by its first two bytes, not by the
 * name).
 * @param source name of the file, for messages
 * @throws InputError where the compressed data is damaged or cut short
 */
export async function tableText(file: Blob | Uint8Array<ArrayBufferLike>, source = "the label table"): Promise<string> {
  const blob = file instanceof Blob ? file : new Blob([file as Uint8Array<ArrayBuffer>]);
  const [first, second] = new Uint8Array(await blob.slice(0, 2).arrayBuffer());
  if (first !== 0x1f || second !== 0x8b) return blob.text();
  try {
    return await new Response(blob.stream().pipeThrough(new DecompressionStream("gzip"))).text();
  } catch {
    throw new InputError(`Cannot read ${source}: its gzip data is damaged or cut short.`);
  }
}
