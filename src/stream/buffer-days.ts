import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { resolve } from "node:path";
import { CDR_COLUMNS } from "../cdr/columns.js";
import { dateOf, dayOf } from "../core/days.js";
import { ChurnError } from "../core/errors.js";
import { throwIfInterrupted } from "../core/interrupted.js";
import { makeFolder } from "../core/make-folder.js";
import { cleanRows } from "../load/checking/clean-rows.js";
import { name } from "../store/database.js";
import { parquetRows } from "../store/file-sql.js";
import { logColumns } from "../store/log-columns.js";
import { inMemory } from "../store/memory-database.js";
import type { Store } from "../store/open-store.js";
import { bufferedRowsFile } from "../store/stream-files.js";
import { findStaged, removeShorter } from "./buffered-files.js";
import type { LoadedLogs } from "./loaded-logs.js";
import type { StreamSettings } from "./options.js";
import type { ScenarioSpan } from "./scenario-sql.js";
import { stageHeldBack } from "./stage-held-back.js";
import { writeRows } from "./write-rows.js";
import { writeSampleDays } from "./write-sample-days.js";

/** The days to stream, as a Parquet file in the order in which they arrive: by day, then by subscriber. */
export interface StagedDays {
  path: string;
  /** Names what the rows are; the same rows have the same key. */
  key: string;
  rows: number;
  origin: "held-back" | "sample" | "resample";
}

/** What a stream needs of the days after the loaded ones. */
export interface DaysNeeded {
  /** The day after which they begin; rows that were held back begin after the `until` of their own load. */
  after: string;
  /** How many rows; a held-back log may have fewer. */
  rows: number;
  /** Number of the last batch of other streams that came before, and lines up to it. */
  earlier: { batch: number; lines: number };
}

/**
 * Puts the days after the loaded range into a file, so that a stream that was killed finds the very same rows again.
 *
 * @param origin what `chooseOrigin` said
 * @throws ChurnError BAD_INPUT when rows were held back of a file that is no longer what was loaded; INTERRUPTED
 */
export async function bufferDays(
  store: Store,
  logs: LoadedLogs,
  settings: StreamSettings,
  origin: StagedDays["origin"],
  need: DaysNeeded,
  signal?: AbortSignal,
): Promise<StagedDays> {
  const { after, rows, earlier } = need;
  const span = spanOf(after, settings);
  const key = await keyOf(store, logs, settings, origin, need);
  const isHeldBack = origin === "held-back";
  await makeFolder(settings.data_dir);
  const folder = resolve(settings.data_dir);
  const path = bufferedRowsFile(folder, key, isHeldBack ? undefined : rows);
  const there = isHeldBack ? existsSync(path) && path : findStaged(folder, key, rows);
  if (there) return { path: there, key, origin, rows: await rowsOf(there) };

  const { held, furthest } = logs;
  const beside = `${path}.${process.pid}.part`;
  try {
    if (isHeldBack)
      await stageHeldBack(store, { held, earlier: earlier.batch, span, data_dir: settings.data_dir }, beside, signal);
    else if (origin === "sample") await stageSample(furthest.source, { after, rows, span }, beside, signal);
    else await stageResampled(store, furthest.last_day, { after, rows, span, seed: settings.seed }, beside, signal);
    await rename(beside, path);
    if (!isHeldBack) removeShorter(folder, key, path);
  } finally {
    await rm(beside, { force: true });
  }
  return { path, key, origin, rows: await rowsOf(path) };
}

/** Names the rows by all that they depend on. */
async function keyOf(
  store: Store,
  { furthest: log, held }: LoadedLogs,
  settings: StreamSettings,
  origin: StagedDays["origin"],
  { after, earlier }: DaysNeeded,
): Promise<string> {
  const { scenario, from, days } = spanOf(after, settings);
  const changed = scenario === "none" ? (origin === "sample" ? ["none"] : []) : [scenario, from, days];
  const late = settings.label_delay ? [settings.label_delay] : [];
  const of: unknown[] =
    origin === "held-back"
      ? [...held.map(({ sha256, after, cells }) => [sha256, after, cells]), earlier.lines]
      : [log.source, log.sha256, log.last_day, log.cells];
  const start = origin === "held-back" || after === log.last_day ? [] : [after];
  if (origin === "resample") of.push(await weekOf(store, log.last_day));
  const varied = origin === "resample" ? [settings.seed] : [];
  return createHash("sha256")
    .update(JSON.stringify([origin, ...of, changed, varied, ...late, ...start]))
    .digest("hex")
    .slice(0, 12);
}

/** A checksum of the week that is sampled again: two stores of one log need not have the same. */
async function weekOf(store: Store, last: string): Promise<string> {
  return store.lease(async (db) => {
    const cells = (await logColumns(db)).map((column) => `coalesce(CAST(${name(column.name)} AS VARCHAR), '')`);
    const found = await db.row<{ sum: string }>(
      `SELECT CAST(sum(CAST(md5_number_lower(concat_ws('|', ${cells.join(", ")})) AS HUGEINT)) AS VARCHAR) AS sum
       FROM DP_CDR_Data WHERE ${inLastWeek(last)}`,
    );
    return found?.sum ?? "";
  });
}

const inLastWeek = (last: string) =>
  `DP_DATE > DATE '${dateOf(dayOf(last) - 7)}' AND DP_DATE <= DATE '${last}' AND batch_id NOT IN (SELECT batch_id FROM batches WHERE kind = 'stream')`;

function rowsOf(path: string): Promise<number> {
  return inMemory(
    async (db) => (await db.row<{ n: number }>(`SELECT count(*) AS n FROM ${parquetRows(path)}`))?.n ?? 0,
  );
}

/**
 * Says where the days after the loaded ones come from; undefined where there are none: nothing is made up unasked.
 *
 * @throws ChurnError BAD_OPTION when the origin that was asked for does not exist for this log
 */
export function chooseOrigin(
  { furthest, held }: LoadedLogs,
  { origin }: StreamSettings,
): StagedDays["origin"] | undefined {
  const isSample = furthest.source.startsWith("sample:");
  if (origin === "auto") return held.length ? "held-back" : isSample ? "sample" : undefined;
  if (origin === "held-back" && held.length === 0) {
    throw new ChurnError("BAD_OPTION", 'option "stream.origin" is "held-back", but the load held no rows back', {
      hint: 'load a part with --until, or use "resample"',
    });
  }
  if (origin === "sample" && !isSample) {
    throw new ChurnError("BAD_OPTION", `option "stream.origin" is "sample", but the log is ${furthest.source}`, {
      hint: 'use "held-back" or "resample"',
    });
  }
  return origin;
}

/** What is staged: the days after one, the number of rows, and what changes in them. */
interface Staging {
  after: string;
  rows: number;
  span: ScenarioSpan;
}

function spanOf(after: string, { scenario, scenario_day, scenario_days }: StreamSettings): ScenarioSpan {
  return { scenario, from: scenario_day ?? dateOf(dayOf(after) + 1), days: scenario_days };
}

async function stageSample(
  source: string,
  { after, rows, span }: Staging,
  path: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const csv = `${path}.csv`;
  try {
    await writeSampleDays(source, { from: dayOf(after) + 1, rows, span }, csv);
    throwIfInterrupted(signal, "stream");
    await inMemory(
      async (db) => {
        await cleanRows(
          db,
          { path: csv, format: "csv", delimiter: "," },
          { columns: {}, grain: "day", empty_cells: "reject", date_format: null },
        );
        await writeRows(db, "SELECT * EXCLUDE (line) FROM clean", path, { columns: CDR_COLUMNS });
      },
      { signal, what: "stream" },
    );
  } finally {
    await rm(csv, { force: true });
  }
}

/** Repeats the last loaded week, measure by measure up to 10 % more or less; ids and labels stay, counts stay whole. */
async function stageResampled(
  store: Store,
  last_day: string,
  { after, rows, span, seed }: Staging & { seed: number },
  path: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  await store.lease(
    async (db) => {
      const last = dayOf(last_day);
      const week = await db.row<{ n: number }>(`SELECT count(*) AS n FROM DP_CDR_Data WHERE ${inLastWeek(last_day)}`);
      // whole weeks after the loaded one, so that weekdays stay what they are
      const before = Math.floor((dayOf(after) - last) / 7);
      const weeks = before + Math.ceil(rows / Math.max(week?.n ?? 0, 1)) + (after === last_day ? 0 : 1);
      const record = await logColumns(db);
      const columns = record.map(({ name: column, kind }) => {
        const of = name(column);
        if (kind !== "count" && kind !== "amount") return kind === "day" ? `day AS ${of}` : of;
        // md5, since DuckDB's own hash may change from version to version
        const noise = `(md5_number_lower(concat_ws('|', DP_MSISDN, day, '${column}', ${seed})) % 2000001 / 1000000.0 - 1) * 0.1`;
        const varied = `${of} * (1 + ${noise})`;
        return kind === "count" ? `CAST(round(${varied}) AS BIGINT) AS ${of}` : `round(${varied}, 3) AS ${of}`;
      });
      await writeRows(
        db,
        `SELECT ${columns.join(", ")} FROM (
        SELECT *, DP_DATE + CAST(7 * week AS INTEGER) AS day FROM DP_CDR_Data, range(${before + 1}, ${weeks + 1}) AS weeks(week)
        WHERE ${inLastWeek(last_day)}) WHERE day > DATE '${after}'`,
        path,
        { columns: record, span },
      );
    },
    { signal },
  );
}
