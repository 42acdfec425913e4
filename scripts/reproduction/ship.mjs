/** The models of data/: seed 1 of both protocols, as `npm run reproduce` trained them, without the optimiser's state. */
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { giveUp, root, run, say } from "../run.mjs";
import { PROTOCOLS, trained } from "./plan.mjs";
import { cache, result } from "./records.mjs";

/** Prefix of what only a run that goes on needs (src/vgae/checkpoint.ts): moments, step, statistics of the last epoch. */
const STATE = "archscape/";

/** @param {string} space @param {string} protocol */
export const shipped = (space, protocol) => join(root, "data", `${space}-${protocol}.safetensors`);

/** Spaces whose embedding comes with the package too: elsewhere it would weigh more than it saves. */
const WITH_EMBEDDING = ["nasbench201"];
/** A model of a sample is refused over any other sample: it is of use to those who made it. */
const NOT_SHIPPED = ["darts"];

/** @param {readonly { name: string }[]} spaces */
export async function ship(spaces) {
  const library = await import(pathToFileURL(join(root, "dist", "library", "index.js")).href);
  for (const { name } of spaces.filter((space) => !NOT_SHIPPED.includes(space.name))) {
    for (const protocol of PROTOCOLS) {
      const made = result(trained(name, "arch2vec", protocol, 1));
      const full = join(cache, `${trained(name, "arch2vec", protocol, 1)}.safetensors`);
      if (!made || !existsSync(full)) continue;
      const file = library.readSafeTensors(new Uint8Array(readFileSync(full)));
      const tensors = new Map([...file.tensors].filter(([tensor]) => !tensor.startsWith(STATE)));
      const metadata = { ...file.metadata, ...(made.commit ? { commit: made.commit } : {}) };
      const weights = shipped(name, protocol);
      writeFileSync(weights, library.writeSafeTensors({ metadata, tensors }));
      say(`wrote ${weights}`);
      if (!WITH_EMBEDDING.includes(name)) continue;
      const embedding = join(cache, `${name}-${protocol}.embedding.safetensors`);
      rmSync(embedding, { force: true });
      const command = join(root, "dist", "library", "cli", "main.js");
      if ((await run(process.execPath, [command, "embed", name, "--model", weights, "--out", embedding])) !== 0)
        giveUp(`${weights} could not be embedded.`);
      copyFileSync(embedding, weights.replace(".safetensors", ".embedding.safetensors"));
    }
  }
}
