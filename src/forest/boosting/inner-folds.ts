import { random } from "../../core/random.js";

/** Folds that choose the number of rounds. */
const FOLDS = 4;

/**
 * Deals rows into inner folds, each class for itself so that every fold has its share of it; rows to learn from and rows that
 * are held out, fold by fold.
 *
 * @param y class of each row of the matrix, or undefined for numbers
 */
export function innerFolds(
  rows: Int32Array,
  y: ArrayLike<number> | undefined,
  seed: number | string,
): { train: Int32Array; held: Int32Array }[] {
  const draw = random(`${seed}/inner folds`);
  const mixed = Array.from(rows.keys());
  for (let i = mixed.length - 1; i > 0; i--) {
    const j = draw.int(i + 1);
    [mixed[i], mixed[j]] = [mixed[j], mixed[i]];
  }
  // one class continues where the one before it stopped; the sort keeps the order within a class
  if (y) mixed.sort((a, b) => y[rows[a]] - y[rows[b]]);
  const fold = new Int32Array(rows.length);
  for (const [place, i] of mixed.entries()) fold[i] = place % FOLDS;
  return Array.from({ length: FOLDS }, (_, k) => ({
    train: rows.filter((_, i) => fold[i] !== k),
    held: rows.filter((_, i) => fold[i] === k),
  }));
}
