import type { Worker } from "node:worker_threads";
import { interrupted } from "../../core/interrupted.js";
import type { OnProgress } from "../../core/progress.js";
import { heapOf } from "../loops/binned-heap.js";
import type { BinnedMatrix } from "../loops/binned-matrix.js";
import { type WorkspacePlace, workspaceBytes } from "../loops/workspace.js";
import type { Trees } from "../trees/tree.js";
import type { ForestTask } from "./forest-task.js";
import type { ForestAnswer, ForestWork } from "./forest-worker.js";
import { entriesOf, forestGrower } from "./grow-forest.js";
import { giveWorker } from "./worker-pool.js";

/** Milliseconds between two reports of progress, and the longest that one thread works before it lets others run. */
const TICK = 50;

export interface GrowContext {
  onProgress: OnProgress | undefined;
  signal: AbortSignal | undefined;
}

/**
 * Grows all trees of a forest, by number, on workers; in this thread where there are none, or where one was lost.
 *
 * @throws ChurnError INTERRUPTED when the signal aborts
 */
export async function growTrees(
  binned: BinnedMatrix,
  task: ForestTask,
  workers: readonly Worker[],
  context: GrowContext,
): Promise<Trees[]> {
  const { heap, codesAt } = heapOf(binned);
  const { rows, stride } = binned;
  const capacity = entriesOf(task);
  const bytes = workspaceBytes(capacity, rows, stride);
  const places = Array.from({ length: Math.max(1, workers.length) }, () => heap.allocate(bytes)).map(
    (at): WorkspacePlace => ({ memory: heap.memory, codesAt, rows, stride, at, capacity }),
  );
  const collected = collector(task.settings.numTrees, context);
  try {
    if (workers.length > 0) await growOnWorkers(task, workers, places, collected, context.signal);
    // all of them where there are no workers, none as a rule where there are
    await growHere(task, places[0], collected, context.signal);
    if (context.signal?.aborted) throw collected.interrupted();
    return collected.trees;
  } finally {
    for (const { at } of places) heap.free(at, bytes);
  }
}

type Collector = ReturnType<typeof collector>;

/** Collects trees, and reports how far it is now and then. */
function collector(total: number, { onProgress }: GrowContext) {
  const trees = new Array<Trees>(total);
  let done = 0;
  let reported = performance.now();
  return {
    trees,
    add(t: number, tree: Trees): void {
      trees[t] = tree;
      done++;
      if (!onProgress || (performance.now() - reported < TICK && done < total)) return;
      reported = performance.now();
      onProgress({ task: "fit forest", done, total, unit: "trees" });
    },
    interrupted: () => interrupted(`fit, after ${done} of ${total} trees`),
  };
}

/** Grows the trees that are not there yet, letting other work of this thread run now and then. */
async function growHere(
  task: ForestTask,
  place: WorkspacePlace,
  collected: Collector,
  signal: AbortSignal | undefined,
) {
  const grow = forestGrower(task, place);
  let since = performance.now();
  for (let t = 0; t < task.settings.numTrees; t++) {
    if (collected.trees[t]) continue;
    if (signal?.aborted) throw collected.interrupted();
    collected.add(t, grow(t));
    if (performance.now() - since < TICK) continue;
    await new Promise(setImmediate);
    since = performance.now();
  }
}

/** Lets workers grow what they can; a tree that a lost worker took with it is left out. */
async function growOnWorkers(
  task: ForestTask,
  workers: readonly Worker[],
  places: readonly WorkspacePlace[],
  collected: Collector,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { numTrees } = task.settings;
  const next = new Int32Array(new SharedArrayBuffer(4));
  const stop = () => Atomics.store(next, 0, numTrees);
  signal?.addEventListener("abort", stop);
  if (signal?.aborted) stop();
  // all are awaited, as the memory is given back only when no thread works on it any more
  await Promise.all(
    workers.map(
      (worker, i) =>
        new Promise<void>((resolve) => {
          worker.ref();
          worker.on("message", (answer: ForestAnswer) => {
            if (answer !== "done") {
              collected.add(answer.t, answer.tree);
              return;
            }
            giveWorker(worker);
            resolve();
          });
          // an error is followed by the exit; one that is not the machine's comes again in this thread
          worker.on("error", () => {});
          worker.on("exit", () => resolve());
          worker.postMessage({ task, place: places[i], next, last: numTrees } satisfies ForestWork);
        }),
    ),
  );
  signal?.removeEventListener("abort", stop);
}
