import { ChurnError } from "../../core/errors.js";
import { median } from "../../statistics/median.js";
import { type Chunk, type Chunking, chunkTable, type Period } from "../chunks/chunk.js";
import { countTimestamped } from "../chunks/order-table.js";
import type { OrderedTable } from "../chunks/table.js";
import { fitBaseline } from "./baseline.js";
import type {
  Calculator,
  ChunkQueue,
  FittedCalculator,
  MeasureQueue,
  RawMeasure,
  SyncCalculator,
} from "./calculator.js";
import { fitSeriesLimits } from "./fit-series-limits.js";
import { judgeMeasures } from "./judge-measures.js";
import { type ChunkInfo, chunkInfo, type Measure } from "./measure.js";

/** Options that every calculator takes. */
export interface MeasureOptions {
  /** By default ten chunks of the same number of rows. */
  readonly chunking?: Chunking;
  /** `"nannyml"` reproduces NannyML's results exactly, including its known bugs. */
  readonly compat?: "nannyml" | undefined;
}

/** The chunks of an analysis, each with the measures of every series. */
export interface MeasuredSeries {
  readonly chunks: readonly ChunkInfo[];
  readonly measures: readonly (readonly Measure[])[];
  readonly warnings: readonly string[];
}

/** A table cut into chunks, and what they are measured with. */
interface Run<Options, State, Prepared> {
  readonly calculator: Calculator<Options, State, Prepared>;
  readonly state: State;
  readonly table: OrderedTable;
  readonly chunks: readonly Chunk[];
  readonly period: Period;
  readonly compat: boolean;
  readonly warnings: string[];
}

/** What is left to do once the calculator has prepared. */
interface Begun<Prepared, Result> {
  readonly prepared: Prepared | Promise<Prepared>;
  finish(prepared: Prepared): Result;
}

/** Learns from a reference: statistics, limits, and the reference's own measures. */
export function fitCalculator<Options, State, Prepared>(
  calculator: SyncCalculator<Options, State, Prepared>,
  reference: OrderedTable,
  options: Options & MeasureOptions,
): FittedCalculator<State> {
  const { prepared, finish } = beginFit(calculator, reference, options);
  return finish(prepared as Prepared);
}

/** The same with a calculator that takes its time to prepare. */
export async function fitCalculatorAsync<Options, State, Prepared>(
  calculator: Calculator<Options, State, Prepared>,
  reference: OrderedTable,
  options: Options & MeasureOptions,
  measureQueue?: MeasureQueue,
): Promise<FittedCalculator<State>> {
  const { prepared, finish } = beginFit(calculator, reference, options, measureQueue);
  return finish(await prepared);
}

/** Measures an analysis with what was learned; the reference rows are not needed any more. */
export function measureFitted<Options, State, Prepared>(
  calculator: SyncCalculator<Options, State, Prepared>,
  fitted: FittedCalculator<State>,
  analysis: OrderedTable,
  chunking: Chunking = {},
): MeasuredSeries {
  const { prepared, finish } = beginMeasure(calculator, fitted, analysis, chunking);
  return finish(prepared as Prepared);
}

/** The same with a calculator that takes its time to prepare. */
export async function measureFittedAsync<Options, State, Prepared>(
  calculator: Calculator<Options, State, Prepared>,
  fitted: FittedCalculator<State>,
  analysis: OrderedTable,
  chunking: Chunking = {},
  measureQueue?: MeasureQueue,
): Promise<MeasuredSeries> {
  const { prepared, finish } = beginMeasure(calculator, fitted, analysis, chunking, measureQueue);
  return finish(await prepared);
}

/** What was learned, as one must send it to another thread to measure there: without the reference's measures. */
export const toMeasureWith = (fitted: FittedCalculator): FittedCalculator => ({
  ...fitted,
  chunks: [],
  measures: fitted.measures.slice(-1),
});

export function isCompat(compat: unknown): boolean {
  if (compat !== undefined && compat !== "nannyml") {
    throw new ChurnError("BAD_OPTION", `unknown value for compat: ${JSON.stringify(compat)}`, {
      hint: 'it takes "nannyml", or leave it out',
    });
  }
  return compat === "nannyml";
}

function beginFit<Options, State, Prepared>(
  calculator: Calculator<Options, State, Prepared>,
  table: OrderedTable,
  options: Options & MeasureOptions,
  measureQueue?: MeasureQueue,
): Begun<Prepared, FittedCalculator<State>> {
  const compat = isCompat(options.compat);
  const warnings = [...table.warnings];
  const state = calculator.fit(table, options, { compat, warn: (text) => warnings.push(text) });
  const chunks = chunkTable(table, options.chunking ?? {}, { gaps: !compat, warnings });
  const run: Run<Options, State, Prepared> = {
    calculator,
    state,
    table,
    chunks,
    period: "reference",
    compat,
    warnings,
  };
  return {
    prepared: prepare(run, measureQueue),
    finish: (prepared) => toFitted(run, measureChunks(run, prepared)),
  };
}

function beginMeasure<Options, State, Prepared>(
  calculator: Calculator<Options, State, Prepared>,
  fitted: FittedCalculator<State>,
  table: OrderedTable,
  chunking: Chunking,
  measureQueue?: MeasureQueue,
): Begun<Prepared, MeasuredSeries> {
  const { compat, state } = fitted;
  const warnings = [...fitted.warnings, ...table.warnings];
  const chunks = chunkTable(table, chunking, { gaps: !compat, warnings });
  const run: Run<Options, State, Prepared> = {
    calculator,
    state,
    table,
    chunks,
    period: "analysis",
    compat,
    warnings,
  };
  const before = fitted.measures.at(-1)?.map(({ alert }) => alert);
  return {
    prepared: prepare(run, measureQueue),
    finish: (prepared) => toMeasured(run, fitted, measureChunks(run, prepared, before)),
  };
}

function prepare<Options, State, Prepared>(
  { calculator, state, table, chunks, period }: Run<Options, State, Prepared>,
  measureQueue: MeasureQueue = (queue) => measureHere(calculator, queue),
): Prepared | Promise<Prepared> {
  return calculator.prepare?.(state, table, { period, chunks, measureQueue }) as Prepared | Promise<Prepared>;
}

/** Measures a queue of chunks on this thread alone. */
async function measureHere<Options, State, Prepared>(
  calculator: Calculator<Options, State, Prepared>,
  queue: Omit<ChunkQueue, "next">,
): Promise<RawMeasure[]> {
  const raw = await calculator.measureQueue?.({ ...(queue as ChunkQueue<State>), next: new Int32Array(1) });
  return (raw ?? []).map(([, measure]) => measure);
}

function measureChunks<Options, State, Prepared>(
  { calculator, state, table, chunks, period, compat, warnings }: Run<Options, State, Prepared>,
  prepared: Prepared,
  before: readonly (boolean | null | undefined)[] = [],
): RawMeasure[][] {
  const context = {
    compat,
    warn: (text: string) => warnings.push(text),
    isReference: period === "reference",
    prepared,
  };
  let previousAlerts = before;
  return chunks.map((chunk) => {
    const raw = calculator.measure(state, table, chunk, { ...context, previousAlerts });
    previousAlerts = raw.map(({ alert }) => alert);
    return raw;
  });
}

function toFitted<Options, State, Prepared>(
  run: Run<Options, State, Prepared>,
  raw: readonly (readonly RawMeasure[])[],
): FittedCalculator<State> {
  const { calculator, state, table, compat, warnings } = run;
  const context = { compat, warn: (text: string) => warnings.push(text) };
  const plans = calculator.series(state);
  const ofSeries = (s: number) => raw.map((row) => row[s]);
  const limits = plans.map((plan, s) => fitSeriesLimits(plan, ofSeries(s), calculator.limitsOf, context));
  const baselines = plans.map((plan, s) => (compat ? null : fitBaseline(plan, ofSeries(s), calculator.limitsOf)));
  const usualRows = plans.map((_, s) => median(ofSeries(s).flatMap(({ n }) => (n > 0 ? [n] : []))) ?? 0);
  const timed = table.time ? countTimestamped(table.time) : 0;
  return {
    calculator: calculator.name,
    compat,
    zone: table.zone ?? null,
    until: table.time && timed > 0 ? table.time[timed - 1] : null,
    state,
    limits,
    baselines,
    usualRows,
    chunks: chunkInfos(run),
    measures: judgeMeasures(calculator, raw, { plans, limits, baselines, usualRows, compat }),
    warnings,
  };
}

function toMeasured<Options, State, Prepared>(
  run: Run<Options, State, Prepared>,
  fitted: FittedCalculator<State>,
  raw: readonly (readonly RawMeasure[])[],
): MeasuredSeries {
  const { calculator, table } = run;
  const warnings = [...run.warnings];
  if (fitted.zone && table.zone && fitted.zone !== table.zone) {
    const [zoned, naive] = fitted.zone === "utc" ? ["reference", "analysis"] : ["analysis", "reference"];
    throw new ChurnError("BAD_INPUT", `times of the ${zoned} have a zone, those of the ${naive} have none`, {
      hint: "write both with their offset, or both without",
    });
  }
  if (fitted.until !== null && table.time && table.time[0] <= fitted.until) {
    warnings.push("the analysis starts before the reference ends: rows that are in both make it look too good");
  }
  return {
    chunks: chunkInfos(run),
    measures: judgeMeasures(calculator, raw, { ...fitted, plans: calculator.series(fitted.state) }),
    warnings: [...new Set(warnings)],
  };
}

const chunkInfos = <Options, State, Prepared>({
  calculator,
  table,
  chunks,
  period,
}: Run<Options, State, Prepared>): ChunkInfo[] =>
  chunks.map((chunk) => ({ ...chunkInfo(chunk, period), ...calculator.chunkExtras?.(table, chunk) }));
