import type { Workspace } from "../loops/workspace.js";
import { drawnRows } from "../trees/draw-sizes.js";
import { hasManyLevels } from "./category-order.js";
import type { ForestTask } from "./forest-task.js";
import { rowSampler } from "./row-sampler.js";
import { dealUnits, unitsOf } from "./row-units.js";

/** What a tree learns from: how often each row is drawn, and what others order its categories by. */
export interface RowDraw {
  /** By position of the row in the task. */
  drawn: Int32Array;
  /** Draws the rows of the tree with a key; writes the weight of those outside to `outside`, where they are asked for. */
  draw(key: number, outside: Float64Array): void;
}

/**
 * Gives what draws the rows of trees.
 *
 * Where each tree is to learn from all rows and a column has many levels, as many rows as a bootstrap leaves out are left out
 * of each tree, to order the levels.
 */
export function rowDraw(task: ForestTask, space: Workspace): RowDraw {
  const { settings, rows, columns, weights } = task;
  const drawn = new Int32Array(rows.length);
  const repeats = weights?.areCounts ? Int32Array.from(rows, (row) => weights.of[row]) : undefined;
  const weightOf = (i: number) => (weights ? weights.of[rows[i]] : 1);
  const takesAll = !settings.bootstrap && drawnRows(settings.maxSamples, rows.length) >= rows.length;
  if (takesAll && columns.some(hasManyLevels)) {
    const units = unitsOf(task, space.bytes.subarray(space.codesAt), space.stride, repeats);
    return {
      drawn,
      draw(key, outside) {
        dealUnits(units, key, drawn);
        for (let i = 0; i < drawn.length; i++) outside[i] = weightOf(i) * (1 - drawn[i] / (repeats ? repeats[i] : 1));
      },
    };
  }
  const counts = new Uint16Array(rows.length);
  const sample = rowSampler(settings, rows.length, (i) => task.y[rows[i]]);
  return {
    drawn,
    draw(key, outside) {
      sample(key, counts);
      for (let i = 0; i < drawn.length; i++) drawn[i] = repeats ? counts[i] * repeats[i] : counts[i];
      for (let i = 0; i < outside.length; i++) outside[i] = counts[i] > 0 ? 0 : weightOf(i);
    },
  };
}
