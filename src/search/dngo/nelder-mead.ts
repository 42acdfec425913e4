import { atOnce, type Steps } from "../../spaces/steps.ts";

/**
 * Minimisation by the downhill simplex (Nelder and Mead, 1965), with the constants and stopping rule of SciPy's `fmin`,
 * which the original search uses: the first simplex stretches each coordinate by 5 % (by 0.00025 from zero), and the search
 * stops when both the simplex and its values are within 1e-4, or after 200 evaluations a dimension. Points outside the
 * domain are expressed by an infinite value. (The npm package `fmin` has no export that Node can import as a module and its
 * shrink step assigns an undeclared variable, which throws in strict code.)
 * @returns the best point found and its value
 */
export function nelderMead(f: (x: Float64Array) => number, start: ArrayLike<number>, tolerance?: number): Vertex {
  return atOnce(nelderMeadSteps(f, start, tolerance));
}

/** The same in steps, for a function that takes long. */
export function* nelderMeadSteps(f: (x: Float64Array) => number, start: ArrayLike<number>, tolerance = 1e-4): Steps<Vertex> {
  const n = start.length;
  const limit = 200 * n;
  let evaluations = 0;
  const vertex = (x: Float64Array): Vertex => {
    evaluations++;
    return { x, value: f(x) };
  };

  const origin = Float64Array.from(start);
  let simplex: Vertex[] = [vertex(origin)];
  for (let i = 0; i < n; i++) {
    const x = origin.slice();
    x[i] = x[i] === 0 ? 0.00025 : 1.05 * (x[i] as number);
    simplex.push(vertex(x));
  }

  for (;;) {
    simplex.sort((a, b) => a.value - b.value || 0);
    const best = simplex[0] as Vertex;
    const worst = simplex[n] as Vertex;
    const second = simplex[n - 1] as Vertex;
    if (evaluations >= limit || isSmall(simplex, best, tolerance)) return best;
    yield evaluations / limit;

    const others = simplex.slice(0, n);
    const centre = origin.map((_, i) => others.reduce((sum, { x }) => sum + (x[i] as number), 0) / n);
    /** The point at `t` on the line from the centre (0) through the worst vertex (1). */
    const along = (t: number): Vertex => vertex(centre.map((c, i) => c + t * ((worst.x[i] as number) - c)));

    const reflected = along(-1);
    let next: Vertex | undefined = reflected;
    if (reflected.value < best.value) {
      const expanded = along(-2);
      if (expanded.value < reflected.value) next = expanded;
    } else if (reflected.value >= second.value) {
      const outside = reflected.value < worst.value;
      const contracted = along(outside ? -0.5 : 0.5);
      const accepted = outside ? contracted.value <= reflected.value : contracted.value < worst.value;
      next = accepted ? contracted : undefined;
    }
    if (next) simplex[n] = next;
    else simplex = simplex.map((v) => (v === best ? v : vertex(v.x.map((xi, i) => ((best.x[i] as number) + xi) / 2))));
  }
}

/** A point and its value. */
export interface Vertex {
  readonly x: Float64Array;
  readonly value: number;
}

function isSmall(simplex: readonly Vertex[], best: Vertex, tolerance: number): boolean {
  return simplex.every(
    ({ x, value }) =>
      (value === best.value || Math.abs(value - best.value) <= tolerance) &&
      x.every((xi, i) => Math.abs(xi - (best.x[i] as number)) <= tolerance),
  );
}
