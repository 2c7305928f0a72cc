import { ChurnError } from "../../core/errors.js";
import { random } from "../../core/random.js";
import { mean as meanOf } from "../../statistics/mean.js";
import { rocAuc } from "../../statistics/roc-auc.js";
import { standardDeviation } from "../../statistics/standard-deviation.js";
import type { Matrix } from "../matrix/matrix.js";
import type { BinnedRows, Forest } from "../model/forest.js";
import { DEFAULT_SEED } from "../trees/tree-options.js";

/** How often features are shuffled, with which seed, and what is measured. */
export interface PermutationOptions {
  /** Shuffles of each column; 5. */
  repeats?: number;
  seed?: number | string;
  /** What is lost, larger is better: (labels, probability of class 1) → score; ROC AUC when left out. */
  score?: (y: ArrayLike<number>, p: Float64Array) => number;
}

/** How much a measure loses when a feature is shuffled: mean and standard deviation over repeats. */
export interface PermutationImportance {
  /** Score of the rows as they are. */
  score: number;
  /** Mean loss of score when the column is shuffled, by column. */
  mean: Float64Array;
  /** Standard deviation of that loss over the repeats (0 for one repeat). */
  sd: Float64Array;
}

/**
 * What a forest loses when a column is shuffled (Breiman 2001; as `permutation_importance` of scikit-learn); to be asked on
 * rows that it was not fitted on.
 *
 * @param forest of two classes
 * @param x columns by name, or rows of the binned matrix of the fit
 * @param y label of each row of `x`
 * @returns the loss of each column, in the order of `forest.names`
 * @throws ChurnError BAD_INPUT when all labels are of one class and no score is given
 * @example
 * ```ts
 * const { mean, sd } = permutationImportance(forest, test, churned, { repeats: 10 });
 * ```
 */
export function permutationImportance(
  forest: Forest,
  x: Matrix | BinnedRows,
  y: ArrayLike<number>,
  { repeats = 5, seed = DEFAULT_SEED, score = auc }: PermutationOptions = {},
): PermutationImportance {
  const { binned, rows } = forest.binned(x);
  const size = rows ? rows.length : binned.rows;
  if (y.length !== size) throw new ChurnError("BAD_INPUT", `there are ${y.length} labels for ${size} rows`);
  const { stride } = binned;
  const codes = new Uint8Array(size * stride);
  for (let i = 0; i < size; i++) {
    const at = (rows ? rows[i] : i) * stride;
    codes.set(binned.codes.subarray(at, at + stride), i * stride);
  }
  const part = { ...binned, rows: size, codes };
  const base = score(y, forest.predictProbability({ binned: part }));
  const mean = new Float64Array(forest.names.length);
  const sd = new Float64Array(forest.names.length);
  const used = new Set(forest.trees.column);
  for (let j = 0; j < mean.length; j++) {
    if (!used.has(j)) continue;
    const draw = random(`${seed}/permutation/${forest.names[j]}`);
    const own = Uint8Array.from({ length: size }, (_, i) => codes[i * stride + j]);
    const losses: number[] = [];
    for (let r = 0; r < repeats; r++) {
      const mixed = own.slice();
      for (let i = size - 1; i > 0; i--) {
        const other = draw.int(i + 1);
        [mixed[i], mixed[other]] = [mixed[other], mixed[i]];
      }
      for (let i = 0; i < size; i++) codes[i * stride + j] = mixed[i];
      losses.push(base - score(y, forest.predictProbability({ binned: part })));
    }
    for (let i = 0; i < size; i++) codes[i * stride + j] = own[i];
    mean[j] = meanOf(losses) ?? 0;
    sd[j] = standardDeviation(losses) ?? 0;
  }
  return { score: base, mean, sd };
}

function auc(y: ArrayLike<number>, p: Float64Array): number {
  const value = rocAuc(y, p);
  if (value === null) {
    throw new ChurnError("BAD_INPUT", "rows of one class have no ROC AUC", { hint: "give a score" });
  }
  return value;
}
