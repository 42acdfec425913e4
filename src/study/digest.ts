/** SHA-256 in hexadecimal digits: tells whether a table or an embedding is the one that runs were begun with. */
export async function digestOf(data: ArrayBufferView): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", data as ArrayBufferView<ArrayBuffer>);
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
