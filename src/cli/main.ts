/** The command `archscape`: the process around `runProgram`. */
import { runProgram } from "./program.ts";
import { EXIT } from "./terminal.ts";

const interruption = new AbortController();
process.on("SIGINT", () => {
  if (interruption.signal.aborted) process.exit(EXIT.cancelled);
  interruption.abort();
});
// Whoever reads us may stop reading, e.g. `head`.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? EXIT.ok : EXIT.failed));
}

const code = await runProgram(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  ...(process.stderr.isTTY ? { screen: process.stderr } : {}),
  ...(process.stdin.isTTY ? {} : { input: process.stdin }),
  interrupted: interruption.signal,
});
const flushed = (stream: NodeJS.WriteStream): Promise<void> => new Promise((resolve) => stream.write("", () => resolve()));
await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
// Dawn keeps a process alive.
process.exit(code);
