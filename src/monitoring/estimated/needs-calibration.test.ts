import { expect, it } from "vitest";
import { csvColumns, golden } from "../../../test/monitoring/golden.js";
import { fitIsotonic, groupTotals, isotonicAt, scoreGroups } from "../../statistics/isotonic.js";
import { numpyRandomState } from "../nannyml/numpy-random-state.js";
import { stratifiedTests } from "../nannyml/stratified-shuffle-split.js";
import { equalCountBins, needsCalibration } from "./needs-calibration.js";

const primitives = golden("primitives");

it("draws the same numbers and permutations as numpy's RandomState(42)", () => {
  const [words, permutations] = primitives.random_state_42.cases;
  const source = numpyRandomState(42);
  expect(words.first_u32.map(() => source.uint32())).toEqual(words.first_u32);
  const again = numpyRandomState(42);
  expect([10, 7, 1, 2].map((n) => [...again.permutation(n)])).toEqual(permutations.permutation_10_then_7_then_1_then_2);
});

it("gives the end of a permutation alone, and draws for all of it", () => {
  for (const [n, from] of [
    [10, 4],
    [1000, 990],
    [5, 0],
    [3, 3],
    [1, 0],
  ] as const) {
    const [whole, end] = [numpyRandomState(42), numpyRandomState(42)];
    expect([...end.permutation(n, from)]).toEqual([...whole.permutation(n).subarray(from)]);
    expect(end.uint32()).toBe(whole.uint32());
  }
});

it("splits as scikit-learn's StratifiedShuffleSplit does", () => {
  for (const { y, splits } of primitives.random_state_42.cases.slice(2)) {
    const ours = [...stratifiedTests(Float64Array.from(y))].slice(0, splits.length);
    expect(ours.map((test) => [...test])).toEqual(splits.map(({ test }: { test: number[] }) => test));
  }
});

it("cuts calibration bins as NannyML does, more than asked for where rounding has it so", () => {
  for (const { length, bins, edges } of primitives.ece_bins.cases) {
    expect(equalCountBins(length, bins)).toEqual(edges);
  }
  expect(() => equalCountBins(3)).toThrow("cannot check the calibration of 3 scores");
});

it("isotonic regression predicts what scikit-learn's predicts", () => {
  for (const { x, y, query, predicted } of primitives.isotonic.cases) {
    const groups = scoreGroups(Float64Array.from(x));
    const fit = fitIsotonic(groups, groupTotals(groups, Float64Array.from(y)));
    query.forEach((score: number, i: number) => {
      expect(isotonicAt(fit, score)).toBeCloseTo(predicted[i], 12);
    });
  }
});

it("finds the calibration errors of the car-loan reference", () => {
  const { y_pred_proba, repaid } = csvColumns("synthetic_car_loan_reference.csv");
  const [expected] = primitives.calibration_needs_calibration.cases;
  const check = needsCalibration(Float64Array.from(repaid as number[]), Float64Array.from(y_pred_proba as number[]));
  expect(check.needed).toBe(expected.needs_calibration);
  expect(check.before).toBeCloseTo(expected.ece_before, 12);
  expect(check.after).toBeCloseTo(expected.ece_after, 12);
});
