import { quantiles } from "../../statistics/quantile.js";
import type { FeatureTable } from "../engines/engine.js";
import { type EvaluateOptions, evaluate, type Metrics } from "../evaluate.js";

/** How well a model does on a part of the test rows. */
export interface SegmentRow extends Pick<Metrics, "roc_auc" | "precision" | "recall"> {
  /** The feature that makes the parts, or "snapshot day". */
  segment: string;
  /** The value, or the range of values, of this part. */
  level: string;
  rows: number;
  /** Share of rows that churned. */
  churnRate: number;
  /** Mean probability: near the churn rate where the model is calibrated for this part too. */
  meanProbability: number;
  /** Share of rows that are flagged. */
  flagged: number;
}

/** Values that make parts: a name, and one value a row. */
export interface Segmentation {
  name: string;
  values: Float64Array;
  /** Value as text, for values that stand for themselves. */
  text?: (value: number) => string;
}

/** Measures the model on parts of the test rows: by distinct values where they are few, by quarters otherwise. */
export function segmentTable(
  segmentations: readonly Segmentation[],
  label: Uint8Array,
  probability: Float64Array,
  { threshold, rounds, seed, group }: EvaluateOptions,
): SegmentRow[] {
  return segmentations.flatMap(({ name, values, text }) =>
    levelsOf(values, text).map(({ level, rows }) => {
      const y = rows.map((row) => label[row]);
      const p = rows.map((row) => probability[row]);
      const { roc_auc, precision, recall } = evaluate(y, p, {
        threshold,
        rounds,
        seed,
        group: rows.map((row) => group[row]),
      }).metrics;
      const mean = (of: readonly number[]) => of.reduce((sum, value) => sum + value, 0) / of.length;
      return {
        segment: name,
        level,
        rows: rows.length,
        churnRate: mean(y),
        meanProbability: mean(p),
        flagged: mean(p.map((value) => (value >= threshold ? 1 : 0))),
        roc_auc,
        precision,
        recall,
      };
    }),
  );
}

/** The features of a table that make segments, by name. */
export function segmentationsOf(table: FeatureTable, names: readonly string[]): Segmentation[] {
  return names.map((name) => ({ name, values: table.columns[table.names.indexOf(name)] }));
}

/** Up to this many distinct values make a level each. */
const FEW = 6;

function levelsOf(values: Float64Array, text: (value: number) => string = short) {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const distinct = [...new Set(sorted)];
  const levels =
    distinct.length <= FEW
      ? distinct.map((value) => ({ level: text(value), from: value, to: value }))
      : quarters(sorted).map(([from, to]) => ({ level: `${text(from)} to ${text(to)}`, from, to }));
  const parts = levels.map(({ level, from, to }) => ({ level, rows: rowsWhere(values, (v) => v >= from && v <= to) }));
  const missing = rowsWhere(values, Number.isNaN);
  return missing.length > 0 ? [...parts, { level: "missing", rows: missing }] : parts;
}

/** First and last value of each quarter; equal values stay in one. */
function quarters(sorted: Float64Array): [number, number][] {
  const cuts = [...new Set(quantiles(sorted, [0.25, 0.5, 0.75]))];
  const of = (value: number) => cuts.filter((cut) => value > cut).length;
  const parts: [number, number][] = [];
  for (const value of sorted) {
    const part = of(value);
    if (parts[part]) parts[part][1] = value;
    else parts[part] = [value, value];
  }
  return parts.filter(Boolean);
}

function rowsWhere(values: Float64Array, test: (value: number) => boolean): number[] {
  const rows: number[] = [];
  for (let i = 0; i < values.length; i++) if (test(values[i])) rows.push(i);
  return rows;
}

const short = (value: number) => String(Number(value.toPrecision(4)));
