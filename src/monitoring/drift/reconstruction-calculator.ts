import { z } from "zod";
import { ChurnError } from "../../core/errors.js";
import { symmetricEigen } from "../../statistics/symmetric-eigen.js";
import type { RawMeasure, SyncCalculator } from "../calculators/calculator.js";
import { calculatorConfig } from "../calculators/calculator-config.js";
import { columnNames, threshold } from "../calculators/config-values.js";
import { STANDARD_DEVIATION, type Threshold } from "../calculators/threshold.js";
import { isCategory } from "../chunks/column.js";
import { columnMoments, momentsOrNaN } from "../chunks/column-moments.js";
import { categoriesOf, defaultColumns, numbersOf } from "../chunks/typed-columns.js";

export interface ReconstructionOptions {
  /** By default every feature. */
  readonly columns?: readonly string[] | undefined;
  /** Components to keep: a whole number, or the share of the variance that they are to explain (default 0.65). */
  readonly components?: number | undefined;
  readonly threshold?: Threshold | null | undefined;
}

interface Encoder {
  readonly name: string;
  /** What stands in for a missing value: the mean, or the share of the commonest category. */
  readonly missing: number;
  readonly mean: number;
  readonly deviation: number;
  /** Categories and the share of the reference in each; null for numbers. */
  readonly categories: { readonly levels: readonly string[]; readonly share: Float64Array; wasText: boolean } | null;
}

export interface ReconstructionState {
  readonly encoders: readonly Encoder[];
  readonly kept: number;
  /** The directions that are lost, one a row: the error of a row is its length along them. */
  readonly lost: Float64Array;
  /** The directions that are kept, where they are fewer: the error is what they leave of the length of a row. */
  readonly across?: Float64Array;
  readonly threshold: Threshold;
  /** How much larger the error of other rows is, as a share, at most. */
  readonly optimism: number;
}

/** Writes the standardised values of some rows of a column. */
type Write = (from: number, to: number, into: Float64Array) => void;

/** The columns of a table as the plane of the reference sees them. */
export interface EncodedRows {
  readonly columns: readonly Write[];
  /** Room for a block of rows: one a column, and two for sums. */
  readonly room: readonly Float64Array[];
}

const prepared = (columns: readonly Write[]): EncodedRows => ({
  columns,
  room: Array.from({ length: columns.length + 2 }, () => new Float64Array(BLOCK)),
});

// kept directions that explain more than this leave too small a difference of two lengths
const MOST_EXPLAINED = 0.99;

// rows that are encoded at a time: 24 columns of this many doubles fit the second-level cache
const BLOCK = 512;

const config = calculatorConfig(
  "pca",
  {
    column_names: columnNames,
    n_components: z
      .number()
      .gt(0)
      .refine((n) => n < 1 || Number.isInteger(n), "above 1 it is a whole number of components")
      .meta({ takes: "a share of the variance below 1, or a whole number of components" }),
    threshold,
  },
  {
    toOptions: (given): ReconstructionOptions => ({
      columns: given.column_names,
      components: given.n_components,
      threshold: given.threshold,
    }),
  },
);

/**
 * Multivariate drift by reconstruction error: how far rows lie from the plane that explains the reference (PCA on
 * standardised columns, categories by their share in the reference; NannyML's DataReconstructionDriftCalculator).
 */
export const reconstructionCalculator: SyncCalculator<
  ReconstructionOptions,
  ReconstructionState,
  EncodedRows,
  "pca",
  typeof config
> = {
  name: "pca",
  title: "Multivariate drift: reconstruction error",
  role: { of: "multivariate drift" },
  config,
  nannyml: { type: "reconstruction_error", keys: ["column_names", "n_components", "threshold"] },
  fields: [
    "value",
    "samplingError",
    "upperConfidenceBoundary",
    "lowerConfidenceBoundary",
    "upperThreshold",
    "lowerThreshold",
    "alert",
  ],
  rule: "not_inside",
  byColumn: false,

  fit(reference, { columns, components = 0.65, ...options }) {
    const names = columns ?? defaultColumns(reference, false);
    if (names.length < 2) throw new ChurnError("BAD_OPTION", "reconstruction needs at least two columns");
    if (!(components > 0) || (components > 1 && !Number.isInteger(components)) || components > names.length) {
      throw new ChurnError("BAD_OPTION", `cannot keep ${components} components of ${names.length} columns`, {
        hint: "a share of the variance below 1, or a whole number of columns",
      });
    }
    const encoders = names.map((name) => fitEncoder(reference, name));
    const written = prepared(encoders.map((encoder) => encode(encoder, reference, "reference")));
    const d = names.length;
    const { values, vectors } = symmetricEigen(covarianceOf(written, reference.rows), d);
    const total = values.reduce((sum, value) => sum + value, 0);
    let kept = 0;
    let explained = 0;
    do explained += values[kept++] / total;
    while (components < 1 ? kept < d && explained <= components : kept < components);
    const fewer = kept < d - kept && explained <= MOST_EXPLAINED;
    const across = fewer ? { across: vectors.slice(0, kept * d) } : {};
    return {
      encoders,
      kept,
      lost: vectors.slice(kept * d),
      ...across,
      threshold: options.threshold ?? STANDARD_DEVIATION,
      optimism: optimismOf(d, kept, reference.rows),
    };
  },

  series: ({ threshold, optimism }) => [
    {
      key: "reconstruction_error",
      metric: "reconstruction_error",
      label: "Reconstruction error",
      threshold,
      range: { lower: 0, drop: true },
      optimism,
    },
  ],

  prepare: ({ encoders }, table, { period }) => prepared(encoders.map((encoder) => encode(encoder, table, period))),

  measure(state, _table, { from, to }, { prepared }): RawMeasure[] {
    const n = to - from;
    if (n === 0) {
      const none = Number.NaN;
      const band = { samplingError: none, upperConfidenceBoundary: none, lowerConfidenceBoundary: none };
      return [{ value: none, n, reason: "no rows", ...band }];
    }
    const errors = rowErrors(prepared, state, from, to);
    // infinite values give rows without an error
    for (let i = 0; i < n; i++) if (!Number.isFinite(errors[i])) errors[i] = Number.NaN;
    const { mean, squares, n: rows } = momentsOrNaN(errors);
    const infinite = n - rows;
    const samplingError = Math.sqrt(squares / (rows - 1)) / Math.sqrt(rows);
    return [
      {
        value: mean,
        n: rows,
        samplingError,
        upperConfidenceBoundary: mean + 3 * samplingError,
        lowerConfidenceBoundary: Math.max(0, mean - 3 * samplingError),
        ...(infinite > 0 ? { note: `${infinite} rows with infinite values are left out` } : {}),
        ...(rows === 0 ? { reason: "every row has an infinite value" } : {}),
      },
    ];
  },
};

/**
 * How much larger the error of other rows is than that of the rows that the plane was fitted on, where all columns are noise: the
 * directions of least variance in a sample have less of it there than elsewhere. Sample eigenvalues of noise lie on a semicircle
 * of radius 2 √(columns / rows) around 1 (Marchenko and Pastur 1967); the lost ones are the least of them.
 */
function optimismOf(columns: number, kept: number, rows: number): number {
  const lost = (columns - kept) / columns;
  // mean of the least share of a semicircle of radius 1, below 0
  const least = lost <= 0.5 ? 1 - 1.15 * lost : 0.85 * (1 - lost);
  const left = 1 - 2 * Math.sqrt(columns / rows) * least;
  return 1 / Math.sqrt(Math.max(0.1, left)) - 1;
}

type Table = Parameters<typeof numbersOf>[0];

function fitEncoder(reference: Table, name: string): Encoder {
  const column = reference.columns.get(name);
  const rows = reference.rows;
  if (column && isCategory(column)) {
    const counts = new Float64Array(column.levels.length);
    let missing = 0;
    for (const code of column.codes) {
      if (code < 0) missing++;
      else counts[code] = counts[code] + 1;
    }
    if (missing === rows) throw allMissing(name);
    let commonest = 0;
    column.levels.forEach((level, code) => {
      const a = counts[code];
      const b = counts[commonest];
      if (a > b || (a === b && level < column.levels[commonest])) commonest = code;
    });
    counts[commonest] = counts[commonest] + missing;
    const share = counts.map((count) => count / rows);
    let mean = 0;
    share.forEach((each) => {
      mean += each * each;
    });
    let variance = 0;
    share.forEach((each) => {
      variance += each * (each - mean) ** 2;
    });
    const deviation = variance > 1e-30 ? Math.sqrt(variance) : 1;
    const categories = { levels: column.levels, share, wasText: true };
    return { name, missing: share[commonest], mean, deviation, categories };
  }
  const { n, mean, squares } = columnMoments(reference, name, numbersOf(reference, name, "reference"));
  if (n === 0) throw allMissing(name);
  if (!Number.isFinite(squares)) {
    throw new ChurnError("BAD_INPUT", `reference: column "${name}" has infinite values`, {
      hint: "leave those rows out, or make the values missing",
    });
  }
  // missing values become the mean: they add nothing to the squares
  const deviation = squares > 0 ? Math.sqrt(squares / rows) : 1;
  return { name, missing: mean, mean, deviation, categories: null };
}

const allMissing = (name: string) =>
  new ChurnError("BAD_INPUT", `reference: every value of column "${name}" is missing`);

/** A function that writes the standardised values of some rows of a column. */
function encode({ name, missing, mean, deviation, categories }: Encoder, table: Table, where: string): Write {
  const standIn = (missing - mean) / deviation;
  if (categories) {
    const { codes, levels } = categoriesOf(table, name, where, categories.wasText);
    const share = new Map(categories.levels.map((level, i) => [level, categories.share[i]]));
    const value = Float64Array.from(levels, (level) => ((share.get(level) ?? 0) - mean) / deviation);
    return (from: number, to: number, into: Float64Array) => {
      for (let i = from; i < to; i++) {
        const code = codes[i];
        into[i - from] = code < 0 ? standIn : value[code];
      }
    };
  }
  const values = numbersOf(table, name, where);
  return (from: number, to: number, into: Float64Array) => {
    for (let i = from; i < to; i++) {
      const value = values[i];
      into[i - from] = !Number.isNaN(value) ? (value - mean) / deviation : standIn;
    }
  };
}

function covarianceOf({ columns, room }: EncodedRows, rows: number): Float64Array {
  const d = columns.length;
  const sums = new Float64Array(d * d);
  for (let from = 0; from < rows; from += BLOCK) {
    const to = Math.min(rows, from + BLOCK);
    columns.forEach((write, c) => {
      write(from, to, room[c]);
    });
    for (let a = 0; a < d; a++) {
      // two columns at a time: x is loaded once for both
      for (let b = a; b < d; b += 2) {
        addProducts(sums, a * d + b, room[a], b + 1 < d ? [room[b], room[b + 1]] : [room[b]], to - from);
      }
    }
  }
  const covariance = new Float64Array(d * d);
  for (let a = 0; a < d; a++) {
    for (let b = 0; b < d; b++) {
      covariance[a * d + b] = sums[Math.min(a, b) * d + Math.max(a, b)] / (rows - 1);
    }
  }
  return covariance;
}

/** Adds the products of a column with one or two others, to as many places. */
function addProducts(
  sums: Float64Array,
  at: number,
  x: Float64Array,
  [y, w]: readonly [Float64Array, Float64Array?],
  rows: number,
): void {
  const second = w ?? y;
  let sumY = 0;
  let sumW = 0;
  for (let i = 0; i < rows; i++) {
    const value = x[i];
    sumY += value * y[i];
    sumW += value * second[i];
  }
  sums[at] = sums[at] + sumY;
  if (w) sums[at + 1] = sums[at + 1] + sumW;
}

/** How far each row lies from the plane of the kept directions. */
function rowErrors(
  { columns, room }: EncodedRows,
  { lost, across }: ReconstructionState,
  from: number,
  to: number,
): Float64Array {
  const d = columns.length;
  const directions = across ?? lost;
  const along = room[d];
  const squares = room[d + 1];
  const errors = new Float64Array(to - from);
  for (let start = from; start < to; start += BLOCK) {
    const end = Math.min(to, start + BLOCK);
    const rows = end - start;
    columns.forEach((write, c) => {
      write(start, end, room[c]);
    });
    squares.fill(0);
    if (across) for (let c = 0; c < d; c++) addSquares(squares, room[c], 1, rows);
    for (let row = 0; row < directions.length; row += d) {
      along.fill(0);
      const weights = directions.subarray(row, row + d);
      for (let c = 0; c < d; c += 4) addWeighted(along, room, weights, c, rows);
      addSquares(squares, along, across ? -1 : 1, rows);
    }
    for (let i = 0; i < rows; i++) errors[start - from + i] = Math.sqrt(Math.max(0, squares[i]));
  }
  return errors;
}

function addSquares(sums: Float64Array, values: Float64Array, sign: number, rows: number): void {
  for (let i = 0; i < rows; i++) sums[i] = sums[i] + sign * values[i] * values[i];
}

/** Four columns at a time, from column c on: a quarter of the loads and stores of one by one. */
function addWeighted(
  sums: Float64Array,
  room: readonly Float64Array[],
  weights: Float64Array,
  c: number,
  rows: number,
): void {
  const d = weights.length;
  const weight = (k: number) => (c + k < d ? weights[c + k] : 0);
  const column = (k: number) => room[Math.min(c + k, d - 1)];
  const w0 = weight(0);
  const w1 = weight(1);
  const w2 = weight(2);
  const w3 = weight(3);
  const z0 = column(0);
  const z1 = column(1);
  const z2 = column(2);
  const z3 = column(3);
  for (let i = 0; i < rows; i++) {
    sums[i] = sums[i] + w0 * z0[i] + w1 * z1[i] + w2 * z2[i] + w3 * z3[i];
  }
}
