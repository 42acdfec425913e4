/** Shows where in a text something does not fit: the text, cut to the width of the terminal, and a caret under the character. */
export function caret(text: string, position: number, width = 100): string {
  const room = Math.max(20, width - 4);
  const start = Math.max(0, Math.min(position - Math.floor(room / 2), text.length + 1 - room));
  const line = text.replace(/\s/g, " ").slice(start, start + room);
  return `  ${line.trimEnd()}\n  ${" ".repeat(position - start)}^\n`;
}
