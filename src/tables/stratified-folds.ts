import { random } from "../core/random.js";

/**
 * Deals rows into folds, class by class in random order, so that each fold has nearly its share of every class.
 *
 * @param y class of each row, or undefined for a quantity: then all rows are of one class
 * @param rows the rows to deal
 * @returns fold of each of `rows`, 0 … folds − 1
 */
export function stratifiedFolds(
  y: Int32Array | undefined,
  rows: Int32Array,
  folds: number,
  seed: number | string,
): Int32Array {
  const draw = random(`${seed}/folds`);
  const byClass = new Map<number, number[]>();
  for (let i = 0; i < rows.length; i++) {
    const k = y ? y[rows[i]] : 0;
    const own = byClass.get(k);
    if (own) own.push(i);
    else byClass.set(k, [i]);
  }
  const fold = new Int32Array(rows.length);
  // one class continues where the one before it stopped, so that folds differ by one row at most
  let next = 0;
  for (const [, own] of [...byClass].sort((a, b) => a[0] - b[0])) {
    for (let i = own.length - 1; i > 0; i--) {
      const j = draw.int(i + 1);
      [own[i], own[j]] = [own[j], own[i]];
    }
    for (const i of own) fold[i] = next++ % folds;
  }
  return fold;
}
