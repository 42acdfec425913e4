/**
 * What a program asks of WebGPU, counted at the one place that all engines share: the prototypes of the API. Between `countCalls` and
 * `stop` each call costs one more function call, so nothing is timed meanwhile.
 */
export interface Tally {
  dispatches: number;
  submits: number;
  buffers: number;
  bindGroups: number;
  pipelines: number;
  /** Writes from JavaScript into buffers: `writeBuffer`, and buffers that are mapped when made. */
  writes: number;
}

export interface Counter {
  readonly tally: Readonly<Tally>;
  /** Takes the counting out of the prototypes again. */
  stop(): void;
}

const EMPTY: Tally = { dispatches: 0, submits: 0, buffers: 0, bindGroups: 0, pipelines: 0, writes: 0 };

type Method = (this: unknown, ...args: unknown[]) => unknown;
type Prototype = Record<string, Method | undefined>;

const COUNTED: readonly (readonly [type: string, method: string, count: (tally: Tally, args: readonly unknown[]) => void])[] = [
  ["GPUComputePassEncoder", "dispatchWorkgroups", (tally) => tally.dispatches++],
  ["GPUComputePassEncoder", "dispatchWorkgroupsIndirect", (tally) => tally.dispatches++],
  ["GPUQueue", "submit", (tally) => tally.submits++],
  ["GPUQueue", "writeBuffer", (tally) => tally.writes++],
  [
    "GPUDevice",
    "createBuffer",
    (tally, [descriptor]) => {
      tally.buffers++;
      if ((descriptor as GPUBufferDescriptor | undefined)?.mappedAtCreation) tally.writes++;
    },
  ],
  ["GPUDevice", "createBindGroup", (tally) => tally.bindGroups++],
  ["GPUDevice", "createComputePipeline", (tally) => tally.pipelines++],
  ["GPUDevice", "createComputePipelineAsync", (tally) => tally.pipelines++],
];

/** The prototype of one of WebGPU's classes; undefined where the scope has none. */
function prototypeOf(scope: object, type: string): Prototype | undefined {
  return ((scope as Record<string, unknown>)[type] as { readonly prototype: Prototype } | undefined)?.prototype;
}

/** Puts `around(real)` in the place of a method; the returned function puts the real one back. */
function replace(scope: object, type: string, method: string, around: (real: Method) => Method): () => void {
  const prototype = prototypeOf(scope, type);
  const real = prototype?.[method];
  if (prototype === undefined || real === undefined) return () => undefined;
  prototype[method] = around(real);
  return () => {
    prototype[method] = real;
  };
}

/** @param scope where WebGPU's classes are global */
export function countCalls(scope: object = globalThis): Counter {
  const tally = { ...EMPTY };
  const restore = COUNTED.map(([type, method, count]) =>
    replace(
      scope,
      type,
      method,
      (real) =>
        function (this: unknown, ...args) {
          count(tally, args);
          return real.apply(this, args);
        },
    ),
  );
  return {
    tally,
    stop() {
      for (const put of restore.reverse()) put();
    },
  };
}

/** What a thread did for WebGPU in one go: from the start of the clock until the first answer that WebGPU gives comes in. */
export interface Burst {
  /** When the last call returned, in milliseconds of `performance.now`. */
  readonly last: number;
  /** Milliseconds within `submit`, where implementations check the commands, record them anew and may compute. */
  readonly submitMs: number;
  readonly dispatches: number;
  stop(): void;
}

/** Calls whose end ends a burst, for nothing of an engine comes after them before it waits. */
const ANSWERED = [
  ["GPUQueue", "onSubmittedWorkDone"],
  ["GPUBuffer", "mapAsync"],
] as const;

export function clockBurst(scope: object = globalThis): Burst {
  const burst = { last: Number.NaN, submitMs: 0, dispatches: 0 };
  let over = false;
  const submit = replace(
    scope,
    "GPUQueue",
    "submit",
    (real) =>
      function (this: unknown, ...args) {
        const start = performance.now();
        const result = real.apply(this, args);
        if (!over) {
          burst.last = performance.now();
          burst.submitMs += burst.last - start;
        }
        return result;
      },
  );
  const answered = ANSWERED.map(([type, method]) =>
    replace(
      scope,
      type,
      method,
      (real) =>
        function (this: unknown, ...args) {
          const answer = real.apply(this, args) as Promise<unknown>;
          if (!over) burst.last = performance.now();
          const end = (): void => {
            over = true;
          };
          // Before the caller hears of it.
          answer.then(end, end);
          return answer;
        },
    ),
  );
  const dispatch = replace(
    scope,
    "GPUComputePassEncoder",
    "dispatchWorkgroups",
    (real) =>
      function (this: unknown, ...args) {
        if (!over) burst.dispatches++;
        return real.apply(this, args);
      },
  );
  const stop = (): void => {
    for (const restore of [dispatch, ...answered, submit]) restore();
  };
  return Object.assign(burst, { stop });
}

/**
 * Shrinks every dispatch to one workgroup until the returned function is called: what then remains of a step's time is JavaScript, the API
 * and the driver. Results are nonsense; the first workgroup of our last kernel still keeps the books that the trainer checks.
 */
export function shrinkDispatches(scope: object = globalThis): () => void {
  return replace(
    scope,
    "GPUComputePassEncoder",
    "dispatchWorkgroups",
    (real) =>
      function (this: unknown) {
        return real.call(this, 1);
      },
  );
}
