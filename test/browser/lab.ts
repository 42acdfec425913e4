import { expect, type Locator, type Page } from "@playwright/test";

/** What the page wrote that it should not have: errors, and violations of its own policy. */
export function watchProblems(page: Page): string[] {
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => {
    const text = message.text();
    if (message.type() === "error" || /Content Security Policy/i.test(text)) problems.push(text);
  });
  return problems;
}

/** Opens the lab, with the part of the address after `#`, and waits until the map is drawn. */
export async function openLab(page: Page, hash = ""): Promise<void> {
  await page.goto(hash ? `./#${hash}` : "./");
  await expect(map(page)).toHaveAttribute("data-renderer", /webgl|canvas/);
  await expect(page.locator("archscape-map .caption")).toBeVisible();
}

export const map = (page: Page): Locator => page.locator("archscape-map .canvas");
export const cellTitle = (page: Page): Locator => page.locator("archscape-cell h2");
export const notices = (page: Page, tone: "problem" | "warning" | "news"): Locator =>
  page.locator(`archscape-notices li[data-tone="${tone}"]`);

export type StepName = "space" | "training" | "explore" | "search";

/** Opens a step, so that its fields can be reached. */
export async function openStep(page: Page, name: StepName): Promise<Locator> {
  const step = page.locator(`archscape-${name}`);
  const opener = step.locator(".opener");
  if ((await opener.getAttribute("aria-expanded")) !== "true") await opener.click();
  return step;
}

export const primary = (page: Page, name: StepName): Locator => page.locator(`archscape-${name} [data-primary]`);

export async function loadDemo(page: Page): Promise<void> {
  await primary(page, "explore").click();
  await expect(notices(page, "news")).toContainText("2,675 rows");
}

/** The browser of the tests may have no graphics card: its WebGL, computed on the CPU, passes for one. Before the page is opened. */
export async function passForGraphicsCard(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const { getContext } = HTMLCanvasElement.prototype;
    HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, options?: object) {
      return Reflect.apply(getContext, this, [kind, options && { ...options, failIfMajorPerformanceCaveat: false }]);
    } as typeof getContext;
    const { getParameter } = WebGL2RenderingContext.prototype;
    WebGL2RenderingContext.prototype.getParameter = function (name) {
      const value: unknown = getParameter.call(this, name);
      return typeof value === "string" ? value.replace(/swiftshader|llvmpipe|software/gi, "card") : value;
    };
  });
}

/** A text file for a file chooser. */
export const textFile = (name: string, text: string): { name: string; mimeType: string; buffer: Buffer } => ({
  name,
  mimeType: "text/plain",
  buffer: Buffer.from(text),
});

/** Presses a button that opens the file picker and answers it. */
export async function choose(
  page: Page,
  button: Locator,
  file: { name: string; mimeType: string; buffer: Buffer },
): Promise<void> {
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), button.click()]);
  await chooser.setFiles(file);
}

/** Number of clearly different colours in a picture of an element: an empty map has a handful. */
export async function coloursOf(page: Page, element: Locator): Promise<number> {
  const picture = (await element.screenshot()).toString("base64");
  return page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
    if (!context) throw new Error("no 2-D canvas");
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    const seen = new Set<number>();
    for (let i = 0; i < data.length; i += 4) {
      seen.add((((data[i] as number) >> 4) << 8) | (((data[i + 1] as number) >> 4) << 4) | ((data[i + 2] as number) >> 4));
    }
    return seen.size;
  }, picture);
}
