import type { Worker } from "node:worker_threads";
import { ChurnError } from "../core/errors.js";
import type { OnProgress } from "../core/progress.js";
import type { BinnedMatrix } from "./bin.js";
import { heapOf } from "./binned-heap.js";
import type { ForestAnswer, ForestWork } from "./forest-worker.js";
import { entriesOf, type ForestTask, forestGrower } from "./grow-forest.js";
import type { Trees } from "./tree.js";
import { giveWorker } from "./worker-pool.js";
import { type WorkspacePlace, workspaceBytes } from "./workspace.js";

/** Milliseconds between two reports of progress, and the longest that one thread works before it lets others run. */
const TICK = 50;

export interface GrowContext {
  onProgress: OnProgress | undefined;
  signal: AbortSignal | undefined;
}

/**
 * Grows all trees of a forest, by number, on workers or (when there are none) in this thread.
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
  const { stride } = binned;
  const capacity = entriesOf(task);
  const bytes = workspaceBytes(capacity, stride);
  const places = Array.from({ length: Math.max(1, workers.length) }, () => heap.take(bytes)).map(
    (at): WorkspacePlace => ({ memory: heap.memory, codesAt, stride, at, capacity }),
  );
  try {
    return workers.length > 0
      ? await growOnWorkers(task, workers, places, context)
      : await growHere(task, places[0]!, context);
  } finally {
    for (const { at } of places) heap.give(at, bytes);
  }
}

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
    interrupted: () => new ChurnError("INTERRUPTED", `fit was interrupted after ${done} of ${total} trees`),
  };
}

async function growHere(task: ForestTask, place: WorkspacePlace, context: GrowContext): Promise<Trees[]> {
  const { numTrees } = task.settings;
  const { trees, add, interrupted } = collector(numTrees, context);
  const grow = forestGrower(task, place);
  let since = performance.now();
  for (let t = 0; t < numTrees; t++) {
    if (context.signal?.aborted) throw interrupted();
    add(t, grow(t));
    if (performance.now() - since < TICK) continue;
    await new Promise(setImmediate);
    since = performance.now();
  }
  return trees;
}

async function growOnWorkers(
  task: ForestTask,
  workers: readonly Worker[],
  places: readonly WorkspacePlace[],
  context: GrowContext,
): Promise<Trees[]> {
  const { numTrees } = task.settings;
  const { trees, add, interrupted } = collector(numTrees, context);
  const next = new Int32Array(new SharedArrayBuffer(4));
  const stop = () => Atomics.store(next, 0, numTrees);
  context.signal?.addEventListener("abort", stop);
  if (context.signal?.aborted) stop();
  const runs = workers.map(
    (worker, i) =>
      new Promise<void>((resolve, reject) => {
        const fail = (message: string) => {
          stop();
          reject(new Error(message));
        };
        worker.ref();
        worker.on("message", (answer: ForestAnswer) => {
          if (answer === "done") {
            giveWorker(worker);
            resolve();
          } else if ("error" in answer) {
            giveWorker(worker);
            fail(answer.error);
          } else add(answer.t, answer.tree);
        });
        worker.on("error", (error) => fail(error.message));
        worker.on("exit", (code) => fail(`a thread of the fit ended with status ${code}`));
        worker.postMessage({ task, place: places[i]!, next, last: numTrees } satisfies ForestWork);
      }),
  );
  // the memory is given back only when no thread works on it any more
  const ends = await Promise.allSettled(runs);
  context.signal?.removeEventListener("abort", stop);
  for (const end of ends) if (end.status === "rejected") throw end.reason;
  if (context.signal?.aborted) throw interrupted();
  return trees;
}
