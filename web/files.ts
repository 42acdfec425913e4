/** Hands a file to the user under this name. */
export function saveFile(name: string, content: string | Uint8Array, type: string): void {
  const part = typeof content === "string" ? content : new Uint8Array(content);
  const address = URL.createObjectURL(new Blob([part], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** Opens the file picker; resolves with what was picked, nothing if it was closed. */
export function pickFiles(accept: string): Promise<readonly File[]> {
  return new Promise((resolve) => {
    const input = document.createElement("input");
    input.type = "file";
    input.accept = accept;
    input.multiple = true;
    input.addEventListener("change", () => resolve([...(input.files ?? [])]), { once: true });
    input.addEventListener("cancel", () => resolve([]), { once: true });
    input.click();
  });
}

/** Pixels of a picture for each of an SVG file's. */
const SHARPNESS = 2;

/** An SVG file as a PNG file, twice as sharp. */
export async function pngOf(svg: string): Promise<Uint8Array> {
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    await image.decode();
    const canvas = new OffscreenCanvas(SHARPNESS * image.naturalWidth, SHARPNESS * image.naturalHeight);
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return new Uint8Array(await (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer());
  } finally {
    URL.revokeObjectURL(image.src);
  }
}
