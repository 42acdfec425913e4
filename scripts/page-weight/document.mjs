/** The document of what `page-weight.mjs` measured, with what is known of comparable pages beside it. */

/** @typedef {import("../page-weight.mjs").PageWeight} PageWeight */

/** @param {number} bytes */
const kb = (bytes) => Math.round(bytes / 1000).toLocaleString("en-GB");
/** @param {number} bytes */
const mb = (bytes) => (bytes / 1e6).toFixed(1);
/** @param {number} milliseconds */
const seconds = (milliseconds) => (milliseconds / 1000).toFixed(2);

/** @param {readonly number[]} values */
function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (/** @type {number} */ share) => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
  return `${seconds(at(0.5))} (${seconds(at(0))} to ${seconds(at(1))})`;
}

/** @param {readonly string[][]} rows the first is the head */
function table(rows) {
  const [head = [], ...body] = rows;
  return [head, head.map(() => "---"), ...body].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

/** @param {PageWeight} weight */
export function pageWeightDocument({ date, version, processors, webgl, offline, browsers }) {
  const sections = browsers.map(({ browser, pages }) => {
    const rows = pages.map(({ title, visits }) => {
      // Of the same bytes at each visit but what was still on its way when the page was ready: the middle one.
      const visit = [...visits].sort((a, b) => a.untilReady.sent - b.untilReady.sent)[Math.floor(visits.length / 2)];
      if (!visit) throw new Error(`expected visits of ${title}`);
      const { untilReady, untilQuiet } = visit;
      return [
        title,
        kb(untilReady.sent),
        kb(untilQuiet.sent),
        kb(untilQuiet.scripts),
        kb(untilQuiet.data),
        kb(untilQuiet.whole),
        String(untilQuiet.requests),
        spread(visits.map(({ ready }) => ready)),
      ];
    });
    const head = [
      "page",
      "until it can be used, KB",
      "before the first press, KB",
      "of these scripts, KB",
      "data, KB",
      "uncompressed, KB",
      "files",
      "time until it can be used, s",
    ];
    return `## ${browser}\n\n${table([head, ...rows])}`;
  });
  return `# What the pages weigh

Bytes, and the time until a page can be used, with a cold cache. Made by \`npm run bench -- --pages\`, which also writes this file: do not edit it.
${date}, Archscape ${version}, ${processors} processors without a graphics card; times are medians of ${browsers[0]?.pages[0]?.visits.length ?? 0} visits with the fastest and the slowest, on a machine that had other work as well, so that the fastest is nearest to
what a page takes by itself. The numbers are in [page-weight.json](page-weight.json).

- *KB* are thousands of bytes as they are sent: compressed with gzip where hosts of files do that; pictures and tensors are sent as they are.
- *Can be used* is when the map is drawn, or the cell, and buttons take presses. The host is the same machine, so this is the time of the browser and no network's: at
  10 Mbit/s, 1,000 KB take 0.8 s more.
- *Before the first press* is all that a page loads by itself, until it has asked for nothing for three seconds. The lab opens its engine then, which nothing on the screen waits
  for; elements open theirs when it is first used. What a page's service worker puts aside for use without a network is not in it.
- Without a graphics card the map is drawn by the processor. With one it is drawn by WebGL: ${kb(webgl)} KB of scripts more.
- The article shows its posters at once; ready is its first map. Other elements of it load as they come near the screen.
- Of a page that is asked for again, files come from the cache: their names change with their contents.

${sections.join("\n\n")}

For use without a network the lab's service worker keeps ${offline.files} files, ${mb(offline.sent)} MB as they are sent and ${mb(offline.whole)} MB uncompressed, after the page is loaded. Where the browser is told to save
data, it does not.

## Beside others

Not measured here, but read off the files that stand in their public repositories for their sites; times are not known.

${table(OTHERS)}
`;
}

const OTHERS = [
  ["page", "own files, uncompressed, KB", "first data set, KB", "how this is known"],
  [
    "TensorFlow Playground",
    "432",
    "none, it is computed",
    "published: `index.html` 21, `bundle.js` 41, `lib.js` 216 and `bundle.css` 155, in characters, of tensorflow/playground. Fonts and analytics, which it loads from elsewhere, are not counted. Compressed: unknown.",
  ],
  [
    "Embedding Projector",
    "1,737",
    "8,000",
    "published: the one `index.html` of tensorflow/embedding-projector-standalone, in characters, which holds scripts and styles. Derived: its first data set is 10,000 x 200 numbers by its configuration, of four bytes each. Fonts and analytics are not counted. Compressed: unknown.",
  ],
];
