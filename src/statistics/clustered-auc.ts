import { argsort } from "./argsort.js";
import { Z95 } from "./normal.js";

/** An area under the ROC curve with limits of a 95 % interval. */
export interface ClusteredAuc {
  auc: number;
  low: number;
  high: number;
  /** Standard error; the limits are those of the log-odds, so that they stay within 0 and 1. */
  error: number;
}

/**
 * Area under the ROC curve of rows that come in clusters, as the snapshots of a subscriber do, with its interval (Obuchowski 1997,
 * "Nonparametric analysis of clustered ROC curve data"; with one row a cluster the interval of DeLong et al. 1988).
 *
 * @param label 0 or 1 a row
 * @param score any finite number a row
 * @param cluster number of the row's cluster, from 0 on
 * @returns null when only one class is there
 * @example
 * clusteredAuc([0, 0, 1, 1], [1, 3, 2, 4], [0, 0, 1, 2])?.auc; // 0.75
 */
export function clusteredAuc(
  label: ArrayLike<number>,
  score: ArrayLike<number>,
  cluster: ArrayLike<number>,
): ClusteredAuc | null {
  const rows = label.length;
  let positives = 0;
  let clusters = 0;
  for (let i = 0; i < rows; i++) {
    positives += label[i];
    if (cluster[i] >= clusters) clusters = cluster[i] + 1;
  }
  const negatives = rows - positives;
  if (positives === 0 || negatives === 0) return null;
  const placed = placements(label, score, { positives, negatives });
  let sum = 0;
  for (let i = 0; i < rows; i++) if (label[i]) sum += placed[i];
  const auc = sum / positives;

  // of each cluster: how far its positives, and its negatives, lie from the mean
  const up = new Float64Array(clusters);
  const down = new Float64Array(clusters);
  const kinds = new Uint8Array(clusters);
  for (let i = 0; i < rows; i++) {
    const k = cluster[i];
    if (label[i]) up[k] += placed[i] - auc;
    else down[k] += placed[i] - auc;
    kinds[k] |= label[i] ? 1 : 2;
  }
  const of = { up: 0, down: 0, both: 0 };
  const count = { up: 0, down: 0, any: 0 };
  for (let k = 0; k < clusters; k++) {
    of.up += up[k] * up[k];
    of.down += down[k] * down[k];
    of.both += up[k] * down[k];
    if (kinds[k] & 1) count.up++;
    if (kinds[k] & 2) count.down++;
    if (kinds[k]) count.any++;
  }
  const spread = (total: number, n: number) => (n > 1 ? (n / (n - 1)) * total : 0);
  const variance =
    spread(of.up, count.up) / positives ** 2 +
    spread(of.down, count.down) / negatives ** 2 +
    (2 * spread(of.both, count.any)) / (positives * negatives);
  const error = Math.sqrt(Math.max(0, variance));
  return { auc, error, ...limits(auc, error) };
}

/** Of each row the share of the other class that it stands on the right side of, ties counting half. */
function placements(
  label: ArrayLike<number>,
  score: ArrayLike<number>,
  { positives, negatives }: { positives: number; negatives: number },
): Float64Array {
  const order = argsort(score);
  const placed = new Float64Array(order.length);
  let up = 0;
  let down = 0;
  for (let i = 0; i < order.length; ) {
    let end = i;
    let upHere = 0;
    while (end < order.length && score[order[end]] === score[order[i]]) upHere += label[order[end++]];
    const downHere = end - i - upHere;
    for (; i < end; i++) {
      const row = order[i];
      placed[row] = label[row] ? (down + downHere / 2) / negatives : (positives - up - upHere / 2) / positives;
    }
    up += upHere;
    down += downHere;
  }
  return placed;
}

function limits(auc: number, error: number): { low: number; high: number } {
  if (!(auc > 0 && auc < 1)) return { low: auc, high: auc };
  const odds = Math.log(auc / (1 - auc));
  const width = (Z95 * error) / (auc * (1 - auc));
  const back = (x: number) => 1 / (1 + Math.exp(-x));
  return { low: back(odds - width), high: back(odds + width) };
}
