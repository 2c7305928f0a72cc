/**
 * Area under the ROC curve by the rank statistic of Mann and Whitney, ties counted half.
 *
 * @returns undefined when there is only one class
 */
export function rocAuc(y: ArrayLike<number>, score: Float64Array): number | undefined {
  const order = new Uint32Array(score.length).map((_, i) => i).sort((a, b) => score[a] - score[b]);
  let ranks = 0;
  let ones = 0;
  for (let from = 0; from < order.length; ) {
    let to = from;
    let tied = 0;
    for (; to < order.length && score[order[to]] === score[order[from]]; to++) if (y[order[to]] === 1) tied++;
    ranks += (tied * (from + 1 + to)) / 2;
    ones += tied;
    from = to;
  }
  const zeros = score.length - ones;
  return ones === 0 || zeros === 0 ? undefined : (ranks - (ones * (ones + 1)) / 2) / (ones * zeros);
}
