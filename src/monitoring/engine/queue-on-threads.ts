import type { Calculator, MeasureQueue } from "../calculators/calculator.js";
import { askThread, takeThread } from "./two-threads.js";

// this many rows, counted once for each chunk that they train for, take longer than a thread takes to start
const MANY_ROWS = 10_000;

/** Measures the queues of a calculator: on two threads where there is enough to do. */
export function queueOnThreads<Options, State, Prepared>({
  name,
  measureQueue,
}: Calculator<Options, State, Prepared>): MeasureQueue {
  return async (chunks, load) => {
    const queue = { ...chunks, next: new Int32Array(new SharedArrayBuffer(4)) };
    const thread = chunks.chunks.length > 1 && load >= MANY_ROWS ? takeThread() : undefined;
    const there = thread ? askThread(thread, "queue", { name, queue }) : Promise.resolve([]);
    // a fault over there is reported when its answer is awaited, not before
    there.catch(() => {});
    const here = (await measureQueue?.(queue as typeof queue & { state: State })) ?? [];
    const raw = [...here, ...(await there)];
    return raw.sort(([a], [b]) => a - b).map(([, measure]) => measure);
  };
}
