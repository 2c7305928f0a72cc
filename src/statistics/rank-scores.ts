import { ChurnError } from "../core/errors.js";
import { argsort } from "./argsort.js";

/** Labels and scores in the order of falling score: what every ranking metric starts from. */
export interface RankedScores {
  /** Row of each place. */
  readonly order: Int32Array;
  /** 0 or 1 at each place. */
  readonly label: Uint8Array;
  /** Score at each place, never rising. */
  readonly score: Float64Array;
}

/**
 * Sorts rows by falling score; rows of equal score keep their order, and the metrics treat them as one group.
 *
 * A metric that is asked for again and again, as in a bootstrap, sorts once and reuses the ranking (`rankedRocAuc`).
 *
 * @param label 0 or 1 a row
 * @param score any finite number a row, higher for the class 1
 * @throws ChurnError BAD_INPUT for lengths that differ, another label, a score that is not a finite number
 */
export function rankScores(label: ArrayLike<number>, score: ArrayLike<number>): RankedScores {
  const rows = label.length;
  if (score.length !== rows) {
    throw new ChurnError("BAD_INPUT", `labels and scores differ in length: ${rows} and ${score.length}`);
  }
  for (let i = 0; i < rows; i++) {
    if (label[i] !== 0 && label[i] !== 1) {
      throw new ChurnError("BAD_INPUT", `label must be 0 or 1, row ${i} has ${label[i]}`);
    }
    if (!Number.isFinite(score[i])) {
      throw new ChurnError("BAD_INPUT", `score must be a finite number, row ${i} has ${score[i]}`);
    }
  }
  return rankKnown(label, score);
}

/**
 * The same without checks: rows whose label is not 0 or 1, or whose score is NaN, are left out.
 *
 * @param ascending the rows by ascending score as `argsort` gives them, where they are sorted already
 */
export function rankKnown(
  label: ArrayLike<number>,
  score: ArrayLike<number>,
  ascending: Uint32Array = argsort(score),
): RankedScores {
  const rows = ascending.length;
  const ranked = { order: new Int32Array(rows), label: new Uint8Array(rows), score: new Float64Array(rows) };
  let known = 0;
  for (let end = rows; end > 0; ) {
    const value = score[ascending[end - 1]];
    let from = end - 1;
    while (from > 0 && score[ascending[from - 1]] === value) from--;
    for (let i = from; i < end; i++) {
      const row = ascending[i];
      const y = label[row];
      if ((y !== 0 && y !== 1) || Number.isNaN(value)) continue;
      ranked.order[known] = row;
      ranked.label[known] = y;
      ranked.score[known++] = value;
    }
    end = from;
  }
  if (known === rows) return ranked;
  return {
    order: ranked.order.subarray(0, known),
    label: ranked.label.subarray(0, known),
    score: ranked.score.subarray(0, known),
  };
}

/** The weight at each place of a ranking; undefined without weights. */
export function weightInOrder(order: Int32Array, weight: ArrayLike<number> | undefined): Float64Array | undefined {
  return weight && Float64Array.from(order, (row) => weight[row]);
}
