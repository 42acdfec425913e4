import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
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
    "/article.html": {
      html: `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>An article</title>
<script type="module" src="${from}/note.js"></script><script type="module" src="${from}/archscape.js"></script></head><body>
<div style="height: 3000px"><h1>Far above</h1></div><div style="width: 480px">
<archscape-training loading="lazy" epochs="1000"></archscape-training>
<archscape-map loading="lazy" colour="macs" id="first"><p slot="poster">A picture of the map</p></archscape-map>
<archscape-cell loading="lazy"></archscape-cell>
<archscape-map loading="lazy" colour="label:valid_accuracy" labels="demo" id="second"></archscape-map></div></body></html>`,
    },
    "/lab.html": {
      html: `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A column</title>
<script type="module" src="${from}/archscape.js"></script></head><body>
<div style="width: 600px"><archscape-lab link="hide=search&amp;colour=macs"></archscape-lab></div></body></html>`,
    },
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

test("elements wait with a poster until they are near the screen, share engine, embedding and selection, and rest out of sight", async ({
  page,
}) => {
  const before = elements.asked.length;
  await page.goto(`${host.origin}/article.html`);
  const first = page.locator("#first");
  await expect(first).toHaveAttribute("data-status", "waiting");
  await expect(first.getByText("A picture of the map")).toBeVisible();
  const asked = elements.asked.slice(before).filter((path) => !path.includes("preload-helper"));
  expect(asked.sort()).toEqual(["/archscape.js", "/note.js"]);

  const training = page.locator("archscape-training");
  await training.scrollIntoViewIfNeeded();
  await expect(training).toHaveAttribute("data-status", "ready");
  await page.locator("#second").scrollIntoViewIfNeeded();
  for (const element of await page.locator("[data-status]").all()) await expect(element).toHaveAttribute("data-status", "ready");
  await expect(first.getByText("A picture of the map")).toBeHidden();
  expect(elements.asked.slice(before).filter((path) => path.includes("released.embedding")).length).toBe(1);
  expect(page.workers().map((worker) => worker.url().split(":")[0])).toEqual(["blob", "blob"]);

  await first.evaluate((map) => map.setAttribute("cell", "11472"));
  await expect(page.locator("archscape-cell-view h2")).toHaveText("Cell 11,472");
  await expect(page.locator("#second")).toHaveAttribute("cell", "11472");
  expect((await noted(page, "select")).at(-1)).toMatchObject({ cell: 11472, text: expect.stringContaining("nor_conv") });
  await expect(first.locator("archscape-legend select")).toHaveValue("macs");
  await expect(page.locator("#second archscape-legend select")).toHaveValue("label:valid_accuracy");

  const steps = async (): Promise<number> => Number((await noted(page, "progress")).at(-1)?.["done"] ?? 0);
  await training.evaluate((element) => (element as HTMLElement & { run(): Promise<void> }).run());
  await expect.poll(steps).toBeGreaterThan(0);
  await page.getByRole("heading", { name: "Far above" }).scrollIntoViewIfNeeded();
  await expect(training.locator(".summary").first()).toContainText("paused");
  const rested = await steps();
  await training.scrollIntoViewIfNeeded();
  await expect.poll(steps).toBeGreaterThan(rested);
  // Nothing in a shadow tree is an element that nobody has made known.
  const unknown = await page.evaluate(() => {
    const all = (root: ParentNode): Element[] =>
      [...root.querySelectorAll("*")].flatMap((element) => [element, ...(element.shadowRoot ? all(element.shadowRoot) : [])]);
    return all(document)
      .filter((element) => !element.matches(":defined"))
      .map(({ localName }) => localName);
  });
  expect(unknown).toEqual([]);
  expect(await noted(page, "error")).toEqual([]);
});

test("a whole lab stands in a column of a page, leaves its address alone and shows its map", async ({ page }) => {
  await page.goto(`${host.origin}/lab.html#chapter-2`);
  const lab = page.locator("archscape-lab");
  await expect(lab).toHaveAttribute("data-status", "ready");
  await expect(lab.locator("archscape-map-view .caption")).toContainText("variance");
  await expect(lab.locator("archscape-search")).toHaveCount(0);
  await expect(lab.locator("archscape-notices li")).toHaveCount(0);
  await expect(lab.locator(".tabs")).toBeVisible();
  await lab.getByRole("button", { name: "Cell", exact: true }).click();
  await lab.getByRole("button", { name: "Random cell" }).click();
  await expect(lab.locator("archscape-cell-view h2")).toHaveText(/^Cell /);
  await expect(page).toHaveURL(/#chapter-2$/);
  await expect(lab.locator("archscape-share input[name=link]")).toHaveValue(new RegExp(`^${elements.origin}/#.*cell=`));
});

interface BuiltFile {
  readonly file: string;
  readonly imports?: readonly string[];
}

test("the entry and what it imports weigh at most 30 KB, and do nothing on a server", async () => {
  const built: Record<string, BuiltFile> = JSON.parse(readFileSync("dist/elements/files.json", "utf8"));
  const needed = new Set<string>();
  const need = (name: string): void => {
    const { file, imports = [] } = built[name] as BuiltFile;
    needed.add(file);
    imports.forEach(need);
  };
  need("web/embed/archscape.ts");
  expect(needed).toContain("archscape.js");
  const bytes = [...needed].map((file) => gzipSync(readFileSync(`dist/elements/${file}`)).length);
  expect(bytes.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(30 * 1024);

  const load = 'import("./dist/elements/archscape.js").then(() => console.log("loaded"))';
  expect(execFileSync(process.execPath, ["-e", load], { encoding: "utf8" })).toBe("loaded\n");
});

test("the built site works from a folder of a plain file host, elements included", async ({ page }) => {
  const site = await openSite(() => ({
    folder: "dist/lab",
    under: "/some/path/",
    pages: { "/page.html": { html: embedding("/some/path/elements") } },
    scripts: { "/some/path/elements/note.js": NOTE },
  }));
  const problems: string[] = [];
  page.on("response", (response) => void (response.ok() || problems.push(`${response.status()} ${response.url()}`)));
  page.on("pageerror", (error) => void problems.push(String(error)));
  await page.goto(`${site.origin}/some/path/`);
  await expect(page.locator("archscape-map .caption")).toContainText("variance");
  await expect(page.locator("button.device")).toContainText("TensorFlow.js");
  await page.goto(`${site.origin}/page.html`);
  await expect(page.locator("archscape-map")).toHaveAttribute("data-status", "ready");
  await expect.poll(() => noted(page, "engine")).toHaveLength(1);
  expect(problems).toEqual([]);
  site.close();
});
