import { expect, it } from "vitest";
import { random } from "../../core/random.js";
import { SharedHeap } from "../loops/shared-heap.js";
import { wasmLoops } from "../loops/wasm-loops.js";
import { logisticBytes, logisticLoss } from "./boosting-loss.js";

it.each([false, true])("gives gradient and hessian of log loss, weighted: %s", (weighted) => {
  const { normal, next } = random("boosting loss");
  const special = [0, 1, -1, 2 ** -28, 3 * 2 ** -53, Math.LN2 / 2, -Math.LN2 / 2, 700, -700, 900, -900];
  const scores = [...special, ...Array.from({ length: 2000 }, (_, i) => normal() * 10 ** ((i % 8) - 5))];
  const rows = scores.length;
  const y = Uint8Array.from(scores, (_, i) => i % 2);
  const weights = weighted ? Float64Array.from(scores, () => 2 * next()) : undefined;
  // an odd number of rows, in another order
  const train = Int32Array.from({ length: rows - 1 + (rows % 2) }, (_, i) => rows - 1 - i);
  const heap = new SharedHeap(1 << 20);
  const { memory } = heap;
  const [entriesAt, pairsAt] = [heap.allocate(4 * rows), heap.allocate(16 * rows)];
  const lossAt = heap.allocate(logisticBytes(rows, weighted));
  const loss = logisticLoss(
    { rows, train, y, weights },
    { loops: wasmLoops(memory), memory, entriesAt, pairsAt, lossAt },
  );
  loss.score.set(scores);
  new Int32Array(memory.buffer, entriesAt, train.length).set(train.map((row) => row << 8));
  const pairs = new Float64Array(memory.buffer, pairsAt, 2 * rows);
  const sums = loss.gradients(0, pairs);
  let gradient = 0;
  let hessian = 0;
  for (const row of train) {
    const p = 1 / (1 + Math.exp(-scores[row]));
    const weight = weights?.[row] ?? 1;
    expect(pairs[2 * row], `gradient at ${scores[row]}`).toBeCloseTo(weight * (p - y[row]), 11);
    gradient += weight * (p - y[row]);
    hessian += weight * p * (1 - p);
  }
  expect(sums.gradient).toBeCloseTo(gradient, 10);
  // hessians are rounded to multiples of a unit, and up where they are less
  expect(Math.abs(sums.hessian - hessian)).toBeLessThan(rows * loss.code.unit);
});
