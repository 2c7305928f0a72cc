import { parentPort } from "node:worker_threads";
import type { WorkspacePlace } from "../loops/workspace.js";
import { type Trees, transferables } from "../trees/tree.js";
import type { ForestTask } from "./forest-task.js";
import { forestGrower } from "./grow-forest.js";

/** What a worker is asked to do. */
export interface ForestWork {
  task: ForestTask;
  place: WorkspacePlace;
  /** Number of the next tree, shared by all workers of a fit; a number past the last one stops them. */
  next: Int32Array;
  last: number;
}

/** What a worker answers: each tree, then "done". What is thrown ends the worker. */
export type ForestAnswer = { t: number; tree: Trees } | "done";

const port = parentPort;
port?.on("message", ({ task, place, next, last }: ForestWork) => {
  const grow = forestGrower(task, place);
  for (let t = Atomics.add(next, 0, 1); t < last; t = Atomics.add(next, 0, 1)) {
    const tree = grow(t);
    port.postMessage({ t, tree } satisfies ForestAnswer, transferables(tree));
  }
  port.postMessage("done" satisfies ForestAnswer);
});
