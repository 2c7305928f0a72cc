import { ChurnError } from "../core/errors.js";
import { assignFolds } from "./assign-folds.js";

/** Rows that a fold trains on, and rows that it is measured on. */
export interface Fold {
  train: Int32Array;
  validate: Int32Array;
}

/** How rows are put into folds: all rows of a subscriber together; the same and later days than trained on; row by row. */
export type FoldBy = "subscriber" | "time" | "row";

export interface FoldInput {
  subscriber: readonly string[];
  /** Snapshot day of each row. */
  day: ArrayLike<number>;
  /** Days of the label window. */
  horizon: number;
  label: Uint8Array;
  folds: number;
  seed: string;
}

/**
 * Makes the folds of a cross-validation; all are stratified.
 *
 * "subscriber" and "row" measure every row once. "time" cuts the days into folds + 1 stretches; each fold is measured on a
 * share of the subscribers in one stretch, and trains on the others on days whose label window ended before it, as the test
 * does (forward chaining; Hyndman and Athanasopoulos, Forecasting, 5.10).
 *
 * @throws ChurnError NO_DATA when a fold has one class only, or for "time" no earlier days
 */
export function makeFolds(by: FoldBy, { subscriber, day, horizon, label, folds, seed }: FoldInput): Fold[] {
  // snapshots have no name but subscriber and day
  const group = by === "row" ? subscriber.map((id, i) => `${id} ${day[i]}`) : subscriber;
  const of = assignFolds(group, label, folds, seed);
  if (by !== "time") {
    return numbers(folds).map((f) => ({ train: where(of, (_, g) => g !== f), validate: where(of, (_, g) => g === f) }));
  }
  const starts = stretchStarts(day, folds + 1);
  return numbers(folds).map((f) => {
    const [start, end] = [starts[f + 1], starts[f + 2] ?? Number.POSITIVE_INFINITY];
    const none = start === undefined;
    const fold = {
      train: where(of, (i, g) => !none && g !== f && day[i] + horizon <= start),
      validate: where(of, (i, g) => !none && g === f && day[i] >= start && day[i] < end),
    };
    for (const [name, rows] of Object.entries(fold)) {
      const churned = rows.reduce((sum, row) => sum + label[row], 0);
      if (churned > 0 && churned < rows.length) continue;
      throw new ChurnError(
        "NO_DATA",
        `fold ${f + 1} by time has ${rows.length} rows to ${name}, ${churned} of them churned`,
        { hint: 'set fold_by to "subscriber", fewer folds, or load more days' },
      );
    }
    return fold;
  });
}

/** First days of stretches with about equally many rows each. */
function stretchStarts(day: ArrayLike<number>, stretches: number): number[] {
  const sorted = Int32Array.from(day).sort();
  const starts = [...new Set(numbers(stretches).map((s) => sorted[Math.floor((s * sorted.length) / stretches)]))];
  return starts;
}

const numbers = (n: number) => Array.from({ length: n }, (_, i) => i);

function where(of: Uint8Array, test: (row: number, fold: number) => boolean): Int32Array {
  const rows: number[] = [];
  for (let i = 0; i < of.length; i++) if (test(i, of[i])) rows.push(i);
  return Int32Array.from(rows);
}
