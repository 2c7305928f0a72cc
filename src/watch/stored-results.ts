import { knownValue } from "../core/known-value.js";
import type { ChunkInfo, Measure, MeasureField } from "../monitoring/calculators/measure.js";
import { type PeriodUnit, periodOf, periodStart } from "../monitoring/chunks/period.js";
import { calculatorEntries } from "../monitoring/engine/calculators.js";
import type { FittedMonitor, MonitoringResults } from "../monitoring/engine/fit-monitor.js";
import { type LongRow, MonitoringResult } from "../monitoring/results/monitoring-result.js";
import type { Database } from "../store/database.js";

/** A measure as the table `monitoring_results` keeps it. */
export type KeptRow = Omit<LongRow, "column"> & {
  /** "" for a measure of no column, since it is part of the key. */
  column_name: string;
  chunk_rows: number;
  chunk_labels: number;
};

const KEY = ["chunk_period", "chunk_key", "part", "metric", "column_name"] as const;
const COLUMNS: readonly (keyof KeptRow)[] = [
  ...KEY,
  ...(["chunk_index", "chunk_start_date", "chunk_end_date", "chunk_rows", "chunk_labels"] as const),
  ...(["value", "sampling_error", "lower_confidence_boundary", "upper_confidence_boundary"] as const),
  ...(["lower_threshold", "upper_threshold", "realized", "alert", "n", "not_computed", "note"] as const),
];

/** What is kept of a model, or nothing when it was computed with other settings. */
export async function readKept(db: Database, version: string, settings: string): Promise<KeptRow[]> {
  const rows = await db.rows<KeptRow & { settings: string }>(
    `SELECT ${COLUMNS.join(", ")}, settings FROM monitoring_results WHERE model_version = $1`,
    [version],
  );
  return rows.every((row) => row.settings === settings) ? rows : [];
}

/** Puts all results of a model into the table, in place of what was there. */
export async function writeKept(db: Database, version: string, settings: string, rows: readonly KeptRow[]) {
  const columns = Object.fromEntries(
    COLUMNS.map((name) => [name, rows.map((row) => plain(row[name]))]),
  ) as unknown as Record<string, (string | null)[]>;
  await db.createTemporary("measured", columns);
  const same = KEY.map((name) => `m.${name} = r.${name}`).join(" AND ");
  await db.transaction(async () => {
    await db.run(
      `DELETE FROM monitoring_results r WHERE model_version = $1 AND NOT EXISTS (FROM measured m WHERE ${same})`,
      [version],
    );
    await db.run(
      `INSERT OR REPLACE INTO monitoring_results (model_version, ${COLUMNS.join(", ")}, settings, computed_at)
       SELECT $1, ${COLUMNS.map((name) => (name === "alert" ? "alert = 1" : name)).join(", ")}, $2, now()::TIMESTAMP FROM measured`,
      [version, settings],
    );
  });
  await db.run("DROP TABLE measured");
}

const plain = (value: string | number | boolean | null) => (typeof value === "boolean" ? Number(value) : value);

/** Results as rows of the table. */
export function toStoredRows(results: MonitoringResults, labels: (chunk: ChunkInfo) => number): KeptRow[] {
  return Object.values(results).flatMap((result) => {
    const chunks = new Map(result.chunks.map((chunk) => [`${chunk.period} ${chunk.key}`, chunk]));
    return result.toLong().map(({ column, chunk_period, chunk_key, chunk_index, ...row }) => {
      const chunk = knownValue(chunks, `${chunk_period} ${chunk_key}`);
      return {
        ...row,
        chunk_period,
        chunk_key,
        chunk_index,
        column_name: column ?? "",
        chunk_rows: chunk.rows,
        chunk_labels: labels(chunk),
      };
    });
  });
}

/** Rows of the table as results again: what was learned of the reference, and the chunks that are kept. */
export function resultsOf(monitor: FittedMonitor, rows: readonly KeptRow[], unit: PeriodUnit): MonitoringResults {
  const results: MonitoringResults = {};
  const analysis = rows.filter((row) => row.chunk_period === "analysis");
  const chunks = chunksOf(analysis, unit);
  for (const [name, reference] of calculatorEntries(monitor.reference())) {
    const measured = new Map(
      analysis
        .filter((row) => row.part === name)
        .map((row) => [[row.metric, row.column_name, row.chunk_key].join("\u0000"), row]),
    );
    const infos = name === "realized" ? chunks : chunks.map(({ targetsMissingRate: _, ...chunk }) => chunk);
    const series = reference.series.map((each) => ({
      ...each,
      measures: [
        ...each.measures,
        ...chunks.map(({ key }) =>
          measureOf(measured.get([each.metric, each.column ?? "", key].join("\u0000")), reference.fields),
        ),
      ],
    }));
    const all = [...reference.chunks, ...infos];
    results[name] = new MonitoringResult(name, all, series, reference.fields, reference.warnings);
  }
  return results;
}

function chunksOf(rows: readonly KeptRow[], unit: PeriodUnit): ChunkInfo[] {
  const byKey = new Map(rows.map((row) => [row.chunk_key, row]));
  let startIndex = 0;
  return [...byKey.values()]
    .map((row) => ({ row, startMs: Date.parse(`${row.chunk_start_date?.replace(" ", "T").replace("Z", "")}Z`) }))
    .sort((a, b) => a.startMs - b.startMs)
    .map(({ row, startMs }, chunkIndex) => {
      const rows = row.chunk_rows;
      const chunk: ChunkInfo = {
        key: row.chunk_key,
        chunkIndex,
        startIndex,
        endIndex: startIndex + rows - 1,
        startDate: row.chunk_start_date,
        endDate: row.chunk_end_date,
        startMs,
        endMs: periodStart(periodOf(startMs, unit) + 1, unit),
        period: "analysis",
        rows,
        ...(rows > 0 ? { targetsMissingRate: (rows - row.chunk_labels) / rows } : {}),
      };
      startIndex += rows;
      return chunk;
    });
}

function measureOf(row: KeptRow | undefined, fields: readonly MeasureField[]): Measure {
  if (!row) {
    return { value: null, alert: false, n: 0, lowerThreshold: null, upperThreshold: null, notComputed: "not measured" };
  }
  const has = (field: MeasureField) => fields.includes(field);
  return {
    value: row.value,
    alert: row.alert,
    n: row.n,
    lowerThreshold: row.lower_threshold,
    upperThreshold: row.upper_threshold,
    ...(has("samplingError") ? { samplingError: row.sampling_error } : {}),
    ...(has("lowerConfidenceBoundary") ? { lowerConfidenceBoundary: row.lower_confidence_boundary } : {}),
    ...(has("upperConfidenceBoundary") ? { upperConfidenceBoundary: row.upper_confidence_boundary } : {}),
    ...(has("realized") ? { realized: row.realized } : {}),
    ...(row.not_computed ? { notComputed: row.not_computed } : {}),
    ...(row.note ? { note: row.note } : {}),
  };
}
