import type { ColumnShape } from "./binned-matrix.js";
import { setSplit } from "./category-set.js";
import { ColumnDraw } from "./draws.js";
import type { HessianCode } from "./hessian-code.js";
import { MISSING } from "./missing.js";
import type { Split } from "./split-finder.js";

/** Bytes of the bins of one column: 256 pairs of gradient and coded hessian. */
export const PAIRS_BYTES = 4096;
/** Hessian that a split needs, as in scikit-learn. */
const LEAST_HESSIAN = 1e-3;
/** What the rate of a category is smoothed by when categories are ordered, as in LightGBM. */
const SMOOTHING = 10;

/** Limits of a boosted tree. */
export interface BoostLimits {
  learningRate: number;
  maxLeaves: number;
  maxDepth: number;
  minSamplesLeaf: number;
  l2: number;
  /** Columns drawn at each node. */
  drawn: number;
  /** −1, 0 or 1 by column. */
  monotone: Int8Array;
}

/** A node of a growing tree. */
export interface BoostNode {
  index: number;
  from: number;
  to: number;
  depth: number;
  key: number;
  gradient: number;
  hessian: number;
  /** Limits of the value that monotone columns leave. */
  low: number;
  high: number;
  value: number;
  /** Which bins hold the sums of this node. */
  slot: number;
  gain: number;
  split: (Split & { gradient: number; hessian: number }) | undefined;
}

/** The value of a leaf within limits, before the learning rate: −G / (H + λ). */
export function leafValue(gradient: number, hessian: number, l2: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, -gradient / (hessian + l2)));
}

/**
 * Gives a function that looks for the best split of a node and leaves it there.
 *
 * @param bins sums by slot, column and code: pairs of gradient and coded hessian
 * @param slotBytes bytes of the bins of a node
 */
export function boostSplitter(
  bins: Float64Array,
  slotBytes: number,
  columns: readonly ColumnShape[],
  limits: BoostLimits,
  code: HessianCode,
): (node: BoostNode) => void {
  const { count: countUnit, unit } = code;
  const { l2, minSamplesLeaf, monotone } = limits;
  const perCount = 1 / countUnit;
  const draw = new ColumnDraw(columns.length);
  const order = new Int32Array(256);
  const rates = new Float64Array(256);
  const scanned = new Float64Array(5);
  const constrained = monotone.some((sign) => sign !== 0);
  /** Twice the loss that a value saves; G² / (H + λ) where no limit holds. */
  const saved = (gradient: number, hessian: number, value: number) => -value * (2 * gradient + (hessian + l2) * value);

  return (node) => {
    const { gradient, hessian, low, high } = node;
    node.split = undefined;
    node.gain = 0;
    const rows = node.to - node.from;
    if (node.depth >= limits.maxDepth || rows < 2 * minSamplesLeaf || hessian < LEAST_HESSIAN) return;
    const own = saved(gradient, hessian, node.value);
    const best = {
      column: -1,
      split: 0,
      missingLeft: 0 as 0 | 1,
      set: undefined,
      impurity: 0,
      sums: new Float64Array(2),
    };
    const found = best as Split;
    let leftGradient = 0;
    let leftCoded = 0;
    let leftRows = 0;
    let leftHessian = 0;
    let sign = 0;
    const gainHere = (): number => {
      // a division by a power of two is exact
      leftRows = Math.floor(leftCoded * perCount);
      if (leftRows < minSamplesLeaf || rows - leftRows < minSamplesLeaf) return -1;
      leftHessian = (leftCoded - leftRows * countUnit) * unit;
      const rightGradient = gradient - leftGradient;
      const rightHessian = hessian - leftHessian;
      if (leftHessian < LEAST_HESSIAN || rightHessian < LEAST_HESSIAN) return -1;
      if (!constrained) {
        const left = (leftGradient * leftGradient) / (leftHessian + l2);
        return left + (rightGradient * rightGradient) / (rightHessian + l2) - own;
      }
      const left = leafValue(leftGradient, leftHessian, l2, low, high);
      const right = leafValue(rightGradient, rightHessian, l2, low, high);
      if (sign * (right - left) < 0) return -1;
      return saved(leftGradient, leftHessian, left) + saved(rightGradient, rightHessian, right) - own;
    };
    const keep = (column: number, gain: number) => {
      node.gain = gain;
      found.column = column;
      found.sums[0] = leftGradient;
      found.sums[1] = leftHessian;
    };
    draw.start(node.key);
    draw.drawTo(limits.drawn);
    for (let i = 0; i < limits.drawn; i++) {
      const column = draw.order[i]!;
      const { count: size, categorical } = columns[column]!;
      const at = (node.slot * slotBytes + column * PAIRS_BYTES) / 8;
      const missing = bins[at + 2 * MISSING + 1]! > 0;
      sign = monotone[column]!;
      if (categorical) {
        let used = 0;
        for (let c = 0; c < size; c++) if (bins[at + 2 * c + 1]! > 0) order[used++] = c;
        if (missing) order[used++] = MISSING;
        for (let k = 0; k < used; k++) {
          const c = order[k]!;
          const coded = bins[at + 2 * c + 1]!;
          rates[k] = bins[at + 2 * c]! / ((coded - Math.floor(coded * perCount) * countUnit) * unit + SMOOTHING);
        }
        sortByRate(order, rates, used);
        leftGradient = 0;
        leftCoded = 0;
        for (let k = 0; k < used - 1; k++) {
          leftGradient += bins[at + 2 * order[k]!]!;
          leftCoded += bins[at + 2 * order[k]! + 1]!;
          const gain = gainHere();
          if (gain <= node.gain) continue;
          keep(column, gain);
          setSplit(found, order, used, k, 2 * leftRows >= rows);
        }
        continue;
      }
      if (!constrained) {
        for (let missingLeft: 0 | 1 = 0; missingLeft <= (missing ? 1 : 0); missingLeft++) {
          const better = scanNumbers(bins, at, size, missingLeft, node, rows, limits, code, own, scanned);
          if (!better) continue;
          node.gain = scanned[0]!;
          found.column = column;
          found.set = undefined;
          found.split = scanned[1]!;
          found.sums[0] = scanned[2]!;
          found.sums[1] = scanned[3]!;
          found.missingLeft = (missing ? missingLeft : 2 * scanned[4]! >= rows ? 1 : 0) as 0 | 1;
        }
        continue;
      }
      for (let missingLeft: 0 | 1 = 0; missingLeft <= (missing ? 1 : 0); missingLeft++) {
        leftGradient = missingLeft ? bins[at + 2 * MISSING]! : 0;
        leftCoded = missingLeft ? bins[at + 2 * MISSING + 1]! : 0;
        for (let c = 0; c < size; c++) {
          const own = bins[at + 2 * c + 1]!;
          if (own === 0) continue;
          leftGradient += bins[at + 2 * c]!;
          leftCoded += own;
          const gain = gainHere();
          if (gain <= node.gain) continue;
          keep(column, gain);
          found.set = undefined;
          found.split = c;
          found.missingLeft = (missing ? missingLeft : 2 * leftRows >= rows ? 1 : 0) as 0 | 1;
        }
      }
    }
    if (found.column < 0 || node.gain < 1e-10) return;
    node.split = { ...found, gradient: found.sums[0]!, hessian: found.sums[1]! };
  };
}

/** Sorts the first `used` codes by rate, those of one rate as they come; there are few. */
function sortByRate(codes: Int32Array, rates: Float64Array, used: number): void {
  for (let k = 1; k < used; k++) {
    const code = codes[k]!;
    const rate = rates[k]!;
    let at = k;
    for (; at > 0 && rates[at - 1]! > rate; at--) {
      codes[at] = codes[at - 1]!;
      rates[at] = rates[at - 1]!;
    }
    codes[at] = code;
    rates[at] = rate;
  }
}

/**
 * Looks for a cut of a column of numbers that gains more than the node has, without limits of values: where nearly all of
 * the time goes, hence a function of its own, whose numbers stay in registers.
 *
 * @param missingLeft 1 puts missing values to the left
 * @param own twice the loss that the node's own value saves
 * @param out gain, last bin of the left, its gradient, hessian and rows
 */
function scanNumbers(
  bins: Float64Array,
  at: number,
  size: number,
  missingLeft: number,
  { gradient, hessian, gain }: BoostNode,
  rows: number,
  { l2, minSamplesLeaf }: BoostLimits,
  { count, unit }: HessianCode,
  own: number,
  out: Float64Array,
): boolean {
  const perCount = 1 / count;
  let left = missingLeft ? bins[at + 2 * MISSING]! : 0;
  let coded = missingLeft ? bins[at + 2 * MISSING + 1]! : 0;
  let most = gain;
  let better = false;
  for (let c = 0; c < size; c++) {
    const added = bins[at + 2 * c + 1]!;
    if (added === 0) continue;
    left += bins[at + 2 * c]!;
    coded += added;
    // a division by a power of two is exact
    const leftRows = Math.floor(coded * perCount);
    if (leftRows < minSamplesLeaf) continue;
    if (rows - leftRows < minSamplesLeaf) break;
    const leftHessian = (coded - leftRows * count) * unit;
    const rightHessian = hessian - leftHessian;
    if (leftHessian < LEAST_HESSIAN || rightHessian < LEAST_HESSIAN) continue;
    const right = gradient - left;
    const now = (left * left) / (leftHessian + l2) + (right * right) / (rightHessian + l2) - own;
    if (now <= most) continue;
    most = now;
    better = true;
    out[0] = now;
    out[1] = c;
    out[2] = left;
    out[3] = leftHessian;
    out[4] = leftRows;
  }
  return better;
}
