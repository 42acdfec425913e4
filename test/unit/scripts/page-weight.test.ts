import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { pageWeightDocument } from "../../../scripts/page-weight/document.mjs";
import { serveCounting } from "../../../scripts/page-weight/server.mjs";

const SCRIPT = "export const answer = 42;\n".repeat(200);
const HTML = "<!doctype html><html><head></head><body></body></html>";

it("the weight of a page is what it loads until it says that it is ready, and until it is quiet", async () => {
  const folder = mkdtempSync(join(tmpdir(), "archscape-weight-"));
  writeFileSync(join(folder, "index.html"), HTML);
  writeFileSync(join(folder, "a.js"), SCRIPT);
  writeFileSync(join(folder, "b.safetensors"), Buffer.alloc(1000));
  const server = await serveCounting(folder, { quiet: 100 });
  const { address, result } = server.next();
  const load = async (path: string) => (await fetch(`${address}/${path}`)).text();
  expect(await load("")).toContain("measure.js");
  expect(await load("a.js")).toBe(SCRIPT);
  await fetch(`${address}/ready?12.5`, { method: "POST" });
  await load("b.safetensors");
  const { ready, untilReady, untilQuiet } = await result;
  const [page, script] = [HTML, SCRIPT].map((text) => gzipSync(text).length) as [number, number];
  expect(ready).toBe(12.5);
  expect(untilReady).toEqual({ requests: 2, sent: page + script, whole: HTML.length + SCRIPT.length, scripts: script, data: 0 });
  expect(untilQuiet).toMatchObject({ requests: 3, sent: page + script + 1000, data: 1000 });
  expect((await fetch(`${server.next().address.replace(/\d+$/, "1")}/a.js`)).status).toBe(404);
  server.close();
  rmSync(folder, { recursive: true });

  const visits = [1000, 3000, 2000].map((time) => ({ ready: time, untilReady, untilQuiet }));
  const browsers = [{ browser: "A browser", pages: [{ title: "lab", visits }] }];
  const text = pageWeightDocument({
    date: "2026-01-01",
    version: "0",
    processors: 2,
    webgl: 1,
    offline: { files: 1, sent: 1, whole: 1 },
    browsers,
  });
  expect(text).toContain("| lab | 0 | 1 | 0 | 1 | 6 | 3 | 2.00 (1.00 to 3.00) |");
});
