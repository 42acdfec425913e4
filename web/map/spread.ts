/**
 * All numbers 0..size-1, each once, in an order in which every beginning is spread evenly over the whole (multiples of the golden
 * section): what a map shows of a space while there is not yet a place for all.
 * @returns places `first` .. `first + count - 1` of that order
 */
export function spreadOrder(size: number, first: number, count: number): Uint32Array {
  const step = stepOf(size);
  return Uint32Array.from({ length: Math.max(0, Math.min(count, size - first)) }, (_, i) => ((first + i) * step) % size);
}

function stepOf(size: number): number {
  let step = Math.max(1, Math.round(size * 0.6180339887498949));
  while (divisor(step, size) > 1) step++;
  return step;
}

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
