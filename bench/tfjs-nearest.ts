/** Nearest neighbours as one writes them with TensorFlow.js: all distances as a matrix product, then the k largest of their negatives. */
import * as tf from "@tensorflow/tfjs-core";
import type { Points } from "../src/vgae/nearest/neighbours.ts";
import { openBackend, type ReferenceBackend } from "../src/vgae/reference/backend.ts";

export interface TfjsNearest {
  /** Indices of the k nearest points, in order, query by query. */
  nearest(queries: Float32Array, k: number): Promise<Int32Array>;
  destroy(): void;
}

export async function tfjsNearest(backend: ReferenceBackend, { data, dimensions }: Points): Promise<TfjsNearest> {
  const on = await openBackend(backend);
  const { points, squares } = on(() => {
    const uploaded = tf.tensor2d(data, [data.length / dimensions, dimensions]);
    return { points: uploaded, squares: tf.tidy(() => tf.sum(tf.square(uploaded), 1)) };
  });
  return {
    async nearest(queries, k) {
      const indices = on(() =>
        tf.tidy(() => {
          const asked = tf.tensor2d(queries, [queries.length / dimensions, dimensions]);
          // |q - p|^2 without |q|^2, which orders nothing.
          const nearness = tf.sub(tf.mul(tf.matMul(asked, points, false, true), 2), squares);
          return tf.topk(nearness, k).indices;
        }),
      );
      const found = await indices.data<"int32">();
      indices.dispose();
      return found;
    },
    destroy() {
      on(() => tf.dispose([points, squares]));
    },
  };
}
