import { type Network, networkBuilder } from "../../../src/networks/network.ts";

/** A network with every kind of layer, and every kind of convolution that the spaces have. */
export function everything(): Network {
  const network = networkBuilder({ channels: 2, side: 8 });
  const norm = (name: string, from: number, affine = true) => network.batchNorm(`${name}.norm`, from, affine);
  const stem = norm("stem", network.convolution("stem", network.image, { channels: 4, size: 3 }));
  const dilated = network.convolution("dilated", network.relu(stem), { channels: 4, size: 3, dilation: 2, groups: 4 });
  const point = norm("point", network.convolution("point", dilated, { channels: 4, size: 1 }));
  const average = network.pool("average-pool", stem, { size: 3, stride: 1, padding: 1 });
  const sum = network.add([point, average, network.pool("max-pool", stem, { size: 3, stride: 1, padding: 1 })]);
  const deep = network.convolution("deep", network.relu(sum), { channels: 4, size: 5, stride: 2, groups: 4 });
  const wide = network.convolution("wide", sum, { channels: 4, size: 3, stride: 2 });
  const stepped = network.convolution("stepped", sum, { channels: 4, size: 3, stride: 2, dilation: 2, groups: 4 });
  const pooled = network.pool("max-pool", sum, { size: 3, stride: 2, padding: 1 });
  const averaged = network.pool("average-pool", sum, { size: 3, stride: 2, padding: 1 });
  const halved = network.pool("average-pool", sum, { size: 2, stride: 2, padding: 0 });
  const even = network.convolution("even", sum, { channels: 2, size: 1, stride: 2 });
  const odd = network.convolution("odd", network.shift(sum), { channels: 2, size: 1, stride: 2 });
  const factorized = network.concatenate([even, odd]);
  const all = network.add([deep, wide, stepped, pooled, averaged, halved, factorized, network.zero(factorized)]);
  const last = norm("last", network.truncate(network.concatenate([all, wide]), 6), false);
  network.linear("classifier", network.mean(network.relu(last)), 3);
  return network.finish();
}
