/** The options of every strategy, for the help of commands. */
import { expectation, type OptionDescription } from "../search/options.ts";
import { STRATEGIES, STRATEGY_OPTIONS } from "../search/strategies.ts";

/** Columns of a terminal that the text is broken for. */
const COLUMNS = 140;
const INDENT = 6;

export function strategyHelp(): string {
  const paragraphs = STRATEGIES.map((name) => {
    const options = STRATEGY_OPTIONS[name].flatMap(optionLines);
    return [`  ${name}${options.length === 0 ? ": none" : ""}`, ...options].join("\n");
  });
  return `Options of strategies (--set name=value); defaults are those named, for the rest see the result's "options":\n${paragraphs.join("\n")}`;
}

function optionLines({ name, words, values }: OptionDescription): string[] {
  return broken(`${name} (${expectation(values)}): ${words}`);
}

/** Breaks a text into indented lines, all but the first indented further. */
function broken(text: string): string[] {
  const lines: string[] = [];
  let line = " ".repeat(INDENT - 2);
  for (const word of text.split(" ")) {
    if (line.length + word.length >= COLUMNS) {
      lines.push(line.trimEnd());
      line = " ".repeat(INDENT);
    }
    line += `${word} `;
  }
  return [...lines, line.trimEnd()];
}
