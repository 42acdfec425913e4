/**
 * Writes data/self-test.safetensors, the numbers that the self-test (`archscape verify --self`, and on the page) compares a GPU with.
 *
 *     node scripts/self-test.mjs
 *
 * Each model's seed is the first with which rounding decides no ReLU (src/vgae/rounding). The numbers are
 * those of the TensorFlow.js reference on the CPU, which adds up in double precision and which the unit tests hold to PyTorch's golden files.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { moduleServer } from "./modules.mjs";
import { root, say } from "./run.mjs";

const HIDDEN = 128;

const server = await moduleServer();
/** @type {typeof import("./self-test/expect.ts")} */
const { expect, undecided } = /** @type {any} */ (await server.ssrLoadModule("/scripts/self-test/expect.ts"));
/** @type {typeof import("../src/vgae/self-test/expected.ts")} */
const { writeExpected } = /** @type {any} */ (await server.ssrLoadModule("/src/vgae/self-test/expected.ts"));
const backend = "tfjs-cpu";

const models = [];
for (const space of /** @type {const} */ (["nasbench101", "nasbench201", "darts"])) {
  for (const encoder of /** @type {const} */ (["gin", "gcn"])) {
    const model = { space, encoder, hidden: HIDDEN, seed: 1 };
    while (undecided(model) > 0) model.seed++;
    say(`${space}, ${encoder}: seed ${model.seed}`);
    models.push(await expect(backend, model));
  }
}
writeFileSync(join(root, "data/self-test.safetensors"), writeExpected(models, { reference: backend }));
say("wrote data/self-test.safetensors");
process.exit(0);
