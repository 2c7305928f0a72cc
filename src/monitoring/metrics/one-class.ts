import { type Confusion, confusionSize } from "../../statistics/confusion.js";

/** NannyML gives up on chunks in which labels or predictions are all the same: NaN there, undefined elsewhere. */
export function nanIfOneClass(c: Confusion): number | undefined {
  const { truePositives: tp, trueNegatives: tn, falsePositives: fp, falseNegatives: fn } = c;
  return tp + fn === 0 || tn + fp === 0 || tp + fp === 0 || tn + fn === 0 ? Number.NaN : undefined;
}

/** Every row has the same label, and is predicted to have it: NannyML then has a matrix of one cell. */
export function isOneCell(c: Confusion): boolean {
  const { truePositives: tp, trueNegatives: tn } = c;
  return tp + tn === confusionSize(c) && (tp === 0 || tn === 0);
}

/** NannyML's estimates are 0 where they are not defined. */
export const orZero = (value: number): number => (Number.isNaN(value) ? 0 : value);
