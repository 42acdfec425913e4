/** A file host that compresses as such hosts do, counts what a page loads, and hears from the page when it can be used. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";

/**
 * @typedef {object} Visit
 * @property {number} ready Milliseconds from the start of the navigation until the page can be used.
 * @property {Weight} untilReady What had been loaded by then.
 * @property {Weight} untilQuiet What was loaded before anything was pressed.
 */
/** @typedef {{ requests: number, sent: number, whole: number, scripts: number, data: number }} Weight Bytes; `sent`, `scripts` and `data` compressed. */

/** @type {Readonly<Record<string, string>>} */
const TYPES = {
  ".css": "text/css",
  ".csv": "text/csv",
  ".html": "text/html",
  ".jpg": "image/jpeg",
  ".js": "text/javascript",
  ".json": "application/json",
  ".safetensors": "application/octet-stream",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
};
/** What is sent as it is: pictures are compressed already, and hosts do not know tensors. */
const PLAIN = new Set([".jpg", ".safetensors"]);
const DATA = new Set([".csv", ".safetensors"]);

/** Without a request for this long a page has loaded what it loads by itself, in milliseconds. */
const QUIET = 3000;

/** Read in a visit and not again; like this every visit begins with a cold cache: its addresses are its own. */
const KEPT = "max-age=3600";

const ELEMENTS = ["archscape-cell", "archscape-map"];

/** Tells when the page can be used: the map is drawn, and buttons take presses. */
const SCRIPT = `
const lab = () => {
  const tree = document.querySelector("archscape-lab")?.shadowRoot;
  const within = (name, selector) => tree?.querySelector(name)?.shadowRoot?.querySelector(selector);
  return within("archscape-map", ".canvas[data-renderer]") && within("archscape-map", ".caption")?.textContent.trim()
    && within("archscape-explore", "[data-primary]:not(:disabled)");
};
const element = () => document.querySelector("archscape-map, archscape-cell")?.status === "ready";
const isReady = () => document.querySelector("archscape-lab") ? lab() : element();
const look = () => {
  if (!isReady()) return requestAnimationFrame(look);
  // The frame in which it is drawn, and after what is still to be done in it.
  requestAnimationFrame(() => setTimeout(() => fetch("./ready?" + performance.now(), { method: "POST" })));
};
look();`;

/** @param {string} name */
const elementPage = (name) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${name}</title>
<script type="module" src="./elements/archscape.js"></script></head><body><${name} cell="1462"></${name}></body></html>`;

/** @param {string} folder @param {{ quiet?: number }} [options] milliseconds */
export async function serveCounting(folder, { quiet = QUIET } = {}) {
  /** @type {Map<string, ReturnType<typeof read>>} */
  const files = new Map();
  /** @param {string} path */
  const fileOf = (path) => {
    if (!files.has(path)) files.set(path, read(path));
    return files.get(path);
  };
  /** @param {string} path */
  const read = (path) => {
    const name = path.endsWith("/") ? `${path}index.html` : path;
    const ext = extname(name);
    const element = ELEMENTS.find((each) => name === `/${each}.html`);
    const address = join(folder, name);
    if (!element && !existsSync(address)) return undefined;
    const content = element ? Buffer.from(elementPage(element)) : readFileSync(address);
    const bytes = PLAIN.has(ext) ? content : gzipSync(content);
    // What measures is not counted.
    const html =
      ext === ".html" ? content.toString().replace("</head>", '<script src="./measure.js" async></script></head>') : undefined;
    return { type: TYPES[ext] ?? "application/octet-stream", bytes, size: content.length, ext, html };
  };

  /** @type {Weight} */
  let weight = nothing();
  /** @type {NodeJS.Timeout | undefined} */
  let waiting;
  let visit = 0;
  let heard = (/** @type {number} */ _) => undefined;
  const server = createServer((request, answer) => {
    const { pathname: whole, search } = new URL(request.url ?? "/", "http://page");
    const pathname = whole.replace(/^\/\d+/, "");
    if (!whole.startsWith(`/${visit}/`)) {
      // A page that is on its way out.
      answer.statusCode = 404;
      return answer.end();
    }
    if (pathname === "/ready") {
      heard(Number(search.slice(1)));
      return answer.end();
    }
    if (pathname === "/measure.js") {
      answer.setHeader("content-type", "text/javascript");
      return answer.end(SCRIPT);
    }
    waiting?.refresh();
    const file = fileOf(decodeURIComponent(pathname));
    if (!file) {
      answer.statusCode = 404;
      return answer.end();
    }
    const { type, bytes, size, ext, html } = file;
    weight.requests += 1;
    weight.sent += bytes.length;
    weight.whole += size;
    if (ext === ".js") weight.scripts += bytes.length;
    if (DATA.has(ext)) weight.data += bytes.length;
    answer.setHeader("content-type", type);
    answer.setHeader("cache-control", KEPT);
    if (html) return answer.end(html);
    if (!PLAIN.has(ext)) answer.setHeader("content-encoding", "gzip");
    answer.end(bytes);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());

  return {
    /** Where the next visit goes, and what it comes to. @returns {{ address: string, result: Promise<Visit> }} */
    next() {
      weight = nothing();
      visit += 1;
      const isReady = new Promise((resolve) => {
        heard = (at) => void resolve(at);
      });
      const result = isReady.then(async (ready) => {
        const untilReady = { ...weight };
        await new Promise((resolve) => {
          waiting = setTimeout(() => resolve(undefined), quiet);
        });
        waiting = undefined;
        return { ready, untilReady, untilQuiet: { ...weight } };
      });
      return { address: `http://127.0.0.1:${port}/${visit}`, result };
    },
    close: () => void server.close(),
  };
}

/** @returns {Weight} */
const nothing = () => ({ requests: 0, sent: 0, whole: 0, scripts: 0, data: 0 });

/** Of the files of these names, compressed, in bytes. @param {string} folder @param {RegExp} name */
export function weightOf(folder, name) {
  const files = readdirSync(folder).filter((file) => name.test(file));
  if (files.length === 0) throw new Error(`expected files like ${name} in ${folder}`);
  return files.reduce((sum, file) => sum + gzipSync(readFileSync(join(folder, file))).length, 0);
}

/** What the service worker holds for use without a network. @param {string} folder */
export function offlineWeight(folder) {
  const names = /\[("[^\]]*")\]/.exec(readFileSync(join(folder, "offline.js"), "utf8"))?.[1] ?? "";
  const files = /** @type {string[]} */ (JSON.parse(`[${names}]`));
  let sent = 0;
  let whole = 0;
  for (const file of files) {
    const content = readFileSync(join(folder, file));
    whole += content.length;
    sent += PLAIN.has(extname(file)) ? content.length : gzipSync(content).length;
  }
  return { files: files.length, sent, whole };
}
