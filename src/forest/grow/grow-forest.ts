import { openWorkspace, type Workspace, type WorkspacePlace } from "../loops/workspace.js";
import { balancedClassWeights } from "../trees/class-weights.js";
import { drawnColumns, drawnRows } from "../trees/draw-sizes.js";
import type { Trees } from "../trees/tree.js";
import { BinarySplitter } from "./binary-splitter.js";
import { categoryRates } from "./category-rates.js";
import { ClassesSplitter } from "./classes-splitter.js";
import type { ForestTask } from "./forest-task.js";
import { TreeGrower } from "./grow-tree.js";
import { treeKey } from "./keyed-random.js";
import { MeanSplitter } from "./mean-splitter.js";
import { rowSampler } from "./row-sampler.js";
import type { Splitter } from "./splitter.js";

/** Most draws of a row that fit in one entry of a tree. */
const MOST = 127;

/**
 * Weights of whole numbers up to 127: for two classes such a row is drawn that many times as often, which keeps the sums
 * whole.
 */
function wholeWeights({ classes, rows, sampleWeight }: ForestTask): boolean {
  return classes === 2 && sampleWeight !== undefined && rows.every((row) => WHOLE.has(sampleWeight[row]));
}

const WHOLE = new Set(Array.from({ length: MOST + 1 }, (_, weight) => weight));

/** Most entries of a tree of a task. */
export function entriesOf(task: ForestTask): number {
  const draws = drawnRows(task.settings.maxSamples, task.rows.length) * (wholeWeights(task) ? MOST : 1);
  return task.rows.length + Math.ceil(draws / MOST);
}

/** Gives a function that grows tree number t of a forest. */
export function forestGrower(task: ForestTask, place: WorkspacePlace): (t: number) => Trees {
  const { columns, rows, settings } = task;
  const space = openWorkspace(place);
  const splitter = makeSplitter(task, space);
  const grower = new TreeGrower(space, columns.length, splitter, {
    maxDepth: settings.maxDepth ?? Number.POSITIVE_INFINITY,
    minSamplesSplit: Math.max(settings.minSamplesSplit, 2 * settings.minSamplesLeaf),
    maxLeaves: settings.maxLeaves ?? Number.POSITIVE_INFINITY,
    drawn: drawnColumns(settings.maxFeatures, columns.length),
  });
  const counts = new Uint16Array(rows.length);
  const draw = rowSampler(settings, rows.length, (i) => task.y[rows[i]]);
  const repeats = repeatsOf(task);
  // the entry of a row but for how often it is drawn
  const blank = Int32Array.from(rows, (row) => (row << 8) | splitter.markOf(row));

  return (t) => {
    const key = treeKey(settings.seed, t);
    draw(key, counts);
    let entries = fillEntries(space, splitter.shift, blank, counts, repeats);
    // no row of any weight was drawn: the tree learns from all of them
    if (entries === 0) entries = fillEntries(space, splitter.shift, blank, counts.fill(1), repeats);
    return grower.grow(entries, key);
  };
}

/** How often a drawn row counts, by position among the rows; undefined when each counts once. */
function repeatsOf(task: ForestTask): Uint8Array | undefined {
  const { rows, sampleWeight } = task;
  if (!sampleWeight) return undefined;
  if (wholeWeights(task)) return Uint8Array.from(rows, (row) => sampleWeight[row]);
  // a row of weight 0 is not there
  return Uint8Array.from(rows, (row) => (sampleWeight[row] > 0 ? 1 : 0));
}

/** Writes an entry for each drawn row, several for one that counts very often; returns their number. */
function fillEntries(
  { entries }: Workspace,
  shift: number,
  blank: Int32Array,
  counts: Uint16Array,
  repeats: Uint8Array | undefined,
): number {
  let size = 0;
  for (let i = 0; i < blank.length; i++) {
    let drawn = repeats ? counts[i] * repeats[i] : counts[i];
    for (; drawn > MOST; drawn -= MOST) entries[size++] = blank[i] | (MOST << shift);
    entries[size] = blank[i] | (drawn << shift);
    if (drawn > 0) size++;
  }
  return size;
}

function makeSplitter(task: ForestTask, space: Workspace): Splitter {
  const { columns, classes, settings } = task;
  const { criterion, minSamplesLeaf } = settings;
  const sampleWeight = wholeWeights(task) ? undefined : task.sampleWeight;
  const rates = categoryRates(task, space);
  if (classes === 0)
    return new MeanSplitter(space, columns, { y: task.y as Float64Array, minSamplesLeaf, sampleWeight }, rates);
  const y = task.y as Uint8Array;
  const fixed = settings.classWeight === "balanced" ? balancedClassWeights(countsOf(task)) : settings.classWeight;
  const classWeight = (drawn: ArrayLike<number>): ArrayLike<number> =>
    Array.isArray(fixed) ? fixed : settings.classWeight ? balancedClassWeights(drawn) : Array.from(drawn, () => 1);
  if (classes > 2 || sampleWeight) {
    const target = { y, classes, criterion, minSamplesLeaf, sampleWeight, classWeight };
    return new ClassesSplitter(space, columns, target, rates);
  }
  const weights = (zeros: number, ones: number) => classWeight([zeros, ones]) as [number, number];
  return new BinarySplitter(space, columns, { y, criterion, minSamplesLeaf, classWeight: weights }, rates);
}

/** Rows of each class, before the bootstrap. */
function countsOf({ rows, y, classes, sampleWeight }: ForestTask): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (let i = 0; i < rows.length; i++) counts[y[rows[i]]] += sampleWeight ? sampleWeight[rows[i]] : 1;
  return counts;
}
