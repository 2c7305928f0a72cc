import type { ChunkQueue, FittedCalculator, RawMeasure } from "../calculators/calculator.js";
import type { MeasuredSeries, MeasureOptions } from "../calculators/fit-calculator.js";
import type { Chunking } from "../chunks/chunk.js";
import type { OrderedTable } from "../chunks/table.js";
import type { CalculatorName } from "./calculators.js";

/** Work on one table, by kind: plain data, so that another thread can do it; it looks calculators up by their names. */
export interface Jobs {
  readonly fit: {
    readonly table: OrderedTable;
    readonly plans: readonly { readonly name: CalculatorName; readonly options: object & MeasureOptions }[];
  };
  readonly measure: {
    readonly table: OrderedTable;
    readonly fitted: readonly (readonly [CalculatorName, FittedCalculator])[];
    readonly chunking: Chunking;
  };
  readonly queue: { readonly name: string; readonly queue: ChunkQueue };
}

/** What comes of it, as plain data too. */
export interface JobResults {
  readonly fit: readonly (readonly [CalculatorName, FittedCalculator])[];
  readonly measure: readonly (readonly [CalculatorName, MeasuredSeries])[];
  readonly queue: readonly (readonly [number, RawMeasure])[];
}

export type JobKind = keyof Jobs;

/** A job as it is sent to a thread. */
export type JobMessage = { readonly [K in JobKind]: { readonly kind: K; readonly job: Jobs[K] } }[JobKind];
