import type { Chunk } from "../chunks/chunk.js";
import type { OrderedTable } from "../chunks/table.js";
import type { ChunkInfo, MeasureField, PartName, SeriesInfo } from "./measure.js";
import type { Limits, Range, Threshold } from "./threshold.js";

/** What a part says of one chunk, before limits are known; NaN is allowed here and goes no further. */
export interface RawMeasure {
  readonly value: number;
  readonly n: number;
  readonly samplingError?: number;
  readonly lowerConfidenceBoundary?: number;
  readonly upperConfidenceBoundary?: number;
  readonly realized?: number;
  /** How far chance alone goes without any drift: where reference chunks are few, limits are not set below it. */
  readonly chance?: number;
  /** Why there is no value. */
  readonly reason?: string;
  readonly note?: string;
  /** An alert that is not decided by limits (a p-value), or null to leave it empty as NannyML does. */
  readonly alert?: boolean | null;
  /** NannyML fails here; when that happens in the reference it sets no limits for the series. */
  readonly failed?: boolean;
  /** NannyML loses the whole record, thresholds too. */
  readonly lost?: boolean;
}

/** A series of a fitted part: what it is about, and how its limits are set. */
export interface SeriesPlan extends SeriesInfo {
  /** How limits are fitted; null for none. */
  readonly threshold: Threshold | null;
  readonly range: Range;
}

export interface PartContext {
  /** Give NannyML's numbers where it errs. */
  readonly compat: boolean;
  warn(text: string): void;
}

export interface MeasureContext<Prepared = unknown> extends PartContext {
  readonly isReference: boolean;
  /** What `prepare` gave. */
  readonly prepared: Prepared;
  /** The alerts of the chunk before, one a series. */
  readonly previousAlerts: readonly (boolean | null | undefined)[];
}

/**
 * One part of monitoring. `fit` learns from the reference all that is ever needed of it, as plain data that can be saved;
 * `measure` looks at one chunk with that alone.
 */
export interface Part<Options, State, Prepared = unknown> {
  readonly name: PartName;
  readonly fields: readonly MeasureField[];
  /** Which rule NannyML alerts by. */
  readonly rule: "strict" | "not_inside";
  fit(reference: OrderedTable, options: Options, context: PartContext): State;
  series(state: State): SeriesPlan[];
  measure(state: State, table: OrderedTable, chunk: Chunk, context: MeasureContext<Prepared>): RawMeasure[];
  /** Checks that a table can be measured at all, and does what needs doing once before its chunks. */
  prepare?(state: State, table: OrderedTable, name: "reference" | "analysis"): Prepared;
  /** Chunks with fewer rows do not alert; and whether a value is exact, not a sample's: then few rows are no excuse. */
  readonly fewestRows?: number;
  readonly exact?: boolean;
  /** What limits are fitted on: the value (default), or what came true. */
  readonly limitsOf?: "value" | "realized";
  chunkExtras?(table: OrderedTable, chunk: Chunk): Partial<ChunkInfo>;
}

/** A part that has learned its reference: plain data, to be saved and loaded. */
export interface FittedPart<State = unknown> {
  readonly part: PartName;
  readonly compat: boolean;
  readonly zone: "naive" | "utc" | null;
  /** The last time in the reference, to see an analysis that reaches back into it. */
  readonly until: number | null;
  readonly state: State;
  readonly limits: readonly Limits[];
  /** Median rows behind the reference chunks, one a series. */
  readonly usualRows: readonly number[];
  readonly chunks: readonly ChunkInfo[];
  readonly measures: readonly (readonly import("./measure.js").Measure[])[];
  readonly warnings: readonly string[];
}
