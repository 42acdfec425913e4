import type { OpenStudy, TextFile } from "../../workers/study-protocol.ts";

/** Which of some files are a study and its runs: told by what stands in them, because label tables are JSON, too. */

export interface StudyFiles {
  /** The last of each kind; undefined where there is none of either. */
  readonly study: Pick<OpenStudy, "study" | "runs"> | undefined;
  readonly others: readonly File[];
}

/** A study names itself in its first lines. */
const HEAD = 4000;

export async function studyFiles(files: Iterable<File>): Promise<StudyFiles> {
  const found: { study?: TextFile; runs?: TextFile } = {};
  const others: File[] = [];
  for (const file of files) {
    const kind = await kindOf(file);
    if (kind) found[kind] = { text: await file.text(), source: file.name };
    else others.push(file);
  }
  return { study: found.study || found.runs ? found : undefined, others };
}

async function kindOf(file: File): Promise<"study" | "runs" | undefined> {
  if (/\.jsonl$/i.test(file.name)) return "runs";
  if (!/\.json$/i.test(file.name)) return undefined;
  return /"archscape"\s*:\s*"study/.test(await file.slice(0, HEAD).text()) ? "study" : undefined;
}
