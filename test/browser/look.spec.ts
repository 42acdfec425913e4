import { expect, type Page, test } from "@playwright/test";
import { coloursOf, map, openLab, openStep } from "./lab.ts";

/** Contrast of every piece of text on the page against what lies behind it (WCAG 2.2, 1.4.3); those below 4.5:1. */
function faintTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    type Colour = readonly [number, number, number, number];
    const parse = (text: string): Colour => {
      const context = new OffscreenCanvas(1, 1).getContext("2d");
      if (!context) throw new Error("no 2-D canvas");
      context.fillStyle = text;
      context.fillRect(0, 0, 1, 1);
      const [red = 0, green = 0, blue = 0, alpha = 0] = context.getImageData(0, 0, 1, 1).data;
      return [red, green, blue, alpha / 255];
    };
    const luminance = ([red, green, blue]: Colour): number => {
      const linear = (byte: number): number =>
        byte / 255 <= 0.04045 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4;
      return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
    };
    const parent = (element: Element): Element | null =>
      element.assignedSlot ??
      element.parentElement ??
      ((element.getRootNode() as ShadowRoot).host as Element | undefined) ??
      null;
    const behind = (element: Element): Colour => {
      for (let at: Element | null = element; at; at = parent(at)) {
        const colour = parse(getComputedStyle(at).backgroundColor);
        if (colour[3] > 0.85) return colour;
      }
      return [255, 255, 255, 1];
    };
    const faint: string[] = [];
    const visit = (root: ParentNode): void => {
      for (const element of root.querySelectorAll("*")) {
        if (element.shadowRoot) visit(element.shadowRoot);
        const own = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim());
        if (!own || element.closest("svg") || !element.checkVisibility({ opacityProperty: true })) continue;
        if (element.closest("[disabled]")) continue;
        const text = luminance(parse(getComputedStyle(element).color));
        const ground = luminance(behind(element));
        const ratio = (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
        if (ratio < 4.5) faint.push(`${element.tagName} "${element.textContent?.trim().slice(0, 30)}" ${ratio.toFixed(2)}`);
      }
    };
    visit(document);
    return faint;
  });
}

/** Controls that a screen reader could not name. */
function namelessControls(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const nameless: string[] = [];
    const visit = (root: ParentNode): void => {
      for (const element of root.querySelectorAll<HTMLElement>("*")) {
        if (element.shadowRoot) visit(element.shadowRoot);
        if (!/^(button|input|select)$/i.test(element.tagName)) continue;
        const labels = "labels" in element ? [...((element as HTMLInputElement).labels ?? [])] : [];
        const name = [element.getAttribute("aria-label"), element.textContent, ...labels.map((label) => label.textContent)];
        if (element.tagName === "BUTTON" ? !(name[0] ?? name[1])?.trim() : !name[0] && labels.length === 0)
          nameless.push(element.outerHTML.slice(0, 80));
      }
    };
    visit(document);
    return nameless;
  });
}

for (const scheme of ["light", "dark"] as const) {
  test.describe(`in ${scheme} colours`, () => {
    test.use({ colorScheme: scheme });

    test("all text stands out at 4.5:1 in every step", async ({ page }) => {
      await openLab(page, "cell=11&labels=demo");
      for (const step of ["space", "training", "explore", "search"] as const) {
        await openStep(page, step);
        expect(await faintTexts(page)).toEqual([]);
      }
      await expect.poll(() => coloursOf(page, map(page))).toBeGreaterThan(60);
    });
  });
}

test("every control has a name, and every step can be reached and opened with the keyboard", async ({ page }) => {
  await openLab(page, "cell=11");
  for (const step of ["space", "training", "explore", "search"] as const) {
    const opener = page.locator(`archscape-${step} .opener`);
    await opener.focus();
    await page.keyboard.press("Enter");
    await expect(opener).toHaveAttribute("aria-expanded", "true");
    expect(await namelessControls(page)).toEqual([]);
  }
});

test("the focus walks through the page in reading order and never gets lost", async ({ page }) => {
  await openLab(page);
  const seen: string[] = [];
  for (let i = 0; i < 80 && !seen.includes("archscape-cell"); i++) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate(() => {
      let element = document.activeElement;
      const hosts: string[] = [];
      while (element?.shadowRoot?.activeElement) {
        hosts.push(element.tagName.toLowerCase());
        element = element.shadowRoot.activeElement;
      }
      return hosts.at(-1) ?? "";
    });
    if (!seen.includes(focused)) seen.push(focused);
  }
  const order = ["archscape-space", "archscape-training", "archscape-explore", "archscape-map", "archscape-cell"];
  expect(seen.filter((host) => order.includes(host))).toEqual(order);
});

test("help opens from the keyboard and closes with Escape, and the selection outlives it", async ({ page }) => {
  await openLab(page, "cell=5");
  await page.getByRole("button", { name: "Help" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog", { name: "Help" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog", { name: "Help" })).toBeHidden();
  await expect(page.locator("archscape-cell h2")).toHaveText("Cell 5");
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test("the map is on top, one panel at a time below, nothing wider than the screen", async ({ page }) => {
    await openLab(page, "cell=11");
    await expect(page.locator("button.device")).toHaveText(/WebGPU|WASM/);
    const help = await page.getByRole("button", { name: "Help" }).boundingBox();
    expect((help?.x ?? 0) + (help?.width ?? 390)).toBeLessThan(390);
    const tabs = page.getByRole("group", { name: "Panels" });
    for (const [tab, element] of [
      ["Space", "archscape-space"],
      ["Train", "archscape-training"],
      ["Explore", "archscape-explore"],
      ["Search", "archscape-search"],
      ["Cell", "archscape-cell"],
      ["Charts", "archscape-charts"],
    ] as const) {
      if ((await tabs.getByRole("button", { name: tab }).getAttribute("aria-pressed")) !== "true") {
        await tabs.getByRole("button", { name: tab }).tap();
      }
      await expect(page.locator(element)).toBeVisible();
      await expect(map(page)).toBeVisible();
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(wide).toBeLessThanOrEqual(390);
    }
    // A second tap folds the sheet away.
    await tabs.getByRole("button", { name: "Charts" }).tap();
    await expect(page.locator("archscape-charts")).toBeHidden();
  });
});

test.describe("with reduced motion", () => {
  test.use({ contextOptions: { reducedMotion: "reduce" } });

  test("a new embedding is there at once instead of gliding in", async ({ page }) => {
    await openLab(page, "cell=3");
    const ring = page.locator("archscape-map .core.chosen");
    const before = await ring.getAttribute("d");
    await page.locator('archscape-space select[name="model"]').selectOption("corrected");
    await expect(page.locator("archscape-map .caption")).toContainText("protocol corrected");
    const places = new Set<string | null>([before]);
    for (let i = 0; i < 10; i++) places.add(await ring.getAttribute("d"));
    expect(places.size).toBe(2);
  });
});
