import { rocAuc } from "../statistics/roc-auc.js";
import type { ChurnModel } from "./churn-model.js";
import { isHeldOut } from "./held-out.js";

/** How well a model ranks people who trained it, and those whom it never saw: the second is what new people can expect. */
export interface HeldOutAuc {
  /** ROC AUC over labelled snapshots of held-out subscribers; null where one class is missing. */
  heldOutAuc: number | null;
  /** The same of subscribers whose earlier snapshots trained. */
  trainedAuc: number | null;
  /** Labelled snapshots of held-out subscribers, and of the others. */
  heldOutLabelled: number;
  trainedLabelled: number;
}

/**
 * Measures later scores apart for the subscribers that the model held out: a model knows those who trained it, and looks better
 * on them.
 *
 * @param label 0, 1, or NaN where it is not known
 */
export function heldOutAuc(
  { facts: { settings } }: ChurnModel,
  {
    label,
    probability,
    subscriber,
  }: { label: ArrayLike<number>; probability: ArrayLike<number>; subscriber: readonly string[] },
): HeldOutAuc {
  const rows = { held: [] as number[], trained: [] as number[] };
  for (const [row, who] of subscriber.entries()) {
    if (Number.isNaN(label[row])) continue;
    rows[isHeldOut(who, settings.test_subscribers, settings.seed) ? "held" : "trained"].push(row);
  }
  const auc = (of: number[]) =>
    rocAuc(
      of.map((row) => label[row]),
      of.map((row) => probability[row]),
    );
  return {
    heldOutAuc: auc(rows.held),
    trainedAuc: auc(rows.trained),
    heldOutLabelled: rows.held.length,
    trainedLabelled: rows.trained.length,
  };
}

/** The same in a sentence; undefined where there is nothing to compare. */
export function heldOutNote({
  heldOutAuc,
  trainedAuc,
  heldOutLabelled,
  trainedLabelled,
}: HeldOutAuc): string | undefined {
  if (heldOutAuc === null || trainedAuc === null) return undefined;
  const count = (n: number) => n.toLocaleString("en-US");
  return (
    `${count(trainedLabelled)} of ${count(trainedLabelled + heldOutLabelled)} labelled snapshots are of subscribers whose earlier snapshots trained the model: ` +
    `ROC AUC ${trainedAuc.toFixed(3)} of them, ${heldOutAuc.toFixed(3)} of the subscribers whom it never saw, which is what new ones can expect`
  );
}
