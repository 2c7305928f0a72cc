import type { ColumnTable } from "arquero";
import { arqueroTable } from "../../core/arquero-table.js";
import { closestMatch } from "../../core/closest-match.js";
import { ChurnError } from "../../core/errors.js";
import type { ChunkInfo, Measure, MeasureField, Series } from "../calculators/measure.js";
import type { Period } from "../chunks/chunk.js";
import { csvLines, type Scalar } from "./csv-text.js";

/** What to keep of a result; a name or several. */
export interface ResultFilter {
  readonly period?: Period | "all";
  /** Metrics or drift methods; `confusion_matrix` stands for its four cells. */
  readonly metrics?: string | readonly string[];
  readonly columns?: string | readonly string[];
}

/** One measure with its chunk: a row of the long form. */
export type LongRow = {
  part: string;
  column: string | null;
  metric: string;
  chunk_key: string;
  chunk_index: number;
  chunk_start_date: string | null;
  chunk_end_date: string | null;
  chunk_period: string;
  value: number | null;
  sampling_error: number | null;
  lower_confidence_boundary: number | null;
  upper_confidence_boundary: number | null;
  lower_threshold: number | null;
  upper_threshold: number | null;
  realized: number | null;
  alert: boolean | null;
  n: number;
  not_computed: string | null;
  note: string | null;
};

const COLUMN_OF: Record<MeasureField, string> = {
  value: "value",
  samplingError: "sampling_error",
  realized: "realized",
  upperConfidenceBoundary: "upper_confidence_boundary",
  lowerConfidenceBoundary: "lower_confidence_boundary",
  upperThreshold: "upper_threshold",
  lowerThreshold: "lower_threshold",
  alert: "alert",
};

const CELLS = ["true_positive", "true_negative", "false_positive", "false_negative"];

/**
 * The result of one calculator: chunks (reference, then analysis) by series (a metric, or a metric of a column).
 *
 * Nothing in it is NaN: a value that could not be computed is null and its measure says why.
 */
export class MonitoringResult {
  constructor(
    /** Name of the calculator that it comes from. */
    readonly calculator: string,
    readonly chunks: readonly ChunkInfo[],
    readonly series: readonly Series[],
    /** Properties of a measure that the flat table shows, in NannyML's order. */
    readonly fields: readonly MeasureField[],
    readonly warnings: readonly string[] = [],
  ) {}

  /** The same result with fewer chunks or series. */
  filter({ period = "all", metrics, columns }: ResultFilter): MonitoringResult {
    if (!["all", "reference", "analysis"].includes(period)) {
      throw new ChurnError("BAD_OPTION", `unknown period ${JSON.stringify(period)}`, {
        hint: "it takes all, reference or analysis",
      });
    }
    const keep = this.chunks.map((chunk) => period === "all" || chunk.period === period);
    const wanted = known(metrics, new Set(this.series.map((each) => each.metric)), "metric");
    const among = known(columns, new Set(this.series.flatMap((each) => each.column ?? [])), "column");
    const series = this.series
      .filter((each) => !wanted || wanted.has(each.metric))
      .filter((each) => !among || (each.column !== undefined && among.has(each.column)))
      .map((each) => ({ ...each, measures: each.measures.filter((_, i) => keep[i]) }));
    const chunks = this.chunks.filter((_, i) => keep[i]);
    return new MonitoringResult(this.calculator, chunks, series, this.fields, this.warnings);
  }

  /** The same result with the series that a test passes. */
  select(keep: (series: Series) => boolean): MonitoringResult {
    return new MonitoringResult(this.calculator, this.chunks, this.series.filter(keep), this.fields, this.warnings);
  }

  /** The same result with the titles of its columns, for charts, reports and alerts. */
  withTitles(titleOf: (column: string) => string): MonitoringResult {
    const series = this.series.map((each) =>
      each.column === undefined ? each : { ...each, columnTitle: titleOf(each.column) },
    );
    return new MonitoringResult(this.calculator, this.chunks, series, this.fields, this.warnings);
  }

  /** The measures of one series, by its key: `result.measures("roc_auc")`. */
  measures(key: string): readonly Measure[] {
    const found = this.series.find((each) => each.key === key);
    if (!found) {
      const keys = this.series.map((each) => each.key);
      const near = closestMatch(key, keys);
      throw new ChurnError("BAD_OPTION", `the result has no series ${JSON.stringify(key)}`, {
        hint: near ? `did you mean ${JSON.stringify(near)}?` : `it has ${keys.join(", ")}`,
      });
    }
    return found.measures;
  }

  /** Every alert of the analysis, oldest chunk first. */
  alerts(): { chunk: ChunkInfo; series: Series; measure: Measure }[] {
    return this.chunks.flatMap((chunk, i) =>
      chunk.period === "reference"
        ? []
        : this.series
            .map((series) => ({ chunk, series, measure: series.measures[i] }))
            .filter(({ measure }) => measure.alert === true),
    );
  }

  /** Names of the columns of the flat table, as NannyML's `to_df(multilevel=False)` has them. */
  columnNames(): string[] {
    const names = ["chunk_key", "chunk_index", "chunk_start_index", "chunk_end_index"];
    names.push("chunk_start_date", "chunk_end_date", "chunk_period");
    if (this.calculator === "realized") names.push("chunk_targets_missing_rate");
    for (const { key } of this.series) names.push(...this.columnsOf(key));
    return names;
  }

  /** Names of the columns of one series in the flat table. */
  columnsOf(key: string): string[] {
    return this.fields.map((field) => `${key}_${COLUMN_OF[field]}`);
  }

  /** One row a chunk, with NannyML's flat column names. */
  toRows(): Record<string, Scalar>[] {
    const names = this.columnNames();
    return this.toCells().map((cells) => Object.fromEntries(names.map((name, c) => [name, cells[c]])));
  }

  /** The same without names: in the order of `columnNames`. */
  toCells(): Scalar[][] {
    return this.chunks.map((chunk, i) => {
      const cells: Scalar[] = [chunk.key, chunk.chunkIndex, chunk.startIndex, chunk.endIndex];
      cells.push(chunk.startDate, chunk.endDate, chunk.period);
      if (this.calculator === "realized") cells.push(chunk.targetsMissingRate ?? null);
      for (const { measures } of this.series) {
        const measure = measures[i];
        for (const field of this.fields) cells.push(measure[field] ?? null);
      }
      return cells;
    });
  }

  /** One row a measure, with the number of rows behind it and the reason of every missing value. */
  toLong(): LongRow[] {
    return this.series.flatMap(({ metric, column, measures }) =>
      measures.map((measure, i) => {
        const chunk = this.chunks[i];
        return {
          part: this.calculator,
          column: column ?? null,
          metric,
          chunk_key: chunk.key,
          chunk_index: chunk.chunkIndex,
          chunk_start_date: chunk.startDate,
          chunk_end_date: chunk.endDate,
          chunk_period: chunk.period,
          value: measure.value,
          sampling_error: measure.samplingError ?? null,
          lower_confidence_boundary: measure.lowerConfidenceBoundary ?? null,
          upper_confidence_boundary: measure.upperConfidenceBoundary ?? null,
          lower_threshold: measure.lowerThreshold,
          upper_threshold: measure.upperThreshold,
          realized: measure.realized ?? null,
          alert: measure.alert,
          n: measure.n,
          not_computed: measure.notComputed ?? null,
          note: measure.note ?? null,
        };
      }),
    );
  }

  /** The flat table as an Arquero table. */
  toTable(): ColumnTable {
    const rows = this.toRows();
    return arqueroTable(this.columnNames().map((name) => [name, rows.map((row) => row[name] ?? null)]));
  }

  /** The flat table as CSV. */
  toCsv(): string {
    return csvLines([this.columnNames(), ...this.toCells()]);
  }
}

function known(asked: string | readonly string[] | undefined, names: Set<string>, what: string) {
  if (asked === undefined) return undefined;
  const list = (typeof asked === "string" ? [asked] : asked).flatMap((name) =>
    name === "confusion_matrix" ? CELLS : [name],
  );
  for (const name of list) {
    if (names.has(name)) continue;
    const near = closestMatch(name, [...names]);
    throw new ChurnError("BAD_OPTION", `the result has no ${what} ${JSON.stringify(name)}`, {
      hint: near ? `did you mean ${JSON.stringify(near)}?` : `it has ${[...names].join(", ") || "none"}`,
    });
  }
  return new Set(list);
}
