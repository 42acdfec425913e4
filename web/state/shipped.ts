import { readSafeTensors, toFloat32 } from "../../src/formats/safetensors.ts";
import type { Protocol } from "../../src/vgae/config.ts";

/** What comes with the page: static files next to it, fetched when they are first needed. A build without one works too. */
const files = import.meta.glob<string>("../../data/*.{safetensors,csv}", { query: "?url", import: "default", eager: true });

export const DEMO_SOURCE = "Fashion-MNIST 14×14, 3 epochs, seed 1";

/** Name of the tensor that an embedding file holds: space.size x 16. */
export const EMBEDDING_TENSOR = "embedding";

async function fetchFile(name: string): Promise<Response> {
  const address = files[`../../data/${name}`];
  if (address === undefined) throw new Error(`the file ${name} is not part of this build`);
  const response = await fetch(address);
  if (!response.ok) throw new Error(`the file ${name} came back with status ${response.status}`);
  return response;
}

export async function fetchEmbedding(protocol: Protocol): Promise<Float32Array> {
  const bytes = new Uint8Array(await (await fetchFile(`nasbench201-${protocol}.embedding.safetensors`)).arrayBuffer());
  const tensor = readSafeTensors(bytes).tensors.get(EMBEDDING_TENSOR);
  if (!tensor) throw new Error(`the file holds no tensor "${EMBEDDING_TENSOR}"`);
  return toFloat32(tensor);
}

export const fetchWeights = async (protocol: Protocol): Promise<Uint8Array> =>
  new Uint8Array(await (await fetchFile(`nasbench201-${protocol}.safetensors`)).arrayBuffer());

export const fetchDemoLabels = async (): Promise<string> => (await fetchFile("fashion201.csv")).text();
