import { type Correlation, correlationOf, rankCorrelationOf } from "../statistics/correlation.js";
import type { Tally } from "./tally.js";

/** Correlations of one column with a label of 0 and 1. */
export interface LabelCorrelation {
  column: string;
  /** Pearson's, which with such a label is the point-biserial. */
  pearson: Correlation;
  spearman: Correlation;
}

/**
 * Correlates a column with a label of 0 and 1: the same as `pearson` and `spearman` of the rows, from the counts alone.
 *
 * Rows without a value or a label are left out.
 */
export function correlateWithLabel(column: string, tally: Tally): LabelCorrelation {
  const { values, stayed, churned } = tally;
  const ranks = new Float64Array(values.length);
  let before = 0;
  for (let v = 0; v < values.length; v++) {
    const ties = stayed[v] + churned[v];
    // the mean of the ranks before + 1 … before + ties
    ranks[v] = before + (ties + 1) / 2;
    before += ties;
  }
  return {
    column,
    pearson: correlationOf(moments(values, tally)),
    spearman: rankCorrelationOf(moments(ranks, tally)),
  };
}

/** Churn as a straight line of a column, by least squares: the linear probability model. */
export interface TrendLine {
  slope: number;
  intercept: number;
  /** Share of the label's variance that the line explains: Pearson's r, squared. */
  r2: number;
}

/** Fits the trend line of the label over a column; null when either is constant. */
export function trendLine(tally: Tally): TrendLine | null {
  const { n, low, high, meanX, meanY, xx, yy, xy } = moments(tally.values, tally);
  if (n < 2 || low.x === high.x || low.y === high.y || !(xx > 0)) return null;
  const slope = xy / xx;
  return { slope, intercept: meanY - slope * meanX, r2: Math.min(1, (xy * xy) / (xx * yy)) };
}

function moments(x: Float64Array, { stayed, churned }: Tally) {
  let n = 0;
  let ones = 0;
  let sum = 0;
  let lowX = Infinity;
  let highX = -Infinity;
  for (let v = 0; v < x.length; v++) {
    const rows = stayed[v] + churned[v];
    if (rows === 0) continue;
    n += rows;
    ones += churned[v];
    sum += rows * x[v];
    if (x[v] < lowX) lowX = x[v];
    if (x[v] > highX) highX = x[v];
  }
  const meanX = sum / n;
  const meanY = ones / n;
  let xx = 0;
  let xy = 0;
  for (let v = 0; v < x.length; v++) {
    const d = x[v] - meanX;
    xx += (stayed[v] + churned[v]) * d * d;
    xy += d * (churned[v] - (stayed[v] + churned[v]) * meanY);
  }
  return {
    n,
    meanX,
    meanY,
    xx,
    yy: n * meanY * (1 - meanY),
    xy,
    low: { x: lowX, y: ones === n ? 1 : 0 },
    high: { x: highX, y: ones === 0 ? 0 : 1 },
  };
}
