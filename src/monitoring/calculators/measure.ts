import type { Chunk, Period } from "../chunks/chunk.js";

/** One number of one chunk, and all that is needed to judge it. */
export interface Measure {
  /** The value, or null when it cannot be computed; `notComputed` says why. */
  readonly value: number | null;
  /** Outside its limits; null only where NannyML leaves it empty and `compat` asks for the same. */
  readonly alert: boolean | null;
  /** Rows that the value is made of, after leaving out missing ones. */
  readonly n: number;
  readonly lowerThreshold: number | null;
  readonly upperThreshold: number | null;
  /** Standard error of the value in a chunk of n rows. */
  readonly samplingError?: number | null | undefined;
  readonly lowerConfidenceBoundary?: number | null | undefined;
  readonly upperConfidenceBoundary?: number | null | undefined;
  /** What came true, beside an estimate. */
  readonly realized?: number | null | undefined;
  readonly notComputed?: string | undefined;
  /** What a reader should know before trusting the value or the missing alert. */
  readonly note?: string | undefined;
}

/** A property of a measure that is a column of the flat table. */
export type MeasureField = Exclude<keyof Measure, "n" | "notComputed" | "note">;

/** A chunk as results carry it. */
export interface ChunkInfo {
  readonly key: string;
  readonly chunkIndex: number;
  /** First and last row (inclusive) in time order. */
  readonly startIndex: number;
  readonly endIndex: number;
  readonly startDate: string | null;
  readonly endDate: string | null;
  readonly startMs: number | null;
  readonly endMs: number | null;
  readonly period: Period;
  readonly rows: number;
  /** Share of rows whose label is not in, where labels are looked at. */
  readonly targetsMissingRate?: number;
}

/** What one series of a result is about. */
export interface SeriesInfo {
  /** What the columns of the flat table start with: `roc_auc`, `tenure_jensen_shannon`. */
  readonly key: string;
  readonly metric: string;
  /** The metric for people: `ROC AUC`. */
  readonly label: string;
  readonly column?: string;
  /** What a person calls the column, where that is known. */
  readonly columnTitle?: string;
  readonly columnType?: "continuous" | "categorical";
}

/** How far measures of a series lie from its reference. */
export interface Expectation {
  /** Of a threshold that was given: alerts are taken as they are. */
  readonly given: boolean;
  /** A limit that does not depend on the reference: what lies within it is no change. */
  readonly limited: boolean;
  /** Usual value in the reference; null where it is not known, as of a distance. */
  readonly usual: number | null;
  /** Signed standard normal deviate of some chunks together; null where none has a value. */
  deviation(measures: readonly Measure[]): number | null;
}

/** The values of one calculator over all chunks, for one column or metric. */
export interface Series extends SeriesInfo {
  /** One a chunk, in the order of the chunks. */
  readonly measures: readonly Measure[];
  readonly expected?: Expectation;
}

export function chunkInfo(chunk: Chunk, period: Period): ChunkInfo {
  const { key, index, from, to, startDate, endDate, startMs, endMs } = chunk;
  const rows = to - from;
  return {
    key,
    chunkIndex: index,
    startIndex: from,
    endIndex: to - 1,
    startDate,
    endDate,
    startMs,
    endMs,
    period,
    rows,
  };
}

/** A number, or null for NaN and infinities: nothing else leaves a calculation. */
export const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
