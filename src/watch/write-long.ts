import { rename } from "node:fs/promises";
import type { MonitoringResult } from "../monitoring/results/monitoring-result.js";
import { name as quoted, text } from "../store/database.js";
import { inMemory } from "../store/memory-database.js";

/** Texts by their place in a list: a table of measures has few of them, each many times. */
class Texts {
  readonly #places = new Map<string, number>();
  /** Place of each row's text in the list, from 1 on; 0 where there is none. */
  readonly codes: Int32Array;

  constructor(rows: number) {
    this.codes = new Int32Array(rows);
  }

  set(row: number, value: string | null | undefined): void {
    if (value === null || value === undefined) return;
    let place = this.#places.get(value);
    if (place === undefined) {
      place = this.#places.size + 1;
      this.#places.set(value, place);
    }
    this.codes[row] = place;
  }

  /** The texts of a column of codes, as SQL. */
  decoded(column: string): string {
    return `([${[...this.#places.keys()].map(text).join(", ")}]::VARCHAR[])[${quoted(column)}]`;
  }
}

const NUMBERS = {
  value: "value",
  sampling_error: "samplingError",
  lower_confidence_boundary: "lowerConfidenceBoundary",
  upper_confidence_boundary: "upperConfidenceBoundary",
  lower_threshold: "lowerThreshold",
  upper_threshold: "upperThreshold",
  realized: "realized",
} as const;

/** Writes the measures of results in long form (the rows of `toLong`) as Parquet. */
export async function writeLong(path: string, results: readonly MonitoringResult[]): Promise<string> {
  const rows = results.reduce((sum, { series, chunks }) => sum + series.length * chunks.length, 0);
  const texts = (): Texts => new Texts(rows);
  const numbers = (): Float64Array => new Float64Array(rows);
  const [part, column, metric, key, start, end] = [texts(), texts(), texts(), texts(), texts(), texts()];
  const [period, reason, note] = [texts(), texts(), texts()];
  const [index, alert, n] = [numbers(), numbers(), numbers()];
  const values = Object.entries(NUMBERS).map(([name, field]) => ({ name, field, column: numbers() }));
  let row = 0;
  for (const result of results) {
    for (const series of result.series) {
      series.measures.forEach((measure, i) => {
        const chunk = result.chunks[i];
        part.set(row, result.calculator);
        column.set(row, series.column);
        metric.set(row, series.metric);
        key.set(row, chunk.key);
        start.set(row, chunk.startDate);
        end.set(row, chunk.endDate);
        period.set(row, chunk.period);
        reason.set(row, measure.notComputed);
        note.set(row, measure.note);
        index[row] = chunk.chunkIndex;
        alert[row] = measure.alert === null ? Number.NaN : Number(measure.alert);
        n[row] = measure.n;
        for (const each of values) each.column[row] = measure[each.field] ?? Number.NaN;
        row++;
      });
    }
  }
  const columns: [name: string, stored: Float64Array | Int32Array, sql: string][] = [
    ["part", part.codes, part.decoded("part")],
    ["column", column.codes, column.decoded("column")],
    ["metric", metric.codes, metric.decoded("metric")],
    ["chunk_key", key.codes, key.decoded("chunk_key")],
    ["chunk_index", index, "chunk_index::INTEGER"],
    ["chunk_start_date", start.codes, start.decoded("chunk_start_date")],
    ["chunk_end_date", end.codes, end.decoded("chunk_end_date")],
    ["chunk_period", period.codes, period.decoded("chunk_period")],
    ...values.map(({ name, column }): (typeof columns)[number] => [name, column, quoted(name)]),
    ["alert", alert, "alert::BOOLEAN"],
    ["n", n, "n::BIGINT"],
    ["not_computed", reason.codes, reason.decoded("not_computed")],
    ["note", note.codes, note.decoded("note")],
  ];
  const partial = `${path}.${process.pid}.partial`;
  await inMemory(async (db) => {
    const stored = columns.map(
      ([name, data]) => `${quoted(name)} ${data instanceof Int32Array ? "INTEGER" : "DOUBLE"}`,
    );
    await db.run(`CREATE TABLE long (${stored.join(", ")})`);
    await db.append(
      "long",
      columns.map(([, data]) => data),
      rows,
    );
    const shown = columns.map(([name, , sql]) => `${sql} AS ${quoted(name)}`);
    await db.run(`COPY (SELECT ${shown.join(", ")} FROM long) TO ${text(partial)} (FORMAT parquet, COMPRESSION zstd)`);
  });
  await rename(partial, path);
  return path;
}
