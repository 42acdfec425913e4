import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { elementsManifest, elementsPage } from "../../../scripts/elements-reference.mjs";
import { DEFAULT_SETTINGS, readSettings } from "../../../web/state/settings.ts";

const manifest = elementsManifest();
const declarations = manifest.modules.flatMap(({ declarations }) => declarations);

describe("the elements", () => {
  it("do nothing and throw nothing where there is no DOM", async () => {
    const { ArchscapeMapElement } = await import("../../../web/embed/archscape.ts");
    expect(ArchscapeMapElement.observedAttributes).toContain("colour");
    expect(globalThis).not.toHaveProperty("customElements");
  });

  it("are documented as their comments say: docs/elements.md is what `npm run reference` writes", () => {
    expect(readFileSync("docs/elements.md", "utf8")).toBe(elementsPage(manifest));
  });

  it("observe the attributes that they document, and no others", async () => {
    const classes: Record<string, unknown> = await import("../../../web/embed/archscape.ts");
    const elements = declarations.filter(({ tagName }) => tagName);
    expect(elements).toHaveLength(5);
    for (const { name, attributes = [] } of elements) {
      const { observedAttributes } = classes[name] as { observedAttributes: readonly string[] };
      const described = attributes.filter(({ description }) => description).map((attribute) => attribute.name);
      expect([...observedAttributes].sort(), name).toEqual([...new Set(described)].sort());
    }
  });

  it("document the defaults that the settings have, in words that the settings read", () => {
    const own = ["group", "labels", "link", "loading", "poster", "theme", "worker-url"];
    const settings = declarations.flatMap(({ attributes = [] }) => attributes).filter(({ name }) => !own.includes(name));
    for (const { name, default: documented } of settings) {
      const key = name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()) as keyof typeof DEFAULT_SETTINGS;
      expect(DEFAULT_SETTINGS, name).toHaveProperty(key);
      const read = readSettings(new URLSearchParams({ [key]: documented ?? "" }).toString()).settings[key];
      expect(read, name).toBe(DEFAULT_SETTINGS[key]);
    }
  });

  it("make known every element that their parts are made of", () => {
    const views = readFileSync("web/embed/views.ts", "utf8");
    const parts = [...views.matchAll(/import\("\.\.\/elements\/([\w-]+\.ts)"\)/g)].map(([, file]) => file as string);
    expect(parts).toContain("archscape-map.ts");
    // A lab's are those of the page, which web/define.ts makes known.
    for (const file of parts.filter((name) => name !== "archscape-lab.ts")) {
      const templates = readFileSync(`web/elements/${file}`, "utf8");
      for (const [, tag] of templates.matchAll(/<(archscape-[\w-]+) \.(?:lab|board|space)=/g)) {
        expect(views, `${file} uses ${tag}`).toContain(`once("${tag}"`);
      }
    }
  });
});
