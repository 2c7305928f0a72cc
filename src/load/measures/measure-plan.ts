import type { CellReading, LogMeasure } from "../../store/log-columns.js";

/** A column of a file as expressions see it. */
export interface ReadColumn {
  /** What it is called in the SQL of the plan. */
  alias: string;
  /** Its name in the file, and its position from 0. */
  column: string;
  position: number;
  reading: CellReading;
}

/** A cast that a row may fail. */
export interface CastCheck {
  /** SQL for whether it fails. */
  fails: string;
  /** The first column that it casts. */
  column: string;
  reason: string;
}

/** A measure that is computed. */
export interface ComputedMeasure {
  measure: LogMeasure;
  /** SQL over the aliases: an aggregate for events, a plain expression for days; a DOUBLE. */
  sql: string;
}

/** How measures are computed from the columns of a file. */
export interface MeasurePlan {
  reads: readonly ReadColumn[];
  checks: readonly CastCheck[];
  computed: readonly ComputedMeasure[];
}
