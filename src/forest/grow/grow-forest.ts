import { openWorkspace, type Workspace, type WorkspacePlace } from "../loops/workspace.js";
import { balancedClassWeights } from "../trees/class-weights.js";
import { drawnColumns, drawnRows } from "../trees/draw-sizes.js";
import { MOST_COUNT } from "../trees/row-weights.js";
import type { Trees } from "../trees/tree.js";
import { BinarySplitter } from "./binary-splitter.js";
import { CategoryOrder } from "./category-order.js";
import { classSums } from "./class-shares.js";
import { ClassesSplitter } from "./classes-splitter.js";
import type { ForestTask } from "./forest-task.js";
import { TreeGrower } from "./grow-tree.js";
import { treeKey } from "./keyed-random.js";
import { MeanSplitter } from "./mean-splitter.js";
import { rowDraw } from "./row-draw.js";
import type { Splitter } from "./splitter.js";

/** Most draws of a row that fit in one entry of a tree. */
const MOST = 127;

/** Most entries of a tree of a task. */
export function entriesOf(task: ForestTask): number {
  const draws = drawnRows(task.settings.maxSamples, task.rows.length) * (task.weights?.areCounts ? MOST_COUNT : 1);
  return task.rows.length + Math.ceil(draws / MOST);
}

/** Gives a function that grows tree number t of a forest. */
export function forestGrower(task: ForestTask, place: WorkspacePlace): (t: number) => Trees {
  const { columns, rows, settings } = task;
  const space = openWorkspace(place);
  const categories = new CategoryOrder(task, space);
  const splitter = makeSplitter(task, space, categories);
  const grower = new TreeGrower(space, columns.length, splitter, {
    maxDepth: settings.maxDepth ?? Number.POSITIVE_INFINITY,
    minSamplesSplit: Math.max(settings.minSamplesSplit, 2 * settings.minSamplesLeaf),
    maxLeaves: settings.maxLeaves ?? Number.POSITIVE_INFINITY,
    drawn: drawnColumns(settings.maxFeatures, columns.length),
  });
  const { drawn, draw } = rowDraw(task, space);
  // the entry of a row but for how often it is drawn
  const blank = Int32Array.from(rows, (row) => (row << 8) | splitter.markOf(row));

  return (t) => {
    const key = treeKey(settings.seed, t);
    draw(key, categories.outside);
    return grower.grow(fillEntries(space, splitter.shift, blank, drawn), key);
  };
}

/** Writes an entry for each drawn row, several for one that counts very often; returns their number. */
function fillEntries({ entries }: Workspace, shift: number, blank: Int32Array, counts: Int32Array): number {
  let size = 0;
  for (let i = 0; i < blank.length; i++) {
    let drawn = counts[i];
    for (; drawn > MOST; drawn -= MOST) entries[size++] = blank[i] | (MOST << shift);
    entries[size] = blank[i] | (drawn << shift);
    if (drawn > 0) size++;
  }
  return size;
}

function makeSplitter(task: ForestTask, space: Workspace, categories: CategoryOrder): Splitter {
  const { columns, classes, settings } = task;
  const { criterion, minSamplesLeaf } = settings;
  const sampleWeight = task.weights?.areCounts ? undefined : task.weights?.of;
  if (classes === 0)
    return new MeanSplitter(space, columns, { y: task.y as Float64Array, minSamplesLeaf, sampleWeight }, categories);
  const y = task.y as Uint8Array;
  const fixed = settings.classWeight === "balanced" ? balancedClassWeights(classSums(task)) : settings.classWeight;
  const classWeight = (drawn: ArrayLike<number>): ArrayLike<number> =>
    Array.isArray(fixed) ? fixed : settings.classWeight ? balancedClassWeights(drawn) : Array.from(drawn, () => 1);
  if (classes > 2 || sampleWeight) {
    const target = { y, classes, criterion, minSamplesLeaf, sampleWeight, classWeight };
    return new ClassesSplitter(space, columns, target, categories);
  }
  const weights = (zeros: number, ones: number) => classWeight([zeros, ones]) as [number, number];
  return new BinarySplitter(space, columns, { y, criterion, minSamplesLeaf, classWeight: weights }, categories);
}
