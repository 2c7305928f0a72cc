import { ChurnError } from "../../core/errors.js";
import type { BinnedMatrix, ColumnBins } from "../loops/binned-matrix.js";
import { binOf, binWith } from "../matrix/bin.js";
import { columnsByName } from "../matrix/columns-by-name.js";
import type { Matrix } from "../matrix/matrix.js";
import { sameBins } from "../matrix/same-bins.js";
import { softmax } from "../trees/boosting-loss.js";
import { headTrees, truncateTrees } from "../trees/cut-trees.js";
import { gainImportances, impurityImportances } from "../trees/impurity-importances.js";
import type { Trees } from "../trees/tree.js";
import type { BoostingSettings, ForestSettings } from "../trees/tree-options.js";
import { leafOf, type PackedTrees, packTrees, sumLeaves } from "../trees/walk-trees.js";
import { decodeForest, encodeForest } from "./forest-bytes.js";
import type { ForestParts } from "./forest-parts.js";

/** Rows of a matrix that is binned already, all of them when `rows` is left out. */
export interface BinnedRows {
  binned: BinnedMatrix;
  rows?: Int32Array;
}

/** A probability that rounding has made 0 or 1, between them. */
const within = (p: number): number => Math.min(1 - Number.EPSILON / 2, Math.max(Number.MIN_VALUE, p));

/** Rows up to which a walk in JavaScript is faster than to pack the trees for the loop. */
const FEW = 64;

/**
 * A fitted random forest (Breiman 2001), the mean of its trees; or boosted trees, their sum. It does not change; what cuts
 * it gives a new one.
 *
 * @example
 * ```ts
 * await writeFile("churn.forest", forest.toBytes());
 * Forest.fromBytes(await readFile("churn.forest")).predictRow([12, 3]);
 * ```
 */
export class Forest {
  readonly names: readonly string[];
  readonly classes: readonly string[];
  readonly options: ForestSettings | BoostingSettings;
  readonly #parts: ForestParts;
  #walk: PackedTrees | undefined;
  #row: Uint8Array | undefined;

  constructor(parts: ForestParts) {
    this.#parts = parts;
    this.names = parts.names;
    this.classes = parts.classes;
    this.options = parts.options;
  }

  /** The nodes of all trees. */
  get trees(): Trees {
    return this.#parts.trees;
  }

  /** The bins of each column. */
  get columns(): readonly ColumnBins[] {
    return this.#parts.columns;
  }

  get numTrees(): number {
    return this.trees.offsets.length - 1;
  }

  get kind(): "forest" | "boosting" {
    return this.#parts.boosting ? "boosting" : "forest";
  }

  /** What the sum of the trees is multiplied by. */
  get treeWeight(): number {
    const { boosting, prior } = this.#parts;
    return boosting ? 1 : 1 / (this.numTrees + (prior ? 1 : 0));
  }

  /** What is added to it, by output. */
  get offsets(): readonly number[] {
    const { boosting, prior, trees } = this.#parts;
    return (
      boosting?.offsets ?? prior?.map((share) => share * this.treeWeight) ?? new Array<number>(trees.outputs).fill(0)
    );
  }

  /** What makes probabilities of the sums of boosted trees. */
  get link(): "none" | "logistic" | "softmax" {
    return this.#parts.boosting?.link ?? "none";
  }

  /**
   * Score of each row: the probability of class 1 of two, or the value of a regression.
   *
   * @throws ChurnError BAD_INPUT for a missing column, or a forest of more classes
   */
  predict(x: Matrix | BinnedRows): Float64Array {
    if (this.trees.outputs > 1) {
      throw new ChurnError("BAD_INPUT", `forest of ${this.classes.length} classes has no single score`, {
        hint: "use predictProbabilities",
      });
    }
    return this.#means(x);
  }

  /**
   * Probability of class 1 for each row.
   *
   * @param x columns by name, in any order, more than needed allowed; or rows of the binned matrix of the fit
   * @throws ChurnError BAD_INPUT for a missing column, or a forest that is not of two classes
   */
  predictProbability(x: Matrix | BinnedRows): Float64Array {
    if (this.classes.length !== 2) {
      throw new ChurnError("BAD_INPUT", `forest of ${this.classes.length} classes has no single probability`, {
        hint: "use predictProbabilities",
      });
    }
    return this.#means(x);
  }

  /**
   * Score of one row, as `predict` gives it, in some microseconds.
   *
   * @param values a value for each of `names`, in this order: numbers (NaN or null = missing), texts for categories
   */
  predictRow(values: ArrayLike<number | string | null>): number {
    const { columns } = this;
    if (values.length !== columns.length || this.trees.outputs > 1) {
      throw new ChurnError(
        "BAD_INPUT",
        `row has ${values.length} values, a forest of one score takes ${columns.length}`,
      );
    }
    this.#walk ??= packTrees(this.trees);
    this.#row ??= new Uint8Array(columns.length);
    for (let j = 0; j < columns.length; j++) this.#row[j] = binOf(columns[j], values[j]);
    let sum = 0;
    for (let t = 0; t < this.numTrees; t++) sum += this.trees.value[leafOf(this.#walk, t, this.#row, 0)];
    return this.score(sum, this.numTrees);
  }

  /** Probabilities of all classes, row after row. */
  predictProbabilities(x: Matrix | BinnedRows): Float64Array {
    if (this.classes.length === 0) throw new ChurnError("BAD_INPUT", "a regression forest gives no probabilities");
    const means = this.#means(x);
    if (this.classes.length > 2) return means;
    const both = new Float64Array(means.length * 2);
    for (let i = 0; i < means.length; i++) {
      both[2 * i] = 1 - means[i];
      both[2 * i + 1] = means[i];
    }
    return both;
  }

  /**
   * Importance of each column, summing to 1 (all 0 for trees without a split): the mean decrease of impurity as in
   * scikit-learn, or for boosted trees the gain of their splits.
   */
  importances(): Float64Array {
    const { options, trees } = this;
    const columns = this.names.length;
    const { boosting } = this.#parts;
    if (boosting) return gainImportances(trees, columns, boosting.l2);
    const squares = this.classes.length === 0 || !("criterion" in options);
    return impurityImportances(trees, columns, squares ? "squares" : options.criterion);
  }

  /** The forest of the first trees; the same as one fitted with this `numTrees`. */
  head(numTrees: number): Forest {
    if (!Number.isInteger(numTrees) || numTrees < 1 || numTrees > this.numTrees) {
      throw new ChurnError("BAD_OPTION", `forest of ${this.numTrees} trees has no first ${numTrees}`);
    }
    return new Forest({
      ...this.#parts,
      options: { ...this.options, numTrees },
      trees: headTrees(this.trees, numTrees),
    });
  }

  /** The forest with its trees cut at a depth; the same as one fitted with this `maxDepth` (when `maxLeaves` is null). */
  truncated(maxDepth: number): Forest {
    if (!Number.isInteger(maxDepth) || maxDepth < 0) {
      throw new ChurnError("BAD_OPTION", `maxDepth cannot be ${maxDepth}`, { hint: "it takes a whole number ≥ 0" });
    }
    if (this.kind === "boosting") throw new ChurnError("BAD_OPTION", "boosted trees cannot be cut at a depth");
    const { maxDepth: own } = this.options;
    return new Forest({
      ...this.#parts,
      options: { ...this.options, maxDepth: own === null ? maxDepth : Math.min(own, maxDepth) },
      trees: truncateTrees(this.trees, maxDepth),
    });
  }

  /** The forest as bytes: versioned, compressed, with a checksum. */
  toBytes(): Uint8Array {
    return encodeForest(this.#parts);
  }

  /** @throws ChurnError MODEL_DAMAGED when the bytes are not those of a whole forest of this version */
  static fromBytes(bytes: Uint8Array): Forest {
    return new Forest(decodeForest(bytes));
  }

  toJSON(): { format: string; data: string } {
    return { format: "churn-workbench forest", data: Buffer.from(this.toBytes()).toString("base64") };
  }

  /** @throws ChurnError MODEL_DAMAGED when the value is not what `toJSON` gave */
  static fromJSON(value: unknown): Forest {
    const { format, data } = (value ?? {}) as { format?: unknown; data?: unknown };
    if (format !== "churn-workbench forest" || typeof data !== "string") {
      throw new ChurnError("MODEL_DAMAGED", "this JSON is not a forest of the workbench");
    }
    return Forest.fromBytes(Buffer.from(data, "base64"));
  }

  #means(x: Matrix | BinnedRows): Float64Array {
    this.#walk ??= packTrees(this.trees);
    const { binned, rows } = this.binned(x);
    const size = rows ? rows.length : binned.rows;
    const sums =
      this.trees.outputs === 1 && size > this.#few
        ? sumLeaves(this.#walk, binned.codes, binned.stride, rows, size)
        : this.#sumsByRow(this.#walk, binned, rows, size);
    const { link, offsets, numTrees } = this;
    const { outputs } = this.trees;
    if (link !== "softmax") for (let i = 0; i < sums.length; i++) sums[i] = this.score(sums[i], numTrees, i % outputs);
    else {
      const classes = offsets.length;
      for (let i = 0; i < sums.length; i++) sums[i] += offsets[i % classes];
      for (let at = 0; at < sums.length; at += classes) softmax(sums, sums, at, classes);
      for (let i = 0; i < sums.length; i++) sums[i] = within(sums[i]);
    }
    return sums;
  }

  /** Rows up to which it takes longer to lay the trees out; with categories that is longer, and by node. */
  get #few(): number {
    const { sets, column } = this.trees;
    return sets.length > 0 ? Math.max(FEW, column.length / this.numTrees) : FEW;
  }

  /** The score that the sum of the leaves of some trees gives, but for boosted trees of several classes. */
  score(sum: number, trees: number, output = 0): number {
    const { boosting, prior } = this.#parts;
    if (prior) return (sum + prior[output]) / (trees + 1);
    if (!boosting) return sum / trees;
    const score = sum + boosting.offsets[0];
    return boosting.link === "logistic" ? within(1 / (1 + Math.exp(-score))) : score;
  }

  #sumsByRow(
    walk: PackedTrees,
    { codes, stride }: BinnedMatrix,
    rows: Int32Array | undefined,
    size: number,
  ): Float64Array {
    const { outputs, value } = this.trees;
    const sums = new Float64Array(size * outputs);
    for (let i = 0; i < size; i++) {
      for (let t = 0; t < this.numTrees; t++) {
        const leaf = leafOf(walk, t, codes, (rows ? rows[i] : i) * stride) * outputs;
        for (let k = 0; k < outputs; k++) sums[i * outputs + k] += value[leaf + k];
      }
    }
    return sums;
  }

  /** A matrix by the bins of the forest; what is binned already is checked. */
  binned(x: Matrix | BinnedRows): BinnedRows {
    if ("binned" in x) {
      if (x.binned.columns !== this.columns && !sameBins(x.binned.columns, this.columns)) {
        throw new ChurnError("BAD_INPUT", "matrix was binned otherwise than that of the fit", {
          hint: "give the matrix itself",
        });
      }
      return x;
    }
    return { binned: binWith(columnsByName(x, this.names), this.columns) };
  }
}
