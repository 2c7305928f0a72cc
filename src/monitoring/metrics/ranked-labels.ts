import { numpyArgsort } from "../nannyml/numpy-argsort.js";

/** Labels in ascending order of the score (numpy's order inside ties), and where a run of equal scores begins. */
export interface RankedLabels {
  readonly labels: Uint8Array;
  readonly begins: Uint8Array;
  /** Classes and scores were turned round. */
  readonly flipped: boolean;
}

/** Ranks the labels of rows that have label and score. */
export function rankLabels(score: Float64Array, truth: Float64Array): RankedLabels {
  const values = new Float64Array(score.length);
  const known = new Uint8Array(score.length);
  let rows = 0;
  let positives = 0;
  for (let i = 0; i < score.length; i++) {
    const label = truth[i];
    if (Number.isNaN(label) || Number.isNaN(score[i])) continue;
    values[rows] = score[i];
    known[rows++] = label;
    positives += label;
  }
  // NannyML looks at the rarer class
  const flip = positives / rows > 0.5;
  if (flip) for (let i = 0; i < rows; i++) values[i] = 1 - values[i];
  const order = numpyArgsort(values.subarray(0, rows));
  const labels = new Uint8Array(rows);
  const begins = new Uint8Array(rows);
  for (let rank = 0; rank < rows; rank++) {
    const row = order[rank];
    labels[rank] = flip ? 1 - known[row] : known[row];
    begins[rank] = rank === 0 || values[row] !== values[order[rank - 1]] ? 1 : 0;
  }
  return { labels, begins, flipped: flip };
}
