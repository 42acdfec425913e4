import { expect, type Frame, type Page, test } from "@playwright/test";
import { type HostPage, openSite, type Site } from "./hosts.ts";

/** A page that embeds a map and a training, and notes what they tell. */
const embedding = (elements: string, attributes = ""): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>A page of somebody else</title>
<script type="module" src="${elements}/note.js"></script>
<script type="module" src="${elements}/archscape.js"></script></head>
<body><archscape-map ${attributes}></archscape-map><archscape-training epochs="1000" ${attributes}></archscape-training></body></html>`;

interface Noted {
  readonly noted: { readonly type: string; readonly detail: Record<string, unknown> }[];
}

/** Inline scripts are what policies forbid first. */
const NOTE = `window.noted = [];
for (const type of ["ready", "engine", "select", "progress", "end", "error"])
  addEventListener("archscape-" + type, ({ detail }) => noted.push({ type, detail }));`;

let elements: Site;
let host: Site;
let pages: Readonly<Record<string, HostPage>> = {};
test.beforeAll(async () => {
  elements = await openSite(() => ({
    folder: "dist/elements",
    pages: { "/same.html": { html: embedding("") } },
    scripts: { "/note.js": NOTE },
  }));
  const from = elements.origin;
  const foreign = embedding(from);
  pages = {
    "/plain.html": { html: foreign },
    "/blob.html": { html: foreign, policy: `script-src ${from} 'wasm-unsafe-eval'; worker-src blob:` },
    "/copy.html": {
      html: embedding(from, 'worker-url="/copied/archscape.worker.js"'),
      policy: `script-src ${from} 'wasm-unsafe-eval'; worker-src 'self'`,
    },
    "/strict.html": { html: foreign, policy: `default-src 'none'; script-src ${from}; connect-src ${from}` },
    "/frame.html": {
      html: '<!doctype html><title>Frame</title><iframe sandbox="allow-scripts" src="/plain.html" width="900" height="900"></iframe>',
    },
  };
  host = await openSite(() => ({ folder: "dist/elements", under: "/copied/", pages }));
});
test.afterAll(() => {
  elements.close();
  host.close();
});

const noted = (frame: Page | Frame, type: string): Promise<Record<string, unknown>[]> =>
  frame.evaluate(
    (wanted) => (window as unknown as Noted).noted.filter(({ type }) => type === wanted).map(({ detail }) => detail),
    type,
  );

/** Trains until steps are made, and looks whether the map is there. */
async function expectWork(frame: Page | Frame): Promise<Record<string, unknown>> {
  await expect.poll(async () => (await noted(frame, "engine")).length, { timeout: 30_000 }).toBe(1);
  await expect(frame.locator("archscape-map .canvas")).toHaveAttribute("data-renderer", /webgl|canvas/);
  await expect(frame.locator("archscape-map-view .caption")).toContainText("shipped weights");
  await frame.locator("archscape-training").evaluate((training) => (training as HTMLElement & { run(): Promise<void> }).run());
  await expect
    .poll(async () => Number((await noted(frame, "progress")).at(-1)?.["done"] ?? 0), { timeout: 60_000 })
    .toBeGreaterThan(1);
  expect(await noted(frame, "error")).toEqual([]);
  return (await noted(frame, "engine"))[0] as Record<string, unknown>;
}

const situations = [
  { title: "on their own site they compute in a worker", path: "/same.html", own: true, where: "worker", backend: "tfjs-wasm" },
  {
    title: "on a foreign page they compute in a worker that the page wraps",
    path: "/plain.html",
    where: "imported",
    backend: "tfjs-wasm",
  },
  {
    title: "where workers may be Blobs only, the worker is a copy of its text",
    path: "/blob.html",
    where: "copied",
    backend: "tfjs-wasm",
  },
  {
    title: "where workers are the site's own only, the author's copy is the worker",
    path: "/copy.html",
    where: "given",
    backend: "tfjs-wasm",
  },
  {
    title: "where neither workers nor WebAssembly are allowed, they compute in JavaScript on the page",
    path: "/strict.html",
    where: "page",
    backend: "tfjs-cpu",
  },
] as const;

for (const { title, path, where, backend, ...rest } of situations) {
  test(title, async ({ page }) => {
    await page.goto(`${"own" in rest ? elements.origin : host.origin}${path}`);
    expect(await expectWork(page)).toMatchObject({ where, backend });
  });
}

test("in a frame without an origin the worker is a data: address", async ({ page }) => {
  await page.goto(`${host.origin}/frame.html`);
  await expect.poll(() => page.frames().length).toBe(2);
  const frame = page.frames()[1] as Frame;
  await frame.waitForFunction(() => "noted" in window);
  expect(await expectWork(frame)).toMatchObject({ where: "data", backend: "tfjs-wasm" });
});
