import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { type HostPage, openSite } from "./hosts.ts";
import { cellTitle, map, openLab, openStep, primary, watchProblems } from "./lab.ts";

test.use({ serviceWorkers: "allow" });

test("a lab that was visited once opens, shows its map, loads its labels and trains without a network", async ({
  page,
  context,
}) => {
  await openLab(page);
  await page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready;
    if (active?.state === "activated") return;
    await new Promise((resolve) => active?.addEventListener("statechange", resolve));
  });
  // Only what the lab is made of is kept.
  const kept = await page.evaluate(async () => {
    const names = await caches.keys();
    const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return { caches: names.length, files: requests.flat().map(({ url }) => new URL(url).pathname) };
  });
  expect(kept.caches).toBe(1);
  expect(kept.files).toContain("/index.html");
  expect(kept.files.filter((file) => /\/(bench|article|elements)|jpg$/.test(file))).toEqual([]);

  await context.setOffline(true);
  const problems = watchProblems(page);
  await page.goto("./#labels=demo&cell=5");
  await page.reload();
  await expect(cellTitle(page)).toHaveText("Cell 5");
  await expect(page.locator("archscape-legend")).toContainText("2,675 of 15,625");
  await expect(map(page)).toBeVisible();
  const training = await openStep(page, "training");
  await training.getByRole("button", { name: "Step", exact: true }).click();
  await expect(primary(page, "training")).toHaveText("Resume", { timeout: 60_000 });
  expect(problems).toEqual([]);
});

test("a page that stays open says that a new version is there, and reloads into it", async ({ page }) => {
  const [html, offline] = ["index.html", "offline.js"].map((file) => readFileSync(`dist/lab/${file}`, "utf8")) as [
    string,
    string,
  ];
  const [script] = /assets\/index-[\w-]+\.js/.exec(html) ?? [];
  if (!script) throw new Error("expected a script in the built page");
  let pages: Record<string, HostPage> = {};
  let scripts: Record<string, string> = {};
  const site = await openSite(() => ({ folder: "dist/lab", pages, scripts }));
  const problems = watchProblems(page);
  const renewal = page.locator("archscape-renewal section");
  await page.goto(`${site.origin}/#cell=5`);
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await expect(cellTitle(page)).toHaveText("Cell 5");
  await expect(renewal).toHaveCount(0);

  // Another version, as a build makes it: other content, another name, another service worker.
  const next = "assets/index-next.js";
  const renewed = html.replaceAll(script, next);
  pages = { "/": { html: renewed }, "/index.html": { html: renewed } };
  scripts = { "/offline.js": offline.replaceAll(script, next), [`/${next}`]: `import "/${script}"; window.version = "next";` };
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await expect(renewal).toContainText("A new version of the lab is ready");
  await renewal.getByRole("button", { name: "Reload" }).click();
  await expect.poll(() => page.evaluate(() => (window as unknown as { version?: string }).version)).toBe("next");
  await expect(cellTitle(page)).toHaveText("Cell 5");
  await page.evaluate(() => navigator.serviceWorker.getRegistration().then((registration) => registration?.update()));
  await expect(renewal).toHaveCount(0);
  expect(problems).toEqual([]);
  site.close();
});
