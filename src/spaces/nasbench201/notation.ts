import { NotationError } from "../text.ts";
import { CHOICES, codeOf, digit, EDGE_OPERATIONS, EDGES, type EdgeOperation, indexOf } from "./order.ts";

/**
 * The architecture string `|op~0|+|op~0|op~1|+|op~0|op~1|op~2|`: a group for each of the cell's feature maps 1, 2 and 3,
 * in it one operation for each earlier feature map it reads.
 */

/** Which feature map each edge reads, in the order of the string. */
export const SOURCES = [0, 0, 1, 0, 1, 2] as const;
/** Which feature map each edge adds to. */
export const TARGETS = [1, 2, 2, 3, 3, 3] as const;

/** What stands before the operation of each edge; the last entry closes the string. */
const BEFORE = ["|", "|+|", "|", "|+|", "|", "|", "|"] as const;

export function format(index: number): string {
  const code = codeOf(index);
  let text = "";
  for (let edge = 0; edge < EDGES; edge++) {
    text += `${BEFORE[edge]}${EDGE_OPERATIONS[digit(code, edge)]}~${SOURCES[edge]}`;
  }
  return text + BEFORE[EDGES];
}

/** Space around the string is ignored. Throws NotationError that names the first character (from 1) that does not fit. */
export function parse(text: string): number {
  let at = text.length - text.trimStart().length;
  const end = text.trimEnd().length;

  const fail = (expected: string, found: string): never => {
    throw new NotationError(text, at, expected, at < end ? found : "");
  };
  const expect = (literal: string) => {
    for (const character of literal) {
      if (at >= end || text[at] !== character) fail(`"${character}"`, text[at] ?? "");
      at++;
    }
  };

  let code = 0;
  for (let edge = 0; edge < EDGES; edge++) {
    expect(BEFORE[edge] as string);
    const name = /^[^~|+\s]*/.exec(text.slice(at, end))?.[0] ?? "";
    const operation = EDGE_OPERATIONS.indexOf(name as EdgeOperation);
    if (operation < 0) fail(`one of ${EDGE_OPERATIONS.join(", ")}`, name || (text[at] ?? ""));
    at += name.length;
    expect(`~${SOURCES[edge]}`);
    code = code * CHOICES + operation;
  }
  expect(BEFORE[EDGES] as string);
  if (at < end) fail("the end", text.slice(at, end));
  return indexOf(code);
}
