/** Scores of one chunk, parted by what came true; each ascending. */
export interface ScoresByClass {
  readonly positive: Float64Array;
  readonly negative: Float64Array;
}

/** Parts the scores of rows `from` … `to − 1` by class, leaving out rows with a missing score or label. */
export function scoresByClass(score: Float64Array, truth: Float64Array, from: number, to: number): ScoresByClass {
  const positive = new Float64Array(to - from);
  const negative = new Float64Array(to - from);
  let p = 0;
  let n = 0;
  for (let i = from; i < to; i++) {
    const value = score[i];
    const label = truth[i];
    if (Number.isNaN(value)) continue;
    if (label === 1) positive[p++] = value;
    else if (label === 0) negative[n++] = value;
  }
  return { positive: positive.subarray(0, p).sort(), negative: negative.subarray(0, n).sort() };
}

/** Area under the ROC curve, as the Mann–Whitney statistic with ties counted half; NaN with one class. */
export function rocAuc({ positive, negative }: ScoresByClass): number {
  if (positive.length === 0 || negative.length === 0) return Number.NaN;
  let below = 0;
  let through = 0;
  let twice = 0;
  for (let i = 0; i < positive.length; i++) {
    const value = positive[i];
    while (below < negative.length && negative[below] < value) below++;
    if (through < below) through = below;
    while (through < negative.length && negative[through] === value) through++;
    twice += below + through;
  }
  return twice / 2 / (positive.length * negative.length);
}

/** The same of all rows, from their order by ascending score; rows with a missing score or label are left out. */
export function rocAucInOrder(order: Uint32Array, score: Float64Array, truth: Float64Array): number {
  let positives = 0;
  let negatives = 0;
  let twice = 0;
  for (let i = 0; i < order.length; ) {
    const value = score[order[i]];
    if (Number.isNaN(value)) break;
    const below = negatives;
    let tied = 0;
    do {
      const label = truth[order[i++]];
      if (label === 1) tied++;
      else if (label === 0) negatives++;
    } while (i < order.length && score[order[i]] === value);
    positives += tied;
    twice += tied * (below + negatives);
  }
  return twice / 2 / (positives * negatives);
}

/** Average precision: Σ (Rₖ − Rₖ₋₁)·Pₖ over the distinct scores, greatest first; NaN without a positive. */
export function averagePrecision({ positive, negative }: ScoresByClass): number {
  const total = positive.length;
  if (total === 0) return Number.NaN;
  let p = total - 1;
  let n = negative.length - 1;
  let area = 0;
  while (p >= 0) {
    const value = positive[p];
    const before = p;
    while (p >= 0 && positive[p] === value) p--;
    while (n >= 0 && negative[n] >= value) n--;
    const found = total - 1 - p;
    area += ((before - p) / total) * (found / (found + negative.length - 1 - n));
  }
  return area;
}
