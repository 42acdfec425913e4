/**
 * As much of a document as Observable Plot needs to draw a static SVG where there is none (Node): elements with attributes, children and
 * text. Not a DOM: it selects nothing, measures nothing and hears no events.
 */
const SVG = "http://www.w3.org/2000/svg";

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
export const escaped = (text: string): string => text.replace(/[&<>"]/g, (letter) => ESCAPES[letter] as string);

export interface SvgNode {
  readonly namespaceURI: string;
  readonly ownerDocument: SvgDocument;
  readonly childNodes: readonly SvgNode[];
  /** Properties in the spelling of scripts: `fontSize`. */
  readonly style: Record<string, string>;
  textContent: string;
  setAttribute(name: string, value: unknown): void;
  setAttributeNS(space: string, name: string, value: unknown): void;
  getAttribute(name: string): string | null;
  removeAttribute(name: string): void;
  appendChild(child: SvgNode): SvgNode;
  insertBefore(child: SvgNode, before: SvgNode | null): SvgNode;
  /** Markup. */
  toString(): string;
}

export interface SvgDocument {
  readonly documentElement: SvgNode;
  createElement(name: string): SvgNode;
  createElementNS(space: string, name: string): SvgNode;
  createTextNode(text: string): SvgNode;
}

function node(ownerDocument: SvgDocument, markup: (inner: string, attributes: string) => string): SvgNode {
  const attributes = new Map<string, string>();
  const style: Record<string, string> = {};
  let children: SvgNode[] = [];
  let text = "";
  return {
    namespaceURI: SVG,
    ownerDocument,
    style,
    get childNodes() {
      return children;
    },
    get textContent() {
      return text;
    },
    set textContent(value) {
      children = [];
      text = String(value);
    },
    setAttribute: (name, value) => void attributes.set(name, String(value)),
    setAttributeNS: (_, name, value) => void attributes.set(name, String(value)),
    getAttribute: (name) => attributes.get(name) ?? null,
    removeAttribute: (name) => void attributes.delete(name),
    appendChild(child) {
      children.push(child);
      return child;
    },
    insertBefore(child, before) {
      const at = before === null ? -1 : children.indexOf(before);
      if (at < 0) children.push(child);
      else children.splice(at, 0, child);
      return child;
    },
    toString: () =>
      markup(
        escaped(text) + children.map(String).join(""),
        [...attributes, ...inlineStyle(style)].map(([name, value]) => ` ${name}="${escaped(value)}"`).join(""),
      ),
  };
}

function inlineStyle(style: Readonly<Record<string, string>>): [string, string][] {
  const rules = Object.entries(style).map(
    ([name, value]) => `${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}: ${value}`,
  );
  return rules.length === 0 ? [] : [["style", rules.join("; ")]];
}

export function svgDocument(): SvgDocument {
  const element = (name: string): SvgNode => node(self, (inner, attributes) => `<${name}${attributes}>${inner}</${name}>`);
  const self: SvgDocument = {
    get documentElement() {
      return root;
    },
    createElement: element,
    createElementNS: (_, name) => element(name),
    createTextNode(text) {
      const made = node(self, (inner) => inner);
      made.textContent = text;
      return made;
    },
  };
  const root = element("svg");
  return self;
}
