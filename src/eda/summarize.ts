import { quantiles } from "../statistics/quantile.js";
import type { Tally } from "./tally.js";

/** What a column holds, in numbers; null where a number means nothing for its type or where there is no value. */
export interface ColumnSummary {
  column: string;
  type: "integer" | "number" | "day" | "text";
  /** Values that are there. */
  count: number;
  missing: number;
  distinct: number;
  /** Share of zeros among the values. */
  zeros: number | null;
  /** Smallest value; of days and texts, the first. */
  min: number | string | null;
  q05: number | null;
  q25: number | null;
  median: number | null;
  q75: number | null;
  q95: number | null;
  max: number | string | null;
  mean: number | null;
  /** Sample standard deviation, n − 1. */
  sd: number | null;
}

/** Summarizes a column of numbers: share of zeros, extremes, quantiles, mean and deviation. */
export function summarize(column: string, tally: Tally): ColumnSummary {
  const { values, rows, missing } = tally;
  const distinct = values.length;
  let count = 0;
  let sum = 0;
  let zeros = 0;
  for (let v = 0; v < distinct; v++) {
    count += rows[v];
    sum += rows[v] * values[v];
    if (values[v] === 0) zeros = rows[v];
  }
  const mean = count > 0 ? sum / count : null;
  let squares = 0;
  if (mean !== null) for (let v = 0; v < distinct; v++) squares += rows[v] * (values[v] - mean) ** 2;
  const [q05 = null, q25 = null, median = null, q75 = null, q95 = null] =
    quantiles(values, [0.05, 0.25, 0.5, 0.75, 0.95], rows) ?? [];
  return {
    column,
    type: count > 0 && values.every(Number.isInteger) ? "integer" : "number",
    count,
    missing,
    distinct,
    zeros: count > 0 ? zeros / count : null,
    min: values[0] ?? null,
    q05,
    q25,
    median,
    q75,
    q95,
    max: values[distinct - 1] ?? null,
    mean,
    sd: count > 1 ? Math.sqrt(squares / (count - 1)) : null,
  };
}
