import { expect, test } from "@playwright/test";
import type { Lab } from "../../web/state/context.ts";
import { choose, loadDemo, notices, openLab, openStep, primary, textFile, watchProblems } from "./lab.ts";

const FIRST = "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|";
const SECOND = "|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|skip_connect~2|";

test("loads the demo with one press and colours the map by its validation accuracy", async ({ page }) => {
  const problems = watchProblems(page);
  await openLab(page);
  await loadDemo(page);
  const legend = page.locator("archscape-legend");
  await expect(legend.locator("select")).toHaveValue("label:valid_accuracy");
  await expect(legend).toContainText("%");
  await expect(legend).toContainText("2,675 of 15,625");
  await expect(primary(page, "explore")).toHaveText("Best cell");
  await primary(page, "explore").click();
  await expect(page.locator("archscape-cell dl")).toContainText("valid_accuracy");
  expect(problems).toEqual([]);
});

test("opens a table of the user's own and offers each of its metrics as colour", async ({ page }) => {
  await openLab(page);
  const explore = await openStep(page, "explore");
  const table = `arch,my_valid,latency [ms; min]\n${FIRST},0.5,12\n${SECOND},0.75,8\n`;
  await choose(page, explore.getByRole("button", { name: "Open a label table …" }), textFile("mine.csv", table));
  await expect(explore.locator("[data-columns] tbody tr")).toHaveCount(2);
  await expect(explore.locator("[data-columns]")).toContainText("8 ms");
  await explore.locator('select[name="colour"]').selectOption("label:latency");
  await expect(page.locator("archscape-legend")).toContainText("12 ms");
  await expect(notices(page, "warning")).toContainText("mine.csv was loaded with reservations");
});

test("a table that the user opens stays, though the one that the link asks for comes after it", async ({ page }) => {
  let send: (() => Promise<void>) | undefined;
  await page.route(/fashion201.*\.csv/, (route) => {
    send = () => route.continue();
  });
  await openLab(page, "labels=demo");
  const explore = await openStep(page, "explore");
  await expect.poll(() => send).toBeDefined();
  await page.evaluate((table) => {
    const data = new DataTransfer();
    data.items.add(new File([table], "mine.csv"));
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true, composed: true }));
  }, `arch,my_valid\n${FIRST},0.5\n${SECOND},0.75\n`);
  await expect(explore.locator("[data-columns] tbody tr")).toHaveCount(1);
  const isRead = page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const { labels } = (document.querySelector("archscape-lab") as unknown as { lab: Lab }).lab;
        let hasBegun = false;
        labels.subscribe(() => {
          if (labels.value.loading) hasBegun = true;
          else if (hasBegun) resolve();
        });
      }),
  );
  await send?.();
  await isRead;
  await expect(notices(page, "news")).toHaveCount(1);
  await expect(page.locator("archscape-legend select")).toHaveValue("label:my_valid");
  await expect(page).not.toHaveURL(/labels=demo/);
});

test("refuses a bad table with the numbers of its rows, and keeps the table before it", async ({ page }) => {
  await openLab(page);
  await loadDemo(page);
  const explore = await openStep(page, "explore");
  const table = `arch,my_valid\n${FIRST},0.5\n${FIRST},0.6\n${SECOND},good\n|nonsense|,0.4\n`;
  await choose(page, explore.getByRole("button", { name: "Open another …" }), textFile("bad.csv", table));
  const problem = notices(page, "problem");
  await expect(problem).toContainText("Nothing was loaded from bad.csv");
  for (const row of ["Row 3", "Row 4", "Row 5"]) await expect(problem).toContainText(row);
  await expect(page.locator("archscape-legend select")).toHaveValue("label:valid_accuracy");
  await expect(explore.locator("[data-columns]")).toContainText("test_accuracy");
  await page.keyboard.press("Escape");
  await expect(problem).toHaveCount(0);
});

test("takes files that are dropped anywhere, by their type, and says which it does not know", async ({ page }) => {
  await openLab(page);
  const drop = (name: string, text: string): Promise<void> =>
    page.evaluate(
      ([fileName, content]) => {
        const data = new DataTransfer();
        data.items.add(new File([content], fileName));
        document.body.dispatchEvent(
          new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true, composed: true }),
        );
      },
      [name, text] as const,
    );
  await drop("dropped.csv", `arch,my_valid\n${FIRST},0.5\n`);
  await expect(page.locator("archscape-legend select")).toHaveValue("label:my_valid");
  await drop("photo.png", "no table");
  await expect(notices(page, "problem")).toContainText(
    "photo.png: expected a checkpoint (.safetensors), an embedding (.safetensors, .npy), a label table",
  );
  await drop("cut.safetensors", "xx");
  await expect(notices(page, "problem").last()).toContainText("Cannot read cut.safetensors");
  await expect(page.locator("archscape-map .caption")).toContainText("shipped weights");
});

test("takes the table away again, and the colour with it", async ({ page }) => {
  await openLab(page);
  await loadDemo(page);
  const explore = await openStep(page, "explore");
  await explore.getByRole("button", { name: "Remove" }).click();
  await expect(page.locator("archscape-legend select")).toHaveValue("params");
  await expect(primary(page, "search")).toBeDisabled();
});
