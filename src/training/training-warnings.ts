import { confusion, f1 } from "../statistics/confusion.js";
import { groupedMean } from "./loss-difference.js";
import type { SnapshotPart } from "./snapshot-part.js";

/** A change of the base rate smaller than this share of it is not worth a warning, however sure it is. */
const LEAST_CHANGE = 0.1;

/** What is wrong with rates: that of the test is another than that of the training, or most are flagged; in sentences. */
export function rateWarnings(
  train: SnapshotPart,
  test: SnapshotPart & { probability: Float64Array },
  { threshold, rule }: { threshold: number; rule: string | number },
): string[] {
  return [...baseRateWarning(train, test), ...majorityWarning(test, threshold, rule)];
}

function baseRateWarning(train: SnapshotPart, test: SnapshotPart): string[] {
  const before = groupedMean(train.label, train.subscriber);
  const after = groupedMean(test.label, test.subscriber);
  const difference = after.value - before.value;
  const half = Math.hypot(before.high - before.value, after.high - after.value);
  if (Math.abs(difference) <= half || Math.abs(difference) < LEAST_CHANGE * before.value) return [];
  return [
    `${percent(before.value)} of the training snapshots churned and ${percent(after.value)} of the test snapshots: ` +
      `a change of ${points(difference)} points (95 % ${points(difference - half)} … ${points(difference + half)}), more than chance; ` +
      `probabilities are off by about as much; train on later days (more days loaded, features.start_date later), or watch it with churn monitor`,
  ];
}

function majorityWarning(
  { label, probability }: { label: Uint8Array; probability: Float64Array },
  threshold: number,
  rule: string | number,
): string[] {
  const flagged = probability.reduce((sum, p) => sum + (p >= threshold ? 1 : 0), 0) / probability.length;
  if (!(flagged > 0.5)) return [];
  const text = (at: number) => (f1(confusion(label, probability, at)) ?? 0).toFixed(3);
  return [
    `the threshold ${threshold.toFixed(4)} (${typeof rule === "number" ? "given" : `best ${rule}`}) flags ${percent(flagged)} of the test snapshots: ` +
      `F1 ${text(threshold)}, and ${text(0)} when everybody is flagged; a list of whom to contact needs a higher one: ` +
      'threshold "profit" with customer_value, contact_cost and success_rate, or a number',
  ];
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

const points = (share: number) => `${share < 0 ? "−" : "+"}${Math.abs(100 * share).toFixed(1)}`;
