import { ChurnError } from "../core/errors.js";

/** Labels and scores in the order of falling score: what every ranking metric starts from. */
export interface Ranked {
  /** Row of each place. */
  order: Int32Array;
  /** 0 or 1 at each place. */
  label: Uint8Array;
  /** Score at each place, never rising. */
  score: Float64Array;
}

/**
 * Sorts rows by falling score; rows of equal score keep their order, and the metrics treat them as one group.
 *
 * @param label 0 or 1 a row
 * @param score any finite number a row, higher for the class 1
 * @throws ChurnError BAD_INPUT for lengths that differ, another label, a score that is not a number
 */
export function rank(label: ArrayLike<number>, score: ArrayLike<number>): Ranked {
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
  const order = new Int32Array(rows);
  for (let i = 0; i < rows; i++) order[i] = i;
  order.sort((a, b) => score[b] - score[a] || a - b);
  const ranked = { order, label: new Uint8Array(rows), score: new Float64Array(rows) };
  for (let i = 0; i < rows; i++) {
    ranked.label[i] = label[order[i]];
    ranked.score[i] = score[order[i]];
  }
  return ranked;
}
