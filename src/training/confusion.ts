/** Rows by label and decision; sums of weights where rows have weights. */
export interface Confusion {
  truePositives: number;
  falsePositives: number;
  falseNegatives: number;
  trueNegatives: number;
}

/**
 * Counts rows by label and decision at a threshold: a row is predicted 1 when its score is at least the threshold.
 *
 * @param label 0 or 1 a row
 * @param score a number a row
 * @param weight of each row
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

/** Share of the rows predicted 1 that are 1; null when none is predicted 1. */
export function precision({ truePositives, falsePositives }: Confusion): number | null {
  return ratio(truePositives, truePositives + falsePositives);
}

/** Share of the rows that are 1 which are predicted 1; null when no row is 1. */
export function recall({ truePositives, falseNegatives }: Confusion): number | null {
  return ratio(truePositives, truePositives + falseNegatives);
}

/** Harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN); null when no row is 1 and none is predicted 1. */
export function f1({ truePositives, falsePositives, falseNegatives }: Confusion): number | null {
  return ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives);
}

/** Share of the rows predicted right; null when there is no row. */
export function accuracy(counts: Confusion): number | null {
  const right = counts.truePositives + counts.trueNegatives;
  return ratio(right, right + counts.falsePositives + counts.falseNegatives);
}

const ratio = (part: number, whole: number) => (whole > 0 ? part / whole : null);
