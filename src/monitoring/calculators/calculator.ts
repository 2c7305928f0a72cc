import type { Chunk, Period } from "../chunks/chunk.js";
import type { Column } from "../chunks/column.js";
import type { OrderedTable } from "../chunks/table.js";
import type { Baseline, Chance } from "./baseline-facts.js";
import type { CalculatorConfig } from "./calculator-config.js";
import type { ChunkInfo, Measure, MeasureField, SeriesInfo } from "./measure.js";
import type { Limits, Range, Threshold } from "./threshold.js";

/** What a calculator says of one chunk, before limits are known; NaN is allowed here and goes no further. */
export interface RawMeasure {
  readonly value: number;
  readonly n: number;
  readonly samplingError?: number;
  readonly lowerConfidenceBoundary?: number;
  readonly upperConfidenceBoundary?: number;
  readonly realized?: number;
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

/** A series of a fitted calculator: what it is about, and how its limits are set. */
export interface SeriesPlan extends SeriesInfo {
  /** How limits are fitted; null for none. */
  readonly threshold: Threshold | null;
  readonly range: Range;
  /** Of a distance: how far chance alone takes it without any drift. */
  readonly chance?: Chance;
  /** It is a share of rows. */
  readonly share?: boolean;
  /** It grows with the rows of a chunk, a count or a sum: it is judged by row. */
  readonly perRow?: boolean;
  /** Of an error of a fit: how much larger, as a share, it is on other rows than on those that it was fitted on. */
  readonly optimism?: number;
}

export interface CalculatorContext {
  /** Reproduce NannyML's results exactly, including its known bugs. */
  readonly compat: boolean;
  warn(text: string): void;
}

/** Chunks to measure one after the other: plain data, so that two threads can share them. */
export interface ChunkQueue<State = unknown> {
  readonly state: State;
  /** The columns of the table that the chunks are of, in the order of the state's. */
  readonly columns: readonly Column[];
  readonly chunks: readonly Chunk[];
  readonly period: Period;
  /** Number of the next chunk to take, in memory that the threads share. */
  readonly next: Int32Array;
}

/**
 * Measures chunks with a calculator's `measureQueue`, on several threads where that pays.
 *
 * @param load rows to go through in all
 */
export type MeasureQueue = (queue: Omit<ChunkQueue, "next">, load: number) => Promise<RawMeasure[]>;

export interface PrepareContext {
  readonly period: Period;
  readonly chunks: readonly Chunk[];
  readonly measureQueue: MeasureQueue;
}

export interface MeasureContext<Prepared = unknown> extends CalculatorContext {
  readonly isReference: boolean;
  /** What `prepare` gave. */
  readonly prepared: Prepared;
  /** The alerts of the chunk before, one a series. */
  readonly previousAlerts: readonly (boolean | null | undefined)[];
}

/** What a result is evidence of, for those who judge and draw results. */
export type Role =
  | { readonly of: "performance"; readonly outcome: "realized" | "estimated" }
  /** Whether scores mean what they say. */
  | { readonly of: "calibration" }
  | { readonly of: "drift" }
  | { readonly of: "multivariate drift" }
  /** Worse data; `fault` is what a reader calls it: "missing values". */
  | { readonly of: "quality"; readonly fault: string }
  | { readonly of: "statistics" };

/** How the configuration of `nml run` asks for a calculator. */
export interface NannymlCalculator {
  readonly type: string;
  /** The parameters that are kept. */
  readonly keys: readonly string[];
  /** What its type alone says. */
  readonly implies?: Readonly<Record<string, readonly string[]>>;
}

/**
 * A calculator: one question about a table, asked of every chunk. `fit` learns from the reference all that is ever needed
 * of it, as plain data that can be saved; `measure` looks at one chunk with that alone.
 */
export interface Calculator<
  Options,
  State,
  Prepared = unknown,
  Name extends string = string,
  Config extends CalculatorConfig = CalculatorConfig,
> {
  /** Key of its result, and of its state in a saved monitor. */
  readonly name: Name;
  /** What it is called where people read: in charts, in the report, in the verdict. */
  readonly title: string;
  readonly role: Role;
  readonly config: Config;
  /** NannyML's calculator of the same; left out where there is none. */
  readonly nannyml?: NannymlCalculator;
  readonly fields: readonly MeasureField[];
  /** Which rule NannyML alerts by. */
  readonly rule: "strict" | "not_inside";
  /** It looks at one column after the other, and shares nothing with calculators that need the sorted scores. */
  readonly byColumn: boolean;
  fit(reference: OrderedTable, options: Options, context: CalculatorContext): State;
  series(state: State): SeriesPlan[];
  /** Checks that a table can be measured at all, and does what needs doing once before its chunks. */
  prepare?(state: State, table: OrderedTable, context: PrepareContext): Prepared | Promise<Prepared>;
  measure(state: State, table: OrderedTable, chunk: Chunk, context: MeasureContext<Prepared>): RawMeasure[];
  /** Measures chunks of a queue until none is left, by their numbers; for chunks that take long. */
  measureQueue?(queue: ChunkQueue<State>): Promise<[number, RawMeasure][]>;
  /** Chunks with fewer rows do not alert; and whether a value is exact, not a sample's: then few rows do not excuse it. */
  readonly fewestRows?: number;
  readonly exact?: boolean;
  /** What limits are fitted on: the value (default), or what came true. */
  readonly limitsOf?: "value" | "realized";
  chunkExtras?(table: OrderedTable, chunk: Chunk): Partial<ChunkInfo>;
}

/** A calculator that prepares at once. */
export interface SyncCalculator<
  Options,
  State,
  Prepared = unknown,
  Name extends string = string,
  Config extends CalculatorConfig = CalculatorConfig,
> extends Calculator<Options, State, Prepared, Name, Config> {
  prepare?(state: State, table: OrderedTable, context: PrepareContext): Prepared;
}

/** A calculator that has learned its reference: plain data, to be saved and loaded. */
export interface FittedCalculator<State = unknown> {
  readonly calculator: string;
  readonly compat: boolean;
  readonly zone: "naive" | "utc" | null;
  /** The last time in the reference, to see an analysis that reaches back into it. */
  readonly until: number | null;
  readonly state: State;
  readonly limits: readonly Limits[];
  /** What limits follow from where no threshold was given, and with `compat`: null then. */
  readonly baselines: readonly (Baseline | null)[];
  /** Median rows behind the reference chunks, one a series. */
  readonly usualRows: readonly number[];
  readonly chunks: readonly ChunkInfo[];
  readonly measures: readonly (readonly Measure[])[];
  readonly warnings: readonly string[];
}
