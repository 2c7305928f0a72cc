/** Rows by label and decision: counts, sums of weights where rows have weights, or expected counts of an estimate. */
export interface Confusion {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  readonly trueNegatives: number;
}

/**
 * Counts rows by label and decision at a threshold: a row is predicted 1 when its score is at least the threshold.
 *
 * @param label 0 or 1 a row
 * @param score a number a row
 * @param weight of each row; 1 by default
 * @example
 * confusion([0, 1, 1], [0.2, 0.4, 0.9], 0.5); // { truePositives: 1, falsePositives: 0, falseNegatives: 1, trueNegatives: 1 }
 */
export function confusion(
  label: ArrayLike<number>,
  score: ArrayLike<number>,
  threshold: number,
  weight?: ArrayLike<number>,
): Confusion {
  let truePositives = 0;
  let falsePositives = 0;
  let falseNegatives = 0;
  let trueNegatives = 0;
  for (let i = 0; i < label.length; i++) {
    const w = weight ? weight[i] : 1;
    if (score[i] >= threshold) {
      if (label[i]) truePositives += w;
      else falsePositives += w;
    } else if (label[i]) falseNegatives += w;
    else trueNegatives += w;
  }
  return { truePositives, falsePositives, falseNegatives, trueNegatives };
}

/**
 * Counts rows `from` … `to − 1` by label and predicted class; rows where either is not 0 or 1 are left out.
 *
 * @param label 0, 1, or NaN where it is missing
 * @param predicted 0, 1, or NaN where it is missing
 * @example
 * countConfusion(Float64Array.of(1, 0, NaN), Float64Array.of(1, 1, 1)); // one true and one false positive
 */
export function countConfusion(label: Float64Array, predicted: Float64Array, from = 0, to = label.length): Confusion {
  // a place a pair: 2 · label + predicted
  const counts = new Int32Array(4);
  for (let i = from; i < to; i++) {
    const y = label[i];
    const yes = predicted[i];
    if ((y !== 0 && y !== 1) || (yes !== 0 && yes !== 1)) continue;
    counts[2 * y + yes]++;
  }
  return {
    truePositives: counts[3],
    falsePositives: counts[1],
    falseNegatives: counts[2],
    trueNegatives: counts[0],
  };
}

/** Rows of all four kinds. */
export function confusionSize(c: Confusion): number {
  return c.truePositives + c.trueNegatives + c.falsePositives + c.falseNegatives;
}

/**
 * Share of the rows predicted 1 that are 1.
 *
 * @returns 0 … 1, or null when none is predicted 1
 * @example
 * precision(confusion([0, 1, 1], [0.6, 0.7, 0.2], 0.5)); // 0.5
 */
export function precision({ truePositives, falsePositives }: Confusion): number | null {
  return ratio(truePositives, truePositives + falsePositives);
}

/**
 * Share of the rows that are 1 which are predicted 1 (sensitivity).
 *
 * @returns 0 … 1, or null when no row is 1
 * @example
 * recall(confusion([0, 1, 1], [0.6, 0.7, 0.2], 0.5)); // 0.5
 */
export function recall({ truePositives, falseNegatives }: Confusion): number | null {
  return ratio(truePositives, truePositives + falseNegatives);
}

/**
 * Share of the rows that are 0 which are predicted 0.
 *
 * @returns 0 … 1, or null when no row is 0
 * @example
 * specificity(confusion([0, 0, 1], [0.6, 0.1, 0.9], 0.5)); // 0.5
 */
export function specificity({ trueNegatives, falsePositives }: Confusion): number | null {
  return ratio(trueNegatives, trueNegatives + falsePositives);
}

/**
 * Harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN).
 *
 * @returns 0 … 1, or null when no row is 1 and none is predicted 1
 * @example
 * f1(confusion([0, 1, 1], [0.6, 0.7, 0.2], 0.5)); // 0.5
 */
export function f1({ truePositives, falsePositives, falseNegatives }: Confusion): number | null {
  return ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives);
}

/**
 * Share of the rows predicted right.
 *
 * @returns 0 … 1, or null when there is no row
 * @example
 * accuracy(confusion([0, 0, 1], [0.6, 0.1, 0.9], 0.5)); // 0.6666…
 */
export function accuracy(c: Confusion): number | null {
  return ratio(c.truePositives + c.trueNegatives, confusionSize(c));
}

const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
