import type { BinnedMatrix } from "./bin.js";
import { binaryFinder } from "./binary-finder.js";
import { drawRows, treeKey } from "./draws.js";
import { drawnColumns, drawnRows, type ForestSettings } from "./forest-options.js";
import { treeGrower } from "./grow-tree.js";
import type { Trees } from "./tree.js";

/** All that a thread needs to grow any tree of a forest; plain data, so that it can be sent to a worker. */
export interface ForestTask {
  binned: BinnedMatrix;
  /** Rows of the matrix that are learnt from. */
  rows: Int32Array;
  /** Class by row of the matrix. */
  y: Uint8Array;
  classes: number;
  settings: ForestSettings;
}

/** Gives a function that grows tree number t of a forest. */
export function forestGrower(task: ForestTask): (t: number) => Trees {
  const { binned, rows, y, settings } = task;
  const size = drawnRows(settings.maxSamples, rows.length);
  const fixed = classWeights(task);
  const finder = binaryFinder(binned, y, {
    criterion: settings.criterion,
    minSamplesLeaf: settings.minSamplesLeaf,
    classWeight: (zeros, ones) =>
      settings.classWeight === "balanced_subsample" && zeros > 0 && ones > 0
        ? [(zeros + ones) / (2 * zeros), (zeros + ones) / (2 * ones)]
        : [fixed[0]!, fixed[1]!],
  });
  const grower = treeGrower(binned, finder, {
    maxDepth: settings.maxDepth ?? Number.POSITIVE_INFINITY,
    minSamplesSplit: Math.max(settings.minSamplesSplit, 2 * settings.minSamplesLeaf),
    maxLeaves: settings.maxLeaves ?? Number.POSITIVE_INFINITY,
    drawn: drawnColumns(settings.maxFeatures, binned.columns.length),
  });
  const counts = new Uint16Array(rows.length);
  const tree = { rows: new Int32Array(rows.length), payload: new Int32Array(rows.length) };

  return (t) => {
    const key = treeKey(settings.seed, t);
    drawRows(key, rows.length, size, settings.bootstrap, counts);
    let inBag = 0;
    for (let i = 0; i < rows.length; i++) {
      tree.rows[inBag] = rows[i]!;
      tree.payload[inBag] = counts[i]!;
      if (counts[i]! > 0) inBag++;
    }
    return grower.grow(tree, inBag, key);
  };
}

/** Weight of each class that does not depend on the bootstrap. */
function classWeights({ rows, y, classes, settings }: ForestTask): number[] {
  const { classWeight } = settings;
  if (Array.isArray(classWeight)) return classWeight as number[];
  const counts = new Array<number>(classes).fill(0);
  for (let i = 0; i < rows.length; i++) counts[y[rows[i]!]!]!++;
  return counts.map((count) => (classWeight === "balanced" && count > 0 ? rows.length / (classes * count) : 1));
}
