import { type ClusteredAuc, clusteredAuc } from "../../statistics/clustered-auc.js";
import type { Dataset } from "../dataset.js";

/** How a feature alone goes with the label, over the snapshots whose label is known. */
export interface FeatureStrength {
  feature: string;
  /** Share of the snapshots that lack it. */
  missing: number;
  /** ROC AUC of the value, of snapshots that have it: above a half where high values churn, below where low ones do; null where there is nothing to compare. */
  auc: ClusteredAuc | null;
  /** ROC AUC of its being missing; null where it never or always is. */
  missingAuc: ClusteredAuc | null;
}

/** Snapshots whose label is known, with a number for each subscriber. */
export interface LabelledRows {
  rows: Int32Array;
  label: Uint8Array;
  cluster: Int32Array;
  subscribers: number;
  churned: number;
}

/** Picks the snapshots whose label is known, in days on which both classes are known or may be. */
export function labelledRows({ label, subscriber }: Pick<Dataset, "label" | "subscriber">): LabelledRows {
  const rows: number[] = [];
  for (let i = 0; i < label.length; i++) if (!Number.isNaN(label[i])) rows.push(i);
  const ids = new Map<string, number>();
  const cluster = Int32Array.from(rows, (i) => {
    const id = ids.get(subscriber[i]) ?? ids.size;
    ids.set(subscriber[i], id);
    return id;
  });
  const known = Uint8Array.from(rows, (i) => label[i]);
  const churned = known.reduce((sum, each) => sum + each, 0);
  return { rows: Int32Array.from(rows), label: known, cluster, subscribers: ids.size, churned };
}

/** Measures one feature. */
export function featureStrength(feature: string, column: Float64Array, known: LabelledRows): FeatureStrength {
  const { rows, label, cluster } = known;
  const present: number[] = [];
  for (let i = 0; i < rows.length; i++) if (!Number.isNaN(column[rows[i]])) present.push(i);
  const missing = rows.length - present.length;
  const gaps = missing > 0 && present.length > 0;
  return {
    feature,
    missing: rows.length ? missing / rows.length : 0,
    auc: clusteredAuc(
      Uint8Array.from(present, (i) => label[i]),
      Float64Array.from(present, (i) => column[rows[i]]),
      Int32Array.from(present, (i) => cluster[i]),
    ),
    missingAuc: gaps
      ? clusteredAuc(
          label,
          Uint8Array.from(rows, (i) => Number(Number.isNaN(column[i]))),
          cluster,
        )
      : null,
  };
}

/** How far an area lies from a half, whichever side, with the limit that is nearer to it: 0.5 says nothing, 1 all. */
export function strengthOf(auc: ClusteredAuc): { value: number; least: number; most: number } {
  return auc.auc >= 0.5
    ? { value: auc.auc, least: auc.low, most: auc.high }
    : { value: 1 - auc.auc, least: 1 - auc.high, most: 1 - auc.low };
}
