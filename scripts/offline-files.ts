/**
 * Vite plugin of the lab's build: tells the service worker (`web/offline.ts`) which files the lab is made of. Pages beside the lab, and what only
 * they load, are not among them.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import type { Plugin, Rolldown } from "vite";

/**
 * @param worker name of the built service worker @param publicFolder files that are copied as they are
 * @param isBeside whether a built file, by its name, belongs to a page beside the lab
 */
export function offlineFiles(worker: string, publicFolder: string, isBeside: (file: string) => boolean): Plugin {
  return {
    name: "archscape:offline-files",
    apply: "build",
    enforce: "post",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        const chunk = bundle[worker];
        if (chunk?.type !== "chunk") throw new Error(`expected the service worker ${worker} among the files of the build`);
        const built = Object.values(bundle).filter(
          (file) => file !== chunk && !isBeside(file.fileName) && !file.fileName.endsWith(".map"),
        );
        const copied = readdirSync(publicFolder);
        const hash = createHash("sha256");
        for (const file of built) hash.update(file.fileName).update(contentOf(file));
        for (const file of copied) hash.update(file).update(readFileSync(`${publicFolder}/${file}`));
        const files = [...built.map(({ fileName }) => fileName), ...copied].sort();
        chunk.code = chunk.code
          .replaceAll("OFFLINE_FILES", JSON.stringify(files))
          .replaceAll("OFFLINE_VERSION", JSON.stringify(hash.digest("hex").slice(0, 16)));
      },
    },
  };
}

const contentOf = (file: Rolldown.OutputAsset | Rolldown.OutputChunk): string | Uint8Array =>
  file.type === "chunk" ? file.code : file.source;
