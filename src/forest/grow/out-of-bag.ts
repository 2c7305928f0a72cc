import { ChurnError } from "../../core/errors.js";
import type { Matrix } from "../matrix/matrix.js";
import type { BinnedRows, Forest } from "../model/forest.js";
import { leafOf, packTrees } from "../trees/walk-trees.js";
import { treeKey } from "./keyed-random.js";
import { rowSampler } from "./row-sampler.js";

/** Scores of the training rows by the trees that did not draw them. */
export interface OutOfBag {
  /** Mean over the trees that did not draw the row; for a row that all trees drew, the mean of the other rows. */
  probability: Float64Array;
  /** Number of trees that did not draw the row. */
  trees: Int32Array;
}

/**
 * Scores the rows that a forest was fitted on by the trees that did not draw them (Breiman 2001): an estimate of what the
 * forest does on new rows, for free. Which trees drew a row follows from the seed.
 *
 * @param x what was given to `fitForest`: the same rows in the same order
 * @param y the same, for a forest that was fitted with a balanced bootstrap: the classes decide what is drawn
 * @returns scores by row, and the number of trees that each is the mean of
 * @throws ChurnError BAD_INPUT when the forest was fitted on all rows for each tree, or has not two classes
 * @example
 * ```ts
 * const { probability } = outOfBag(forest, x);
 * rocAuc(churned, probability);
 * ```
 */
export function outOfBag(forest: Forest, x: Matrix | BinnedRows, y?: ArrayLike<number>): OutOfBag {
  if (!("bootstrap" in forest.options))
    throw new ChurnError("BAD_INPUT", "boosted trees draw no rows, so none is out of bag");
  const { bootstrap, classWeight, maxSamples, seed } = forest.options;
  if (!bootstrap && maxSamples === null) {
    throw new ChurnError("BAD_INPUT", "no row is out of bag: each tree was grown on all rows", {
      hint: "fit with bootstrap true, or with maxSamples",
    });
  }
  if (forest.trees.outputs !== 1)
    throw new ChurnError("BAD_INPUT", "out-of-bag scores are for two classes or a regression");
  const { binned, rows } = forest.binned(x);
  const size = rows ? rows.length : binned.rows;
  if (classWeight === "balanced_bootstrap" && !y)
    throw new ChurnError("BAD_INPUT", "out-of-bag scores of a balanced bootstrap need the classes", {
      hint: "give them after the rows: outOfBag(forest, x, y)",
    });
  const counts = new Uint16Array(size);
  const draw = rowSampler(forest.options, size, (i) => y?.[rows ? rows[i] : i] ?? 0);
  const sums = new Float64Array(size);
  const trees = new Int32Array(size);
  const walk = packTrees(forest.trees);
  for (let t = 0; t < forest.numTrees; t++) {
    draw(treeKey(seed, t), counts);
    for (let i = 0; i < size; i++) {
      if (counts[i] > 0) continue;
      sums[i] += forest.trees.value[leafOf(walk, t, binned.codes, (rows ? rows[i] : i) * binned.stride)];
      trees[i]++;
    }
  }
  let total = 0;
  let scored = 0;
  for (let i = 0; i < size; i++) {
    if (trees[i] === 0) continue;
    sums[i] = forest.score(sums[i], trees[i]);
    total += sums[i];
    scored++;
  }
  if (scored === 0) throw new ChurnError("BAD_INPUT", "no row is out of bag: each tree drew all rows");
  for (let i = 0; i < size; i++) if (trees[i] === 0) sums[i] = total / scored;
  return { probability: sums, trees };
}
