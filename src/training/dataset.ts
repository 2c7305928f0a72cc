import { createHash } from "node:crypto";
import { dateOf } from "../core/days.js";
import { ChurnError } from "../core/errors.js";
import { numberNames } from "./number-names.js";

/** Snapshots as columns: one row a (subscriber, day), features from days before it, the label from that day on. */
export interface Dataset {
  /** Names of the features, in the order of `columns`. */
  features: string[];
  /** One array a feature; NaN is missing. */
  columns: Float64Array[];
  /** 1 churned, 0 stayed, NaN not known yet. */
  label: Float64Array;
  subscriber: string[];
  /** Snapshot day, days since 1970-01-01. */
  day: Int32Array;
  /** Length of the label window, days. */
  horizon: number;
  /** The feature plan that made the columns; the model keeps it, and scores only what the same plan made. */
  plan?: { hash: string; definition?: unknown } | undefined;
}

/**
 * Checks the shape of a data set.
 *
 * @throws ChurnError BAD_INPUT naming the column whose length differs, the feature given twice, the value that is
 *   infinite, the label that is not 0, 1 or NaN, or the snapshot given twice
 */
export function checkDataset({ features, columns, label, subscriber, day, horizon }: Dataset): void {
  const rows = label.length;
  if (columns.length !== features.length) {
    throw new ChurnError("BAD_INPUT", `${features.length} feature names for ${columns.length} columns`);
  }
  const twice = features.find((name, i) => features.indexOf(name) !== i);
  if (twice !== undefined) throw new ChurnError("BAD_INPUT", `feature ${JSON.stringify(twice)} is given twice`);
  if (!(horizon > 0)) throw new ChurnError("BAD_INPUT", `horizon must be above 0 days, not ${horizon}`);
  const length = (name: string, given: number) => {
    if (given !== rows) throw new ChurnError("BAD_INPUT", `${name} has ${given} rows, the label has ${rows}`);
  };
  length("subscriber", subscriber.length);
  length("day", day.length);
  for (const [j, column] of columns.entries()) {
    const name = `feature ${JSON.stringify(features[j])}`;
    length(name, column.length);
    for (let i = 0; i < rows; i++) {
      const value = column[i];
      if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) {
        throw new ChurnError("BAD_INPUT", `${name} is ${value} in row ${i}`, { hint: "give NaN where it is missing" });
      }
    }
  }
  for (let i = 0; i < rows; i++) {
    const value = label[i];
    if (value !== 0 && value !== 1 && !Number.isNaN(value)) {
      throw new ChurnError("BAD_INPUT", `label must be 0, 1 or NaN, row ${i} has ${value}`);
    }
  }
}

/**
 * Rows of a data set by day and subscriber: the order that the training works in, so that the same snapshots in another
 * order give the same model.
 *
 * @throws ChurnError BAD_INPUT when a snapshot is there twice
 */
export function snapshotOrder({ subscriber, day }: Pick<Dataset, "subscriber" | "day">): Int32Array {
  const { numbers: place } = numberNames(subscriber);
  const order = Int32Array.from(day, (_, i) => i).sort((a, b) => day[a] - day[b] || place[a] - place[b]);
  for (let i = 1; i < order.length; i++) {
    const [a, b] = [order[i - 1], order[i]];
    if (day[a] === day[b] && place[a] === place[b]) {
      throw new ChurnError("BAD_INPUT", `subscriber ${subscriber[b]} has two snapshots of day ${dateOf(day[b])}`);
    }
  }
  return order;
}

/** The chosen rows of a data set, copied. */
export function pickRows(dataset: Dataset, rows: Int32Array): Dataset {
  return {
    features: dataset.features,
    columns: dataset.columns.map((column) => take(column, rows)),
    label: take(dataset.label, rows),
    subscriber: Array.from(rows, (row) => dataset.subscriber[row]),
    day: Int32Array.from(rows, (row) => dataset.day[row]),
    horizon: dataset.horizon,
    plan: dataset.plan,
  };
}

/** The values of chosen rows. */
export function take(values: ArrayLike<number>, rows: Int32Array): Float64Array {
  const out = new Float64Array(rows.length);
  for (let i = 0; i < out.length; i++) out[i] = values[rows[i]];
  return out;
}

/** SHA-256 of a data set, hex: names, snapshots, labels and values in the order given. */
export function dataHash({ features, columns, label, subscriber, day, horizon }: Dataset): string {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([features, horizon, label.length]));
  hash.update(subscriber.join("\n"));
  hash.update(bytes(day));
  for (const column of [label, ...columns]) hash.update(bytes(column));
  return hash.digest("hex");
}

function bytes(array: Int32Array | Float64Array): Uint8Array {
  let plain = array;
  if (array instanceof Float64Array) {
    // a NaN has many bit patterns; the canonical one makes the hash that of the values
    plain = array.slice();
    for (let i = 0; i < plain.length; i++) if (Number.isNaN(plain[i])) plain[i] = Number.NaN;
  }
  return new Uint8Array(plain.buffer, plain.byteOffset, plain.byteLength);
}
