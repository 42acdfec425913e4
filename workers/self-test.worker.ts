import { openDevice } from "../src/gpu/device.ts";
import { readExpected } from "../src/vgae/self-test/expected.ts";
import { selfTest } from "../src/vgae/self-test/run.ts";
import type { SelfTestMessage, SelfTestQuestion } from "./self-test-protocol.ts";

const post = (message: SelfTestMessage): void => postMessage(message);

addEventListener("message", ({ data }: MessageEvent<SelfTestQuestion>) => void answer(data));

async function answer({ expected, models }: SelfTestQuestion): Promise<void> {
  try {
    const opened = await openDevice();
    if (!opened.ok) return post({ type: "failure", message: opened.message });
    const onProgress = (done: number, total: number, next: string): void => post({ type: "progress", done, total, next });
    post({ type: "report", report: await selfTest(opened.gpu, readExpected(expected), { models, onProgress }) });
    opened.gpu.device.destroy();
  } catch (error) {
    post({ type: "failure", message: error instanceof Error ? error.message : String(error) });
  }
}
