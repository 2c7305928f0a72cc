import { type Random, random } from "../core/random.js";
import { CELLS, type Confusion, cellTotal, confusionSize, countConfusion } from "./confusion.js";
import { numpyArgsort } from "./numpy-argsort.js";
import { isCell, type PerformanceKey, type PerformancePlan } from "./performance-metrics.js";
import { averagePrecision } from "./ranking-metrics.js";

/** The sampling error of a metric in a chunk of n rows is `scale / √n`, or `scale · √n` for counts and sums. */
export interface SamplingError {
  readonly scale: number;
  readonly grows: boolean;
}

export const samplingErrorAt = ({ scale, grows }: SamplingError, n: number): number =>
  n === 0 ? Number.NaN : grows ? scale * Math.sqrt(n) : scale / Math.sqrt(n);

export interface ReferenceRows {
  readonly score: Float64Array | undefined;
  readonly predicted: Float64Array | undefined;
  readonly truth: Float64Array;
}

const BOOTSTRAPS = 50;
const BOOTSTRAP_ROWS = 50_000;

/** Standard deviation of a ones and b zeros; NaN with neither. */
const spread = (a: number, b: number): number => Math.sqrt(a * b) / (a + b);

/** Fits the sampling errors of the metrics of a plan on the whole reference (the formulas of NannyML 0.13). */
export function fitSamplingErrors(
  { keys, normalize, matrix, perPrediction }: PerformancePlan,
  rows: ReferenceRows,
): Map<PerformanceKey, SamplingError> {
  const errors = new Map<PerformanceKey, SamplingError>();
  const confusion: Confusion = rows.predicted
    ? countConfusion(rows.truth, rows.predicted, 0, rows.truth.length)
    : { tp: 0, tn: 0, fp: 0, fn: 0 };
  const { tp, tn, fp, fn } = confusion;
  const total = confusionSize(confusion);
  // an error of a share of some rows: those are (a + b) / total of a chunk
  const partial = (a: number, b: number) => spread(a, b) / Math.sqrt((a + b) / total);
  for (const key of keys) {
    let scale: number;
    let grows = false;
    if (key === "roc_auc") scale = rocAucError(rows.score as Float64Array, rows.truth);
    else if (key === "average_precision") {
      scale = averagePrecisionError(rows.score as Float64Array, rows.truth, random("monitoring/average_precision"));
    } else if (key === "accuracy") scale = spread(tp + tn, fp + fn);
    else if (key === "precision") scale = partial(tp, fp);
    else if (key === "recall") scale = partial(tp, fn);
    else if (key === "specificity") scale = partial(tn, fp);
    else if (key === "f1") scale = ((tp + fp + fn) / (tp + (fp + fn) / 2)) * partial(tp, fp + fn);
    else if (isCell(key)) {
      const count = confusion[CELLS[key]];
      const of = normalize === null ? total : cellTotal(confusion, key, normalize);
      scale = spread(count, of - count) / Math.sqrt(of / total);
      grows = normalize === null;
    } else {
      const [[vTn, vFp], [vFn, vTp]] = matrix as NonNullable<typeof matrix>;
      const mean = (tn * vTn + fp * vFp + fn * vFn + tp * vTp) / total;
      const squares = [
        [tn, vTn],
        [fp, vFp],
        [fn, vFn],
        [tp, vTp],
      ].map(([count, worth]) => (count as number) * ((worth as number) - mean) ** 2);
      scale = Math.sqrt(squares.reduce((sum, each) => sum + each, 0) / total);
      grows = !perPrediction;
    }
    errors.set(key, { scale, grows });
  }
  return errors;
}

/** Spread of the positives' places among the negatives, as NannyML computes it (a positive at the first place is lost). */
function rocAucError(score: Float64Array, truth: Float64Array): number {
  const n = score.length;
  const values = new Float64Array(n);
  const labels = new Uint8Array(n);
  let rows = 0;
  let positives = 0;
  for (let i = 0; i < n; i++) {
    const label = truth[i] as number;
    if (Number.isNaN(label) || Number.isNaN(score[i])) continue;
    values[rows] = score[i] as number;
    labels[rows++] = label;
    positives += label;
  }
  const flip = positives / rows > 0.5 ? 1 : 0;
  if (flip) {
    positives = rows - positives;
    for (let i = 0; i < rows; i++) values[i] = 1 - (values[i] as number);
  }
  const order = numpyArgsort(values.subarray(0, rows));
  const negatives = rows - positives;
  let count = 0;
  let sum = 0;
  let squares = 0;
  for (let rank = 1; rank < rows; rank++) {
    if ((labels[order[rank] as number] as number) === flip) continue;
    const place = (rank - count) / negatives;
    count++;
    sum += place;
    squares += place * place;
  }
  // shifted by a constant near the mean would be safer still; places lie in 0 … 1, so this loses no digit that counts
  const mean = sum / count;
  return Math.sqrt(Math.max(0, squares / count - mean * mean)) / Math.sqrt(positives / rows);
}

/** Bootstrap of NannyML with a seed: 50 draws of at most 50,000 reference rows. */
function averagePrecisionError(score: Float64Array, truth: Float64Array, source: Random): number {
  const rows: number[] = [];
  for (let i = 0; i < score.length; i++) if (!Number.isNaN(score[i]) && !Number.isNaN(truth[i])) rows.push(i);
  const draws = Math.min(Math.floor(rows.length / 2), BOOTSTRAP_ROWS);
  const values: number[] = [];
  const positive = new Float64Array(draws);
  const negative = new Float64Array(draws);
  for (let round = 0; round < BOOTSTRAPS && draws > 0; round++) {
    let p = 0;
    let n = 0;
    for (let i = 0; i < draws; i++) {
      const row = rows[source.int(rows.length)] as number;
      if (truth[row] === 1) positive[p++] = score[row] as number;
      else negative[n++] = score[row] as number;
    }
    values.push(
      averagePrecision({ positive: positive.subarray(0, p).sort(), negative: negative.subarray(0, n).sort() }),
    );
  }
  const known = values.map((value) => (Number.isNaN(value) ? 0 : value));
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const variance = known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / known.length;
  return Math.sqrt(variance) * Math.sqrt(draws);
}
