import { type Dataset, pickRows } from "./dataset.js";
import type { FeatureTable } from "./engines/engine.js";

/** The training or the test part of a data set. */
export interface SnapshotPart {
  table: FeatureTable;
  /** 0 or 1 a row. */
  label: Uint8Array;
  subscriber: string[];
  day: Int32Array;
  /** Days of the label window. */
  horizon: number;
}

/** The chosen rows of a data set; all of them have labels. */
export function snapshotPart(dataset: Dataset, rows: Int32Array): SnapshotPart {
  const { features, columns, label, subscriber, day, horizon } = pickRows(dataset, rows);
  return { table: { names: features, columns }, label: Uint8Array.from(label), subscriber, day, horizon };
}
