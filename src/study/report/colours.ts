/** How strategies are told apart in pictures: the report's and the page's. */

/** One colour a strategy, apart for eyes that see colours differently, too (after Okabe and Ito, 2008), darker on white, lighter on black. */
const LIGHT = ["#5b5b5b", "#0072b2", "#c44e00", "#00805f", "#b0508c", "#8f6a00", "#3a86c8", "#7a3fb0"];
const DARK = ["#b0b0b0", "#56b4e9", "#f08a4b", "#2fc79a", "#e08fc0", "#e0b83a", "#9bc8f5", "#bf95ea"];

/** Lines differ in colour and, for print and for eyes that see colours differently, in dashes. */
const DASHES = ["none", "7 3", "2 3", "9 3 2 3", "12 4", "4 2", "1 4", "9 3 2 3 2 3"] as const;

const declarations = (of: readonly string[]): string => of.map((colour, i) => `--s${i}: ${colour};`).join(" ");

/** As declarations of CSS: the pictures name colours and do not hold them. */
export const COLOURS = { light: declarations(LIGHT), dark: declarations(DARK) } as const;

/** Of the strategy at this place in the study. */
export const colourOf = (place: number): string => `var(--s${place % LIGHT.length})`;
export const dashesOf = (place: number): string => DASHES[place % DASHES.length] as string;

/** A picture for a file of its own, which has no page to name colours for it: light ones on white. */
export function standalone(svg: string): string {
  const named: Readonly<Record<string, string>> = { page: "#fff", warn: "#a33c00" };
  const coloured = svg.replace(/var\(--(?:s(\d)|([a-z]+))\)/g, (_, place: string | undefined, name: string) =>
    place === undefined ? (named[name] ?? "currentColor") : (LIGHT[Number(place)] as string),
  );
  return coloured.replace(/^<svg (?:xmlns="[^"]*" )?/, '<svg xmlns="http://www.w3.org/2000/svg" color="#1c1c1c" ');
}
