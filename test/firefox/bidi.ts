/**
 * A Firefox driven by WebDriver BiDi (w3.org/TR/webdriver-bidi), as much of it as the tests here need: one tab, scripts in it, what its
 * console says. Playwright drives Firefox only in a build of its own, which not every machine can have.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Firefox {
  readonly version: string;
  /** What the page wrote as an error, and errors that nobody caught. */
  readonly problems: readonly string[];
  goto(address: string): Promise<void>;
  /** Runs the body of an async function in the page; what it returns must be JSON. */
  evaluate<T>(body: string): Promise<T>;
  /** A picture of the page, or of a part of it in CSS pixels: PNG, base64. */
  screenshot(part?: { readonly x: number; readonly y: number; readonly width: number; readonly height: number }): Promise<string>;
  /** Evaluates until the body returns something that counts as true. */
  until<T>(body: string, what: string, milliseconds?: number): Promise<T>;
  close(): Promise<void>;
}

export type Preferences = Readonly<Record<string, boolean | number | string>>;

interface Message {
  readonly id?: number;
  readonly type: "success" | "error" | "event";
  readonly result?: unknown;
  readonly message?: string;
  readonly params?: { readonly level?: string; readonly text?: string };
}

const STARTING = 120_000;

export async function openFirefox(program: string, preferences: Preferences): Promise<Firefox> {
  const profile = mkdtempSync(join(tmpdir(), "archscape-firefox-"));
  const lines = Object.entries(preferences).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`,
  );
  writeFileSync(join(profile, "user.js"), lines.join("\n"));
  const flags = ["--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0", "about:blank"];
  const child = spawn(program, flags, { stdio: ["ignore", "ignore", "pipe"] });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill();
    await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const connection = await connect(await addressOf(child.stderr, ended));
    const { capabilities } = await connection.send<{ capabilities: { browserVersion: string } }>("session.new", {
      capabilities: {},
    });
    await connection.send("session.subscribe", { events: ["log.entryAdded"] });
    const { contexts } = await connection.send<{ contexts: { context: string }[] }>("browsingContext.getTree", {});
    const context = contexts[0]?.context;
    const evaluate = async <T>(body: string): Promise<T> => {
      const answer = await connection.send<{ type: string; result?: { value?: string }; exceptionDetails?: { text: string } }>(
        "script.evaluate",
        {
          expression: `(async () => JSON.stringify(await (async () => { ${body} })() ?? null))()`,
          target: { context },
          awaitPromise: true,
          userActivation: true,
        },
      );
      if (answer.type !== "success") throw new Error(`In the page: ${answer.exceptionDetails?.text}`);
      return JSON.parse(answer.result?.value ?? "null") as T;
    };
    return {
      version: capabilities.browserVersion,
      problems: connection.problems,
      goto: async (url) => void (await connection.send("browsingContext.navigate", { context, url, wait: "complete" })),
      evaluate,
      async screenshot(part) {
        const clip = part && { clip: { type: "box", ...part } };
        return (await connection.send<{ data: string }>("browsingContext.captureScreenshot", { context, ...clip })).data;
      },
      async until<T>(body: string, what: string, milliseconds = 60_000): Promise<T> {
        for (const end = Date.now() + milliseconds; Date.now() < end; ) {
          const found = await evaluate<T>(body);
          if (found) return found;
          await new Promise((resolve) => setTimeout(resolve, 250));
        }
        throw new Error(
          `${what}: not seen in ${milliseconds / 1000} s; the page says: ${connection.problems.join("; ") || "nothing"}`,
        );
      },
      async close() {
        connection.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Where Firefox listens, which it says when it does. */
function addressOf(stream: NodeJS.ReadableStream, ended: Promise<void>): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    const fail = (why: string): void => reject(new Error(`Firefox ${why}; it said: ${said.trim() || "nothing"}`));
    const timer = setTimeout(() => fail(`did not listen within ${STARTING / 1000} s`), STARTING);
    void ended.then(() => fail("ended"));
    stream.on("data", (bytes: Buffer) => {
      said += bytes.toString();
      const address = /WebDriver BiDi listening on (ws:\/\/\S+)/.exec(said)?.[1];
      if (address === undefined) return;
      clearTimeout(timer);
      resolve(`${address}/session`);
    });
  });
}

async function connect(address: string) {
  const socket = new WebSocket(address);
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener("open", () => resolve());
    socket.addEventListener("error", () => reject(new Error(`No connection to Firefox at ${address}.`)));
  });
  const problems: string[] = [];
  const waiting = new Map<number, (message: Message) => void>();
  let last = 0;
  socket.addEventListener("message", ({ data }) => {
    const message = JSON.parse(String(data)) as Message;
    if (message.id !== undefined) waiting.get(message.id)?.(message);
    else if (message.params?.level === "error") problems.push(message.params.text ?? "an error without words");
  });
  return {
    problems,
    send: <T>(method: string, params: object): Promise<T> =>
      new Promise((resolve, reject) => {
        const id = ++last;
        waiting.set(id, (message) => {
          waiting.delete(id);
          if (message.type === "success") resolve(message.result as T);
          else reject(new Error(`Firefox, ${method}: ${message.message}`));
        });
        socket.send(JSON.stringify({ id, method, params }));
      }),
    close: () => socket.close(),
  };
}
