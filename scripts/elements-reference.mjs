/**
 * The reference of the elements that authors embed, made from the doc comments in web/embed: as a custom-elements manifest, which editors
 * read and the build of the elements contains, and as docs/elements.md, which `npm run reference` writes.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
// Its own TypeScript: another version has other numbers for what stands in a file.
import { create, ts } from "@custom-elements-manifest/analyzer/index.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const SOURCES = ["web/embed/element.ts", "web/embed/elements.ts"];
const PAGE = "docs/elements.md";

/**
 * @typedef {{ name: string, description?: string, default?: string, type?: { text: string }, kind?: string, privacy?: string, static?: boolean,
 *   inheritedFrom?: unknown }} Item
 * @typedef {{ name: string, tagName?: string, description?: string, members?: Item[] | undefined, attributes?: Item[], events?: Item[] | undefined, slots?: Item[],
 *   cssParts?: Item[], cssProperties?: Item[] }} Declaration
 * @typedef {{ modules: { path: string, declarations: Declaration[] }[] }} Manifest
 */

/** What the analyser finds, without what is nobody's business: private members, and events whose names only the code knows. @returns {Manifest} */
export function elementsManifest() {
  const modules = SOURCES.map((source) =>
    ts.createSourceFile(source, readFileSync(join(root, source), "utf8"), ts.ScriptTarget.ES2022, true),
  );
  // Not the analyser's command, which would write into package.json.
  /** @type {Manifest} */
  const manifest = create({ modules, plugins: [], context: { dev: false, thirdPartyCEMs: [] } });
  for (const { declarations } of manifest.modules) {
    for (const declaration of declarations) {
      declaration.members = declaration.members?.filter(
        (/** @type {Item} */ { privacy, description, static: isStatic }) => !privacy && !isStatic && description,
      );
      declaration.events = declaration.events?.filter((/** @type {Item} */ { name }) => name.startsWith("archscape-"));
    }
  }
  return manifest;
}

/** @param {string} text */
const cell = (text) => text.replaceAll("|", "\\|").replaceAll("\n", " ");
/** @param {string} text */
const code = (text) => (text === "" ? "" : `\`${cell(text)}\``);

/** @param {string} title @param {readonly string[]} heads @param {readonly (readonly string[])[]} rows */
function table(title, heads, rows) {
  if (rows.length === 0) return [];
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(" | ")} |`;
  return [title, "", line(heads), line(heads.map(() => "---")), ...rows.map(line), ""];
}

/** @param {readonly Item[]} items */
const attributes = (items) =>
  items.map(({ name, type, default: initial = "", description = "" }) => [
    code(name),
    code(type?.text ?? ""),
    code(initial),
    cell(description),
  ]);
/** @param {readonly Item[]} items */
const described = (items) =>
  items.map(({ name, description = "" }) => [name === "" ? "(default)" : code(name), cell(description)]);
/** @param {readonly Item[]} items */
const events = (items) =>
  items.map(({ name, type, description = "" }) => [
    code(name),
    code((type?.text ?? "").replace(/^CustomEvent<(.*)>$/, "$1")),
    cell(description),
  ]);
/** @param {readonly Item[]} items */
const members = (items) =>
  items.map(({ name, kind, type, description = "" }) => [
    code(kind === "method" ? `${name}()` : name),
    code(kind === "method" ? "" : (type?.text ?? "")),
    cell(description),
  ]);

/** @param {Declaration} declaration @param {boolean} inherited */
function section({ attributes: all = [], events: told = [], members: has = [] }, inherited) {
  const own = (/** @type {readonly Item[]} */ items) => items.filter(({ inheritedFrom }) => inherited || !inheritedFrom);
  return [
    ...table("Attributes:", ["attribute", "values", "default", ""], attributes(own(all))),
    ...table("Properties and methods:", ["", "type", ""], members(own(has))),
    ...table("Events:", ["event", "`detail`", ""], events(own(told))),
  ];
}

/** @param {Manifest} manifest @returns {string} */
export function elementsPage(manifest) {
  const declarations = manifest.modules.flatMap((module) => module.declarations);
  const base = declarations.find(({ name }) => name === "ArchscapeElement");
  if (!base) throw new Error("expected the class ArchscapeElement in the manifest, found none");
  const elements = declarations.filter(({ tagName }) => tagName).sort((a, b) => (a.tagName ?? "").localeCompare(b.tagName ?? ""));
  return [
    "# The elements",
    "",
    "Written by `npm run reference` from the doc comments in `web/embed`; how to use them is told in [the guide for authors](guides/authors.md).",
    "",
    ...elements.flatMap((element) => [
      `## \`<${element.tagName}>\``,
      "",
      element.description ?? "",
      "",
      ...section(element, false),
    ]),
    "## What all have in common",
    "",
    base.description ?? "",
    "",
    ...section(base, true),
    ...table("Slots:", ["slot", ""], described(base.slots ?? [])),
    ...table("CSS parts:", ["part", ""], described(base.cssParts ?? [])),
    ...table("CSS custom properties:", ["property", ""], described(base.cssProperties ?? [])),
  ].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(join(root, PAGE), elementsPage(elementsManifest()));
}
