/** Two sites as one machine has them: one that serves the built elements to anybody, and one whose pages embed them. */
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".js": "text/javascript",
  ".html": "text/html",
  ".css": "text/css",
  ".wasm": "application/wasm",
  ".json": "application/json",
  ".svg": "image/svg+xml",
};

export interface Site {
  /** Without a slash at the end. */
  readonly origin: string;
  /** Paths that were asked for, in order. */
  readonly asked: readonly string[];
  close(): void;
}

export interface HostPage {
  readonly html: string;
  /** Its Content-Security-Policy. */
  readonly policy?: string;
}

export interface SiteContent {
  /** Folder whose files are served, and the path under which, with slashes around. */
  readonly folder?: string;
  readonly under?: string;
  readonly pages?: Readonly<Record<string, HostPage>>;
  readonly scripts?: Readonly<Record<string, string>>;
}

/** Serves on a port of its own: a plain file host, which lets other sites read. */
export async function openSite(content: () => SiteContent): Promise<Site> {
  const asked: string[] = [];
  const server: Server = createServer(async ({ url = "/" }, answer) => {
    const { folder, under = "/", pages = {}, scripts = {} } = content();
    const path = decodeURIComponent(new URL(url, "http://site").pathname);
    asked.push(path);
    const script = scripts[path];
    if (script !== undefined) {
      answer.setHeader("access-control-allow-origin", "*");
      answer.setHeader("content-type", "text/javascript");
      return answer.end(script);
    }
    const page = pages[path];
    if (page) {
      answer.setHeader("content-type", "text/html");
      if (page.policy) answer.setHeader("content-security-policy", page.policy);
      return answer.end(page.html);
    }
    try {
      if (!folder || !path.startsWith(under)) throw new Error("not here");
      const file = normalize(join(folder, path.slice(under.length), path.endsWith("/") ? "index.html" : ""));
      const bytes = await readFile(file);
      answer.setHeader("access-control-allow-origin", "*");
      answer.setHeader("content-type", TYPES[extname(file)] ?? "application/octet-stream");
      answer.end(bytes);
    } catch {
      answer.statusCode = 404;
      answer.end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, asked, close: () => void server.close() };
}
