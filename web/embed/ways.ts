import type { Way } from "../state/threads.ts";
import split from "./any.worker.ts?worker&url";

/**
 * How a worker starts on a page of another site. The browser refuses one from our address; a Blob belongs to the page, and may import our
 * file, unless the page's policy bars that; then it has to hold all of the text. A frame without an origin accepts `data:` only, which may
 * import as well.
 *
 * @param whole address of the worker as one file, `archscape.worker.js`
 * @param given address of a copy of it on the page's own site
 */
export function foreignWays(whole: string, given: string | undefined): readonly Way[] {
  let fetched: Promise<string> | undefined;
  const text = (): Promise<string> => {
    fetched ??= textOf(whole);
    return fetched;
  };
  const imports = `import ${JSON.stringify(new URL(split, document.baseURI).href)};`;
  const blob = (content: string): Worker => {
    const address = URL.createObjectURL(new Blob([content], { type: "text/javascript" }));
    const worker = new Worker(address, { type: "module" });
    // The script is fetched by then, whether or not it runs.
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
    return worker;
  };
  return [
    ...(given === undefined ? [] : [{ where: "given", start: () => new Worker(given, { type: "module" }) } as const]),
    { where: "imported", start: () => blob(imports) },
    { where: "copied", start: async () => blob(await text()) },
    // All of the text would be more than the two megabytes that Chromium takes for an address.
    { where: "data", start: () => new Worker(`data:text/javascript,${encodeURIComponent(imports)}`, { type: "module" }) },
  ];
}

async function textOf(address: string): Promise<string> {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`the file ${address} came back with status ${answer.status}`);
  return answer.text();
}
