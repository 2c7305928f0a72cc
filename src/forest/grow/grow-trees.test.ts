import { Worker } from "node:worker_threads";
import { expect, it } from "vitest";
import { bin } from "../matrix/bin.js";
import { checkForestOptions } from "../trees/forest-options.js";
import type { ForestTask } from "./forest-task.js";
import { growTrees } from "./grow-trees.js";
import { takeWorkers } from "./worker-pool.js";

it("a worker that dies, or cannot start, costs no tree: this thread grows what is missing", async () => {
  const columns = [0, 1, 2].map((j) => Float64Array.from({ length: 400 }, (_, i) => Math.sin(i * (j + 2))));
  const binned = bin({ names: ["a", "b", "c"], columns });
  const task: ForestTask = {
    columns: binned.columns.map(({ count }) => ({ count, categorical: false })),
    rows: Int32Array.from({ length: 400 }, (_, i) => i),
    y: Uint8Array.from(columns[0], (value) => (value > 0.3 ? 1 : 0)),
    classes: 2,
    weights: undefined,
    settings: checkForestOptions({ numTrees: 60 }),
  };
  const context = { onProgress: undefined, signal: undefined };
  const alone = await growTrees(binned, task, [], context);
  const dying = () =>
    new Worker(
      "require('worker_threads').parentPort.once('message', ({ next }) => { Atomics.add(next, 0, 1); process.exit(1); })",
      {
        eval: true,
      },
    );
  const missing = () => new Worker(new URL("./not-there.js", import.meta.url));
  expect(await growTrees(binned, task, [dying(), ...takeWorkers(1), missing()], context)).toEqual(alone);
  expect(await growTrees(binned, task, [dying(), missing()], context)).toEqual(alone);
});
