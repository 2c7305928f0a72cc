import type { ColumnShape } from "../loops/binned-matrix.js";
import { MISSING } from "../loops/missing.js";
import type { Workspace } from "../loops/workspace.js";
import type { ForestTask } from "./forest-task.js";

/** Rows by which the rate of a level in a node is drawn to its rate in all rows. */
const SMOOTHING = 100;

/** Levels up to which they are ordered by the rows of the node at hand. */
const FEW_LEVELS = 10;

/** Whether a column has so many levels that rows which ordered them may not judge the split. */
export const hasManyLevels = ({ categorical, count }: ColumnShape): boolean => categorical && count > FEW_LEVELS;

/**
 * What the levels of categories are ordered by before they are cut in two.
 *
 * Few levels are ordered by their rate in the node, drawn to that in all rows (as `order` of ranger; Wright and König 2019).
 * Many are not: the best cut in an order that the labels of the very same rows made gains by chance, with 50 levels eight times
 * as much as that of a number, so that a column of noise would win. Their order is that of the rows which the tree did not draw
 * (honesty; Athey and Imbens 2016), one for the whole tree; a level without such a row has the rate of all of them.
 */
export class CategoryOrder {
  /** Weight of each row of the task, by position, that is outside of the tree at hand. */
  readonly outside: Float64Array;
  readonly #task: ForestTask;
  readonly #space: Workspace;
  readonly #few: LevelSums[];
  readonly #many: LevelSums[];
  readonly #of: (LevelSums | undefined)[];

  constructor(task: ForestTask, space: Workspace) {
    this.#task = task;
    this.#space = space;
    const { columns, rows, weights, classes } = task;
    const outputs = classes > 2 ? classes : 1;
    this.#of = columns.map((shape, column) =>
      shape.categorical ? newSums(column, hasManyLevels(shape), outputs) : undefined,
    );
    const all = this.#of.filter((sums) => sums !== undefined);
    this.#few = all.filter(({ isMany }) => !isMany);
    this.#many = all.filter(({ isMany }) => isMany);
    this.outside = new Float64Array(this.#many.length > 0 ? rows.length : 0);
    for (const sums of this.#few) this.#count(sums, (i) => (weights ? weights.of[rows[i]] : 1));
  }

  /**
   * Begins a tree, whose rows outside are known.
   *
   * @param classWeight weight of each class in the tree; 1 each when left out
   */
  start(classWeight?: ArrayLike<number>): void {
    for (const sums of this.#few) this.#rate(sums, classWeight);
    for (const sums of this.#many) {
      this.#count(sums, (i) => this.outside[i]);
      this.#rate(sums, classWeight);
    }
  }

  /**
   * What a level is ordered by in a node.
   *
   * @param sum of the label (or of one class) over the rows of the node with this code, of weight `weight`
   * @param k class, where there are more than two
   */
  rate(column: number, code: number, sum: number, weight: number, k = 0): number {
    const sums = this.#of[column];
    if (!sums) throw new Error(`column ${column} has no categories`);
    const known = sums.rates[code * sums.outputs + k];
    return sums.isMany ? known : (sum + SMOOTHING * known) / (weight + SMOOTHING);
  }

  #count({ column, outputs, weights, sums }: LevelSums, weightOf: (position: number) => number): void {
    const { rows, y } = this.#task;
    const { bytes, codesAt, stride } = this.#space;
    weights.fill(0);
    sums.fill(0);
    for (let i = 0; i < rows.length; i++) {
      const weight = weightOf(i);
      if (weight === 0) continue;
      const row = rows[i];
      const code = bytes[codesAt + row * stride + column];
      weights[code] += weight;
      if (outputs > 1) sums[code * outputs + y[row]] += weight;
      else sums[code] += weight * y[row];
    }
  }

  #rate({ outputs, weights, sums, rates }: LevelSums, classWeight: ArrayLike<number> | undefined): void {
    const { classes } = this.#task;
    const all = new Float64Array(outputs);
    let total = 0;
    const isPlain = classes === 0 || classWeight === undefined;
    const weightOf = (code: number): number => {
      if (isPlain) return weights[code];
      if (outputs === 1) return (weights[code] - sums[code]) * classWeight[0] + sums[code] * classWeight[1];
      let weight = 0;
      for (let k = 0; k < outputs; k++) weight += sums[code * outputs + k] * classWeight[k];
      return weight;
    };
    const sumOf = (code: number, k: number): number =>
      sums[code * outputs + k] * (isPlain ? 1 : classWeight[outputs === 1 ? 1 : k]);
    for (let code = 0; code <= MISSING; code++) {
      if (weights[code] === 0) continue;
      const weight = weightOf(code);
      total += weight;
      for (let k = 0; k < outputs; k++) {
        all[k] += sumOf(code, k);
        rates[code * outputs + k] = sumOf(code, k) / weight;
      }
    }
    for (let code = 0; code <= MISSING; code++) {
      if (weights[code] > 0) continue;
      for (let k = 0; k < outputs; k++) rates[code * outputs + k] = total > 0 ? all[k] / total : 0;
    }
  }
}

/** Sums and rates of the levels of a column, by code; for several classes one after the other. */
interface LevelSums {
  column: number;
  isMany: boolean;
  outputs: number;
  weights: Float64Array;
  sums: Float64Array;
  rates: Float64Array;
}

function newSums(column: number, isMany: boolean, outputs: number): LevelSums {
  const zeros = () => new Float64Array(256 * outputs);
  return { column, isMany, outputs, weights: new Float64Array(256), sums: zeros(), rates: zeros() };
}
