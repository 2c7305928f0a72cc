import { createHash } from "node:crypto";
import { moments } from "../../statistics/moments.js";
import { take } from "../dataset.js";
import type { FeatureTable } from "./engine.js";
import type { RowMatrix } from "./logistic-regression.js";

/** How features become the columns of a linear model, as plain JSON. */
export interface LinearColumn {
  /** Place of the feature in the table. */
  feature: number;
  /** "value": sign · log1p, less `mean`, over `deviation`, 0 where it is missing; "missing": 1 where it is, standardized. */
  of: "value" | "missing";
  mean: number;
  deviation: number;
}

/** sign(x) · ln(1 + |x|): amounts over several powers of ten come near to each other, 0 stays 0. */
export const signedLog = (x: number): number => (x < 0 ? -Math.log1p(-x) : Math.log1p(x));

/** A feature that is missing in at least this share of the rows says so in a column of its own. */
const OFTEN_MISSING = 0.01;

/** A table with all its features as signed logs. */
export function loggedColumns({ columns }: FeatureTable): Float64Array[] {
  return columns.map((column) => column.map(signedLog));
}

/**
 * Learns the columns of a linear model from some rows: signed logs, standardized, and a column for what is missing in at
 * least one of a hundred rows. A feature that does not vary is left out, and of features that are missing in the same rows
 * one says so.
 *
 * @param logged features as signed logs, NaN where missing
 */
export function learnColumns(logged: readonly Float64Array[], rows: Int32Array): LinearColumn[] {
  const values: LinearColumn[] = [];
  const gaps = new Map<string, LinearColumn>();
  for (const [feature, column] of logged.entries()) {
    const some = take(column, rows);
    const known = moments(some);
    if (known === null) continue;
    const { n, mean, squares } = known;
    const deviation = Math.sqrt(squares / n);
    if (deviation > 1e-12 * Math.abs(mean)) values.push({ feature, of: "value", mean, deviation });
    const share = 1 - n / rows.length;
    if (share < OFTEN_MISSING || n < OFTEN_MISSING * rows.length) continue;
    const where = createHash("sha256")
      .update(Uint8Array.from(some, (value) => (Number.isNaN(value) ? 1 : 0)))
      .digest("hex");
    if (gaps.has(where)) continue;
    gaps.set(where, { feature, of: "missing", mean: share, deviation: Math.sqrt(share * (1 - share)) });
  }
  return [...values, ...gaps.values()];
}

/** The columns of some rows. */
export function linearMatrix(
  columns: readonly LinearColumn[],
  logged: readonly Float64Array[],
  rows: Int32Array,
): RowMatrix {
  const width = columns.length;
  const values = new Float64Array(rows.length * width);
  for (const [j, { feature, of, mean, deviation }] of columns.entries()) {
    const column = logged[feature];
    for (let i = 0; i < rows.length; i++) {
      const value = column[rows[i]];
      const x = of === "missing" ? Number(Number.isNaN(value)) : Number.isNaN(value) ? mean : value;
      values[i * width + j] = (x - mean) / deviation;
    }
  }
  return { rows: rows.length, width, values };
}
