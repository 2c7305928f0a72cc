import type { ColumnShape } from "./bin.js";
import { binaryFinder } from "./binary-finder.js";
import { drawRows, treeKey } from "./draws.js";
import { drawnColumns, drawnRows, type ForestSettings } from "./forest-options.js";
import { treeGrower } from "./grow-tree.js";
import type { SplitFinder } from "./split-finder.js";
import type { Trees } from "./tree.js";
import { openWorkspace, type Workspace, type WorkspacePlace } from "./workspace.js";

/** Most draws of a row that fit in one entry of a tree. */
const MOST = 127;

/** All that a thread needs to grow any tree of a forest; plain data, so that it can be sent to a worker. */
export interface ForestTask {
  columns: readonly ColumnShape[];
  /** Rows of the matrix that are learnt from. */
  rows: Int32Array;
  /** Class by row of the matrix. */
  y: Uint8Array;
  classes: number;
  settings: ForestSettings;
}

/** Most entries of a tree of a task. */
export function entriesOf({ rows, settings }: Pick<ForestTask, "rows" | "settings">): number {
  return rows.length + Math.ceil(drawnRows(settings.maxSamples, rows.length) / MOST);
}

/** Gives a function that grows tree number t of a forest. */
export function forestGrower(task: ForestTask, place: WorkspacePlace): (t: number) => Trees {
  const { columns, rows, settings } = task;
  const space = openWorkspace(place);
  const size = drawnRows(settings.maxSamples, rows.length);
  const finder = finderOf(task, space);
  const grow = treeGrower(space, columns, finder, {
    maxDepth: settings.maxDepth ?? Number.POSITIVE_INFINITY,
    minSamplesSplit: Math.max(settings.minSamplesSplit, 2 * settings.minSamplesLeaf),
    maxLeaves: settings.maxLeaves ?? Number.POSITIVE_INFINITY,
    drawn: drawnColumns(settings.maxFeatures, columns.length),
  });
  const counts = new Uint16Array(rows.length);

  return (t) => {
    const key = treeKey(settings.seed, t);
    drawRows(key, rows.length, size, settings.bootstrap, counts);
    return grow(fillEntries(space, finder, rows, counts), key);
  };
}

/** Writes an entry for each drawn row, several for one drawn very often; returns their number. */
function fillEntries(space: Workspace, finder: SplitFinder, rows: Int32Array, counts: Uint16Array): number {
  const { entries } = space;
  let size = 0;
  for (let i = 0; i < rows.length; i++) {
    let drawn = counts[i]!;
    for (; drawn > MOST; drawn -= MOST) entries[size++] = (rows[i]! << 8) | finder.payloadOf(rows[i]!, MOST);
    entries[size] = (rows[i]! << 8) | finder.payloadOf(rows[i]!, drawn);
    if (drawn > 0) size++;
  }
  return size;
}

function finderOf(task: ForestTask, space: Workspace): SplitFinder {
  const { columns, y, settings } = task;
  const fixed = classWeights(task);
  return binaryFinder(space, columns, y, {
    criterion: settings.criterion,
    minSamplesLeaf: settings.minSamplesLeaf,
    classWeight: (zeros, ones) =>
      settings.classWeight === "balanced_subsample" && zeros > 0 && ones > 0
        ? [(zeros + ones) / (2 * zeros), (zeros + ones) / (2 * ones)]
        : [fixed[0]!, fixed[1]!],
  });
}

/** Weight of each class that does not depend on the bootstrap. */
function classWeights({ rows, y, classes, settings }: ForestTask): number[] {
  const { classWeight } = settings;
  if (Array.isArray(classWeight)) return classWeight as number[];
  const counts = new Array<number>(classes).fill(0);
  for (let i = 0; i < rows.length; i++) counts[y[rows[i]!]!]!++;
  return counts.map((count) => (classWeight === "balanced" && count > 0 ? rows.length / (classes * count) : 1));
}
