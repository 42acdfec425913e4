/** The self-test on the page, where the numbers it compares with are wrong: an adapter that computes correctly is then found not to. (The right numbers: test/firefox.) */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "@playwright/test";
import { readSafeTensors, writeSafeTensors } from "../../src/formats/safetensors.ts";
import { openLab, watchProblems } from "./lab.ts";

test.describe.configure({ timeout: 300_000 });

/** The shipped file with the numbers of one step off by a hundredth. */
function wrongNumbers(): Buffer {
  const file = readSafeTensors(readFileSync(fileURLToPath(new URL("../../data/self-test.safetensors", import.meta.url))));
  const rows = file.tensors.get("nasbench201.gin/step1")?.data as Float32Array;
  rows.set(rows.map((value) => 1.01 * value));
  return Buffer.from(writeSafeTensors(file));
}

test("says on a phone, by keyboard, that results differ, what to do, and gives the result to the clipboard; can be cancelled", async ({
  page,
  context,
}) => {
  const problems = watchProblems(page);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.emulateMedia({ colorScheme: "dark" });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.route(/self-test-.*\.safetensors$/, (route) => route.fulfill({ body: wrongNumbers() }));
  await openLab(page);

  await page.locator("button.device").press("Enter");
  const dialog = page.getByRole("dialog", { name: "Device" });
  const self = dialog.getByRole("region", { name: "Self-test" });
  const start = self.getByRole("button", { name: "Test this device" });
  await start.press("Enter");
  await expect(self.getByRole("progressbar", { name: "Self-test" })).toBeVisible();
  await self.getByRole("button", { name: "Cancel" }).press("Enter");
  await expect(self.getByRole("progressbar")).toHaveCount(0);

  await start.press("Enter");
  await expect(self.getByRole("status").first()).toContainText(
    /^\s*Does not compute correctly: the checks? of .*losses.* failed on .*(Chrome|Edge) \d+.*Archscape \d/,
    { timeout: 240_000 },
  );
  // What no file says is right all the same.
  await expect(self.locator('[data-part="random numbers"]')).toHaveAttribute("data-state", "agrees");
  await expect(self.locator('[data-part="batches"]')).toHaveAttribute("data-state", "agrees");
  await expect(self.locator('[data-part="losses"]')).toHaveAttribute("data-state", "differs");
  await expect(self).toContainText("What to do.");
  const fits = await self.evaluate(
    (element) => element.scrollWidth <= element.clientWidth && element.getBoundingClientRect().right <= innerWidth,
  );
  expect(fits, "nothing sticks out of a phone's screen").toBe(true);

  await self.getByRole("button", { name: "Copy the result" }).press("Enter");
  await expect(self).toContainText("Copied.");
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toMatch(/^Does not compute correctly/);
  expect(copied).toMatch(/^losses +differs +worst relative difference /m);
  expect(problems).toEqual([]);
});
