import { expect, test } from "@playwright/test";
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
