import { type Random, random } from "../../core/random.js";
import { type Confusion, confusionSize, countConfusion } from "../../statistics/confusion.js";
import { memoize, originalOrder } from "../chunks/order-table.js";
import type { OrderedTable } from "../chunks/table.js";
import { numpyArgsort } from "../nannyml/numpy-argsort.js";
import { CELLS, cellTotal } from "./confusion-cells.js";
import { isCell, type PerformanceKey, type PerformancePlan } from "./performance-metrics.js";

/** The sampling error of a metric in a chunk of n rows is `scale / √n`, or `scale · √n` for counts and sums. */
export interface SamplingError {
  readonly scale: number;
  readonly grows: boolean;
}

export const samplingErrorAt = ({ scale, grows }: SamplingError, n: number): number =>
  n === 0 ? Number.NaN : grows ? scale * Math.sqrt(n) : scale / Math.sqrt(n);

const BOOTSTRAPS = 50;
const BOOTSTRAP_ROWS = 50_000;

/** Standard deviation of a ones and b zeros; NaN with neither. */
const spread = (a: number, b: number): number => Math.sqrt(a * b) / (a + b);

/** Fits the sampling errors of the metrics of a plan on the whole reference (the formulas of NannyML 0.13). */
export function fitSamplingErrors(
  { keys, normalize, matrix, perPrediction }: PerformancePlan,
  reference: OrderedTable,
  compat: boolean,
): Map<PerformanceKey, SamplingError> {
  const errors = new Map<PerformanceKey, SamplingError>();
  const { score, predicted } = reference;
  const truth = reference.truth as Float64Array;
  // realized and estimated performance learn the same from one reference
  const ranked = () =>
    memoize(reference, "ranked labels", () => {
      // rows of one score keep traces of the order they come in: in NannyML that of the file
      const inOrder = (column: Float64Array) => (compat ? originalOrder(reference, column) : column);
      return rankLabels(inOrder(score as Float64Array), inOrder(truth));
    });
  const confusion: Confusion = predicted
    ? countConfusion(truth, predicted, 0, truth.length)
    : { truePositives: 0, trueNegatives: 0, falsePositives: 0, falseNegatives: 0 };
  const { truePositives: tp, trueNegatives: tn, falsePositives: fp, falseNegatives: fn } = confusion;
  const total = confusionSize(confusion);
  // an error of a share of some rows: those are (a + b) / total of a chunk
  const partial = (a: number, b: number) => spread(a, b) / Math.sqrt((a + b) / total);
  for (const key of keys) {
    let scale: number;
    let grows = false;
    if (key === "roc_auc") scale = memoize(reference, key, () => rocAucError(ranked()));
    else if (key === "average_precision") scale = memoize(reference, key, () => averagePrecisionError(ranked()));
    else if (key === "accuracy") scale = spread(tp + tn, fp + fn);
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
      ].map(([count, worth]) => count * (worth - mean) ** 2);
      scale = Math.sqrt(squares.reduce((sum, each) => sum + each, 0) / total);
      grows = !perPrediction;
    }
    errors.set(key, { scale, grows });
  }
  return errors;
}

/** Labels in ascending order of the score (numpy's order inside ties), and where a run of equal scores begins. */
interface RankedLabels {
  readonly labels: Uint8Array;
  readonly begins: Uint8Array;
  /** Classes and scores were turned round. */
  readonly flipped: boolean;
}

function rankLabels(score: Float64Array, truth: Float64Array): RankedLabels {
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

/** Spread of the positives' places among the negatives, as NannyML computes it (a positive at the first place is lost). */
function rocAucError({ labels }: RankedLabels): number {
  const rows = labels.length;
  let positives = 0;
  for (let i = 0; i < rows; i++) positives += labels[i];
  const negatives = rows - positives;
  let count = 0;
  let sum = 0;
  let squares = 0;
  for (let rank = 1; rank < rows; rank++) {
    if (labels[rank] === 0) continue;
    const place = (rank - count) / negatives;
    count++;
    sum += place;
    squares += place * place;
  }
  const mean = sum / count;
  return Math.sqrt(Math.max(0, squares / count - mean * mean)) / Math.sqrt(positives / rows);
}

/** Bootstrap of NannyML with a seed: 50 draws of at most 50,000 reference rows. */
function averagePrecisionError({ labels, begins, flipped }: RankedLabels): number {
  const rows = labels.length;
  const draws = Math.min(Math.floor(rows / 2), BOOTSTRAP_ROWS);
  if (draws === 0) return Number.NaN;
  const positives = placesOfPositives({ labels, begins, flipped });
  const source = random("monitoring/average_precision");
  const values: number[] = [];
  const drawn = new Uint8Array(rows);
  const upTo = new Int32Array(rows);
  for (let round = 0; round < BOOTSTRAPS; round++) {
    drawn.fill(0);
    drawRows(source, drawn, draws, flipped);
    values.push(precisionOf(drawn, positives, upTo));
  }
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return Math.sqrt(variance) * Math.sqrt(draws);
}

/** Counts how often each row is drawn: what `source.int(rows)` gives, with a product in place of its two divisions. */
function drawRows({ uint32 }: Random, drawn: Uint8Array, draws: number, flipped: boolean): void {
  const rows = drawn.length;
  const limit = 4294967296 - (4294967296 % rows);
  const share = 1 / rows;
  for (let i = 0; i < draws; ) {
    const value = uint32();
    if (value >= limit) continue;
    let rank = value - Math.floor(value * share) * rows;
    // the product may be one off
    if (rank < 0) rank += rows;
    else if (rank >= rows) rank -= rows;
    const at = flipped ? rank : rows - 1 - rank;
    drawn[at] = drawn[at] + 1;
    i++;
  }
}

/** Where the positives stand with the greatest score first, and the place that the rows of the same score end at. */
interface Positives {
  readonly place: Int32Array;
  readonly end: Int32Array;
}

function placesOfPositives({ labels, begins, flipped }: RankedLabels): Positives {
  const rows = labels.length;
  const place = new Int32Array(rows);
  const end = new Int32Array(rows);
  let n = 0;
  let first = 0;
  for (let i = 0; i < rows; i++) {
    // greatest score first: from the end, or from the start where classes and scores were turned round
    const rank = flipped ? i : rows - 1 - i;
    if ((labels[rank] === 1) !== flipped) place[n++] = i;
    if (flipped ? rank + 1 < rows && begins[rank + 1] !== 1 : begins[rank] !== 1) continue;
    end.fill(i, first, n);
    first = n;
  }
  return { place: place.subarray(0, n), end: end.subarray(0, n) };
}

/**
 * Average precision of drawn rows, greatest score first; 0 without a positive, as scikit-learn has it.
 *
 * @param upTo room for as many numbers as there are rows
 */
function precisionOf(drawn: Uint8Array, { place, end }: Positives, upTo: Int32Array): number {
  let seen = 0;
  for (let i = 0; i < drawn.length; i++) {
    seen += drawn[i];
    upTo[i] = seen;
  }
  let found = 0;
  let area = 0;
  let group = 0;
  for (let i = 0; i < place.length; i++) {
    group += drawn[place[i]];
    if (end[i + 1] === end[i]) continue;
    found += group;
    // a group of which nothing was drawn adds 0: cheaper than to foretell
    area += (group * found) / Math.max(1, upTo[end[i]]);
    group = 0;
  }
  return found === 0 ? 0 : area / found;
}
