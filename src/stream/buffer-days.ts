import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { CDR_COLUMNS, MEASURES } from "../cdr/columns.js";
import { dateOf, dayOf } from "../core/days.js";
import { ChurnError } from "../core/errors.js";
import { makeFolder } from "../core/make-folder.js";
import { cleanRows } from "../load/clean-rows.js";
import { type Database, text } from "../store/database.js";
import { parquetRows } from "../store/file-sql.js";
import { inMemory } from "../store/memory-database.js";
import type { Store } from "../store/open-store.js";
import { findStaged, removeShorter } from "./buffered-files.js";
import type { LastLoad } from "./last-load.js";
import type { StreamSettings } from "./options.js";
import { applyScenario, type ScenarioSpan } from "./scenario-sql.js";
import { writeSampleDays } from "./write-sample-days.js";

/** The days to stream, as a Parquet file in the order in which they arrive: by day, then by subscriber. */
export interface StagedDays {
  path: string;
  /** Names what the rows are; the same rows have the same key. */
  key: string;
  rows: number;
  origin: "held-back" | "sample" | "resample";
}

/**
 * Puts the days after the loaded range into a file, so that a stream that was killed finds the very same rows again.
 *
 * @param need the day after which they begin, and how many rows; a held-back log may have fewer
 * @throws ChurnError BAD_OPTION when the origin that was asked for does not exist for this log
 */
export async function bufferDays(
  store: Store,
  log: LastLoad,
  settings: StreamSettings,
  need: { after: string; rows: number },
): Promise<StagedDays> {
  const { after, rows } = need;
  const origin = chooseOrigin(log, settings);
  const varied = origin === "resample" ? [settings.seed] : [];
  const span = spanOf(after, settings);
  const plain = span.scenario === "none";
  const scenario = plain ? (origin === "sample" ? ["none"] : []) : [span.scenario, span.from, span.days];
  const late = settings.label_delay ? [settings.label_delay] : [];
  const start = after === log.last_day ? [] : [after];
  const key = createHash("sha256")
    .update(
      JSON.stringify([origin, log.source, log.sha256, log.last_day, log.cells, scenario, varied, ...late, ...start]),
    )
    .digest("hex")
    .slice(0, 12);
  await makeFolder(settings.data_dir);
  const folder = resolve(settings.data_dir);
  const path = join(folder, `stream_${key}${origin === "held-back" ? "" : `_${rows}`}.parquet`);
  const there = origin === "held-back" ? existsSync(path) && path : findStaged(folder, key, rows);
  if (there) return { path: there, key, origin, rows: await rowsOf(there) };

  const beside = `${path}.${process.pid}.part`;
  try {
    if (origin === "held-back") await stageHeldBack(log, { after, rows, span }, beside);
    else if (origin === "sample") await stageSample(log, { after, rows, span }, beside);
    else await stageResampled(store, log, { after, rows, span, seed: settings.seed }, beside);
    await rename(beside, path);
    if (origin !== "held-back") removeShorter(folder, key, path);
  } finally {
    await rm(beside, { force: true });
  }
  return { path, key, origin, rows: await rowsOf(path) };
}

function rowsOf(path: string): Promise<number> {
  return inMemory(
    async (db) => (await db.row<{ n: number }>(`SELECT count(*) AS n FROM ${parquetRows(path)}`))?.n ?? 0,
  );
}

function chooseOrigin(log: LastLoad, { origin }: StreamSettings): StagedDays["origin"] {
  const isSample = log.source.startsWith("sample:");
  const chosen = origin !== "auto" ? origin : log.held_back > 0 ? "held-back" : isSample ? "sample" : "resample";
  if (chosen === "held-back" && log.held_back === 0) {
    throw new ChurnError("BAD_OPTION", 'option "stream.origin" is "held-back", but the load held no rows back', {
      hint: 'load a part with --until, or use "resample"',
    });
  }
  if (chosen === "sample" && !isSample) {
    throw new ChurnError("BAD_OPTION", `option "stream.origin" is "sample", but the log is ${log.source}`, {
      hint: 'use "held-back" or "resample"',
    });
  }
  return chosen;
}

/** What is staged: the days after one, so many rows, and what changes in them. */
interface Staging {
  after: string;
  rows: number;
  span: ScenarioSpan;
}

function spanOf(after: string, { scenario, scenario_day, scenario_days }: StreamSettings): ScenarioSpan {
  return { scenario, from: scenario_day ?? dateOf(dayOf(after) + 1), days: scenario_days };
}

const PLAIN: ScenarioSpan = { scenario: "none", from: "", days: null };

/** Writes a query with our columns, in order of arrival. */
async function writeRows(db: Database, query: string, path: string, span = PLAIN): Promise<void> {
  const names = (await db.rows<{ column_name: string }>(`DESCRIBE ${query}`)).map(({ column_name }) => column_name);
  const columns = CDR_COLUMNS.filter(({ name }) => names.includes(name)).map((column) => applyScenario(column, span));
  await db.run(
    `COPY (SELECT ${columns.join(", ")} FROM (${query}) ORDER BY DP_DATE, DP_MSISDN) TO ${text(path)} (FORMAT parquet, COMPRESSION zstd)`,
  );
}

async function stageHeldBack(log: LastLoad, { after, span }: Staging, path: string): Promise<void> {
  await inMemory(async (db) => {
    await cleanRows(db, { path: log.file, format: log.cells.format, delimiter: log.cells.delimiter }, log.cells);
    await writeRows(db, `SELECT * EXCLUDE (line) FROM clean WHERE DP_DATE > DATE '${after}'`, path, span);
  });
}

async function stageSample(log: LastLoad, { after, rows, span }: Staging, path: string): Promise<void> {
  const csv = `${path}.csv`;
  try {
    await writeSampleDays(log.source, { from: dayOf(after) + 1, rows, span }, csv);
    await inMemory(async (db) => {
      await cleanRows(
        db,
        { path: csv, format: "csv", delimiter: "," },
        { columns: {}, grain: "day", empty_cells: "reject", date_format: null },
      );
      await writeRows(db, "SELECT * EXCLUDE (line) FROM clean", path);
    });
  } finally {
    await rm(csv, { force: true });
  }
}

/** Repeats the last loaded week, measure by measure up to 10 % more or less; ids and labels stay, counts stay whole. */
async function stageResampled(
  store: Store,
  log: LastLoad,
  { after, rows, span, seed }: Staging & { seed: number },
  path: string,
): Promise<void> {
  await store.lease(async (db) => {
    const last = dayOf(log.last_day);
    const week = await db.row<{ n: number }>(
      `SELECT count(*) AS n FROM DP_CDR_Data WHERE DP_DATE > DATE '${dateOf(last - 7)}' AND DP_DATE <= DATE '${log.last_day}'`,
    );
    // whole weeks after the loaded one, so that weekdays stay what they are
    const before = Math.floor((dayOf(after) - last) / 7);
    const weeks = before + Math.ceil(rows / Math.max(week?.n ?? 0, 1)) + (after === log.last_day ? 0 : 1);
    const columns = CDR_COLUMNS.map(({ name: column, kind }) => {
      if (!MEASURES.some((measure) => measure.name === column)) return column === "DP_DATE" ? "day AS DP_DATE" : column;
      // md5, since DuckDB's own hash may change from version to version
      const noise = `(md5_number_lower(concat_ws('|', DP_MSISDN, day, '${column}', ${seed})) % 2000001 / 1000000.0 - 1) * 0.1`;
      const varied = `${column} * (1 + ${noise})`;
      return kind === "count" ? `CAST(round(${varied}) AS BIGINT) AS ${column}` : `round(${varied}, 3) AS ${column}`;
    });
    await writeRows(
      db,
      `SELECT ${columns.join(", ")} FROM (
        SELECT *, DP_DATE + CAST(7 * week AS INTEGER) AS day FROM DP_CDR_Data, range(${before + 1}, ${weeks + 1}) AS weeks(week)
        WHERE DP_DATE > DATE '${dateOf(last - 7)}' AND DP_DATE <= DATE '${log.last_day}') WHERE day > DATE '${after}'`,
      path,
      span,
    );
  });
}
