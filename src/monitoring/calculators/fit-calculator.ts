import { ChurnError } from "../../core/errors.js";
import { type Chunk, type Chunking, chunkTable } from "../chunks/chunk.js";
import { countTimestamped, orderTable } from "../chunks/order-table.js";
import type { MonitoredTable, OrderedTable } from "../chunks/table.js";
import type { FittedPart, MeasureContext, Part, PartContext, RawMeasure, SeriesPlan } from "./calculator.js";
import { judge, median, notInside, strictlyBeyond } from "./judge.js";
import { type ChunkInfo, chunkInfo, finite, type Measure } from "./measure.js";
import { clampLimits, fitLimits, type Limits } from "./threshold.js";

/** Options that every part takes. */
export interface MeasureOptions {
  /** By default ten chunks of the same number of rows. */
  readonly chunking?: Chunking;
  /** `"nannyml"` gives NannyML's own numbers where it errs. */
  readonly compat?: "nannyml" | undefined;
}

/** A table, or one that `orderTable` has sorted once for several parts. */
export type AnyTable = MonitoredTable | OrderedTable;

export interface RunTables {
  readonly reference: AnyTable;
  readonly analysis?: AnyTable;
}

/** Learns from a reference: statistics, limits, and the reference's own measures. */
export function fitPart<Options, State, Prepared>(
  part: Part<Options, State, Prepared>,
  reference: AnyTable,
  options: Options & MeasureOptions,
): FittedPart<State> {
  const compat = isCompat(options.compat);
  const table = ordered(reference, "reference", compat, options.chunking ?? {});
  const warnings = [...table.warnings];
  const context = { compat, warn: (text: string) => warnings.push(text) };
  const state = part.fit(table, options, context);
  const chunks = chunkTable(table, options.chunking ?? {}, { gaps: !compat, warnings });
  const prepared = part.prepare?.(state, table, "reference") as Prepared;
  const raw = measureChunks(part, state, table, chunks, { ...context, isReference: true, prepared });
  return fittedFrom(part, state, table, chunks, raw, context, warnings);
}

/** What a part has learned, from its measures of the reference chunks. */
export function fittedFrom<Options, State, Prepared>(
  part: Part<Options, State, Prepared>,
  state: State,
  table: OrderedTable,
  chunks: readonly Chunk[],
  raw: readonly (readonly RawMeasure[])[],
  context: PartContext,
  warnings: readonly string[],
): FittedPart<State> {
  const { compat } = context;
  const plans = part.series(state);
  const limits = plans.map((plan, s) =>
    limitsOf(
      part,
      plan,
      raw.map((row) => row[s]),
      context,
    ),
  );
  const usualRows = plans.map((_, s) => median(raw.map((row) => row[s].n).filter((n) => n > 0)) || 0);
  const time = table.time;
  return {
    part: part.name,
    compat,
    zone: table.zone ?? null,
    until: time && countTimestamped(time) > 0 ? time[countTimestamped(time) - 1] : null,
    state,
    limits,
    usualRows,
    chunks: chunks.map((chunk) => ({ ...chunkInfo(chunk, "reference"), ...part.chunkExtras?.(table, chunk) })),
    measures: judged(part, raw, limits, usualRows, compat),
    warnings,
  };
}

/** The chunks of an analysis, each with the measures of every series. */
export interface MeasuredSeries {
  readonly chunks: readonly ChunkInfo[];
  readonly measures: readonly (readonly Measure[])[];
  readonly warnings: readonly string[];
}

/** Measures an analysis table with what was learned; the reference rows are not needed any more. */
export function measurePart<Options, State, Prepared>(
  part: Part<Options, State, Prepared>,
  fitted: FittedPart<State>,
  analysis: AnyTable,
  chunking: Chunking = {},
): MeasuredSeries {
  const { compat, state } = fitted;
  const table = ordered(analysis, "analysis", compat, chunking);
  const warnings = [...fitted.warnings, ...table.warnings];
  const prepared = part.prepare?.(state, table, "analysis") as Prepared;
  const context = { compat, warn: (text: string) => warnings.push(text), isReference: false, prepared };
  const chunks = chunkTable(table, chunking, { gaps: !compat, warnings });
  const before = fitted.measures.at(-1)?.map(({ alert }) => alert);
  const raw = measureChunks(part, state, table, chunks, context, before);
  return measuredFrom(part, fitted, table, chunks, raw, warnings);
}

/** Judges the measures of an analysis. */
export function measuredFrom<Options, State, Prepared>(
  part: Part<Options, State, Prepared>,
  fitted: FittedPart<State>,
  table: OrderedTable,
  chunks: readonly Chunk[],
  raw: readonly (readonly RawMeasure[])[],
  others: readonly string[],
): MeasuredSeries {
  const { compat, limits, usualRows } = fitted;
  const warnings = [...others];
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
    chunks: chunks.map((chunk) => ({ ...chunkInfo(chunk, "analysis"), ...part.chunkExtras?.(table, chunk) })),
    measures: judged(part, raw, limits, usualRows, compat),
    warnings: [...new Set(warnings)],
  };
}

/** What a part has learned, as one must send it to another thread to measure there: without the reference's measures. */
export const toMeasureWith = (fitted: FittedPart): FittedPart => ({
  ...fitted,
  chunks: [],
  measures: fitted.measures.slice(-1),
});

function measureChunks<Options, State, Prepared>(
  part: Part<Options, State, Prepared>,
  state: State,
  table: OrderedTable,
  chunks: readonly Chunk[],
  context: Omit<MeasureContext<Prepared>, "previousAlerts">,
  before: readonly (boolean | null | undefined)[] = [],
): RawMeasure[][] {
  let previousAlerts = before;
  return chunks.map((chunk) => {
    const raw = part.measure(state, table, chunk, { ...context, previousAlerts });
    previousAlerts = raw.map(({ alert }) => alert);
    return raw;
  });
}

// a period holds all rows of one time: their order can change nothing
export const ordered = (table: AnyTable, name: string, compat: boolean, chunking: Chunking): OrderedTable =>
  "ordered" in table ? table : orderTable(table, name, compat || chunking.period !== undefined);

export function isCompat(compat: unknown): boolean {
  if (compat !== undefined && compat !== "nannyml") {
    throw new ChurnError("BAD_OPTION", `unknown value for compat: ${JSON.stringify(compat)}`, {
      hint: 'it takes "nannyml", or leave it out',
    });
  }
  return compat === "nannyml";
}

function limitsOf<Options, State, Prepared>(
  part: Part<Options, State, Prepared>,
  plan: SeriesPlan,
  raw: readonly RawMeasure[],
  { compat, warn }: PartContext,
): Limits {
  if (!plan.threshold || raw.some(({ failed }) => failed)) return { lower: null, upper: null };
  const values = raw.map((each) => (part.limitsOf === "realized" ? (each.realized ?? Number.NaN) : each.value));
  const known = values.flatMap((value, i) => (Number.isNaN(value) ? [] : [i]));
  let limits = fitLimits(plan.threshold, values);
  if (!compat && plan.threshold.type !== "constant" && known.length < 2) {
    const only = known[0] === undefined ? undefined : raw[known[0]];
    const value = known[0] === undefined ? Number.NaN : values[known[0]];
    const error = only?.samplingError;
    const none = error === undefined || Number.isNaN(error) || Number.isNaN(value);
    limits = none ? { lower: null, upper: null } : { lower: value - 3 * error, upper: value + 3 * error };
    warn(
      `${plan.key}: ${known.length} reference ${known.length === 1 ? "chunk has" : "chunks have"} a value, ` +
        `no spread to set a threshold from; ${none ? "no threshold is set" : "it is set at ± 3 standard errors"}`,
    );
  } else if (!compat && plan.threshold.type === "standard_deviation" && known.length < ENOUGH_CHUNKS) {
    const errors = known.map((i) => raw[i]?.samplingError ?? Number.NaN).filter((error) => !Number.isNaN(error));
    const mean = known.reduce((sum, i) => sum + values[i], 0) / known.length;
    if (errors.length > 0) limits = atLeast(limits, mean, 3 * median(errors));
    const chance = known.map((i) => raw[i]?.chance ?? Number.NaN).filter((each) => !Number.isNaN(each));
    if (chance.length > 0 && limits.upper !== null) {
      limits = { ...limits, upper: Math.max(limits.upper, median(chance)) };
    }
  }
  return clampLimits(limits, plan.range);
}

/** With fewer reference chunks their spread says little; NannyML warns of it. */
const ENOUGH_CHUNKS = 6;

/** Limits no nearer to the mean than a margin: few chunks may lie close together by luck, closer than chance allows. */
function atLeast({ lower, upper }: Limits, mean: number, margin: number): Limits {
  return {
    lower: lower === null ? null : Math.min(lower, mean - margin),
    upper: upper === null ? null : Math.max(upper, mean + margin),
  };
}

function judged<Options, State, Prepared>(
  part: Part<Options, State, Prepared>,
  raw: readonly (readonly RawMeasure[])[],
  limits: readonly Limits[],
  usualRows: readonly number[],
  compat: boolean,
): Measure[][] {
  const rule = part.rule === "strict" ? strictlyBeyond : notInside;
  return raw.map((row) =>
    row.map((each, s): Measure => {
      const limit = limits[s];
      const value = finite(each.value);
      const verdict =
        each.alert !== undefined
          ? { alert: each.alert }
          : compat
            ? { alert: rule(each.value, limit) }
            : judge(value, limit, {
                n: each.n,
                usualRows: usualRows[s],
                samplingError: each.samplingError,
                fewestRows: part.fewestRows,
                exact: part.exact,
              });
      const note = [each.note, "note" in verdict ? verdict.note : undefined].filter((text) => text).join("; ");
      // every measure has the same properties in the same order, which engines read and write faster
      return {
        value,
        alert: verdict.alert,
        n: each.n,
        lowerThreshold: each.lost ? null : limit.lower,
        upperThreshold: each.lost ? null : limit.upper,
        samplingError: known(each.samplingError),
        lowerConfidenceBoundary: known(each.lowerConfidenceBoundary),
        upperConfidenceBoundary: known(each.upperConfidenceBoundary),
        realized: known(each.realized),
        notComputed: value === null ? (each.reason ?? "not defined for these rows") : undefined,
        note: note || undefined,
      };
    }),
  );
}

const known = (value: number | undefined): number | null | undefined =>
  value === undefined ? undefined : finite(value);
