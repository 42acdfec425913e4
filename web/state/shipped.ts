import { readSafeTensors, toFloat32 } from "../../src/formats/safetensors.ts";
import { PRETRAINED, type Pretrained } from "../../src/pretrained.ts";
import type { SpaceName } from "../../src/spaces/space.ts";
import type { Protocol } from "../../src/vgae/config.ts";

/** What comes with the page: static files next to it, fetched when they are first needed. */

export const DEMO_SOURCE = "Fashion-MNIST 14×14, 3 epochs, seed 1";

/** As the command would be given it. */
export const DEMO_FILE = "fashion201.csv";

/** Name of the tensor that an embedding file holds: space.size x 16. */
export const EMBEDDING_TENSOR = "embedding";

const DEMO = new URL("../../data/fashion201.csv", import.meta.url);

/** The shipped models of a space by protocol; empty where there is none. */
export const shippedModels = (space: SpaceName): Readonly<Partial<Record<Protocol, Pretrained>>> => PRETRAINED[space];

async function fetchFile(address: URL): Promise<Response> {
  const response = await fetch(address);
  const name = address.pathname.split("/").at(-1);
  if (!response.ok) throw new Error(`the file ${name} came back with status ${response.status}`);
  return response;
}

const fetchBytes = async (address: URL): Promise<Uint8Array> => new Uint8Array(await (await fetchFile(address)).arrayBuffer());

export async function fetchEmbedding(address: URL): Promise<Float32Array> {
  const tensor = readSafeTensors(await fetchBytes(address)).tensors.get(EMBEDDING_TENSOR);
  if (!tensor) throw new Error(`the file holds no tensor "${EMBEDDING_TENSOR}"`);
  return toFloat32(tensor);
}

export const fetchWeights = ({ weights }: Pretrained): Promise<Uint8Array> => fetchBytes(weights);

export const fetchDemoLabels = async (): Promise<string> => (await fetchFile(DEMO)).text();
