import { type Random, random } from "../../core/random.js";
import type { RankedLabels } from "./ranked-labels.js";

const BOOTSTRAPS = 50;
const BOOTSTRAP_ROWS = 50_000;

/** Bootstrap of NannyML with a seed: 50 draws of at most 50,000 reference rows. */
export function averagePrecisionError({ labels, begins, flipped }: RankedLabels): number {
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
 * Average precision of drawn rows, greatest score first; 0 without a positive, as in scikit-learn.
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
