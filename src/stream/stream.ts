import { setTimeout as sleep } from "node:timers/promises";
import { ChurnError } from "../core/errors.js";
import type { StageContext } from "../core/progress.js";
import { updateDailySummary } from "../store/daily-summary.js";
import { type Database, text } from "../store/database.js";
import type { Store } from "../store/open-store.js";
import { lastLoad } from "./last-load.js";
import { type StreamOptions, type StreamSettings, streamOptions } from "./options.js";
import { type StagedDays, stageDays } from "./stage-days.js";

/** One batch of a stream, as the ledger has it. */
export interface StreamBatch {
  number: number;
  rows: number;
  first_day: string | null;
  last_day: string | null;
  /** Seconds that the transaction took; null for a batch of an earlier run. */
  seconds: number | null;
}

/** What a stream has brought, earlier runs included. */
export interface StreamResult {
  name: string;
  origin: StagedDays["origin"];
  batches: StreamBatch[];
  rows: number;
  /** Batches that earlier runs had brought already. */
  resumed_at: number;
  /** True when the log had no more rows before all batches were full. */
  exhausted: boolean;
}

/**
 * Streams the days after the loaded range into `DP_CDR_Data`, batch by batch.
 *
 * Each batch is one transaction with its row in the ledger `batches`, so a killed stream goes on at the next batch, with
 * nothing lost and nothing doubled. The store is held only while a batch is written.
 *
 * @throws ChurnError NO_DATA when nothing is loaded; BAD_OPTION when the stream of this name brings other rows
 */
export async function stream(
  store: Store,
  options: StreamOptions = {},
  context: StageContext = {},
): Promise<StreamResult> {
  const settings = streamOptions.parse(options);
  const { signal } = context;
  const log = await store.lease(lastLoad, { signal });
  const staged = await stageDays(store, log, settings, settings.batch_size * settings.num_batches);
  const before = await store.lease((db) => ledger(db, settings.name), { signal });
  checkKey(before, staged, settings);

  const batches: StreamBatch[] = before.map(({ number, rows, first_day, last_day }) => ({
    number,
    rows,
    first_day,
    last_day,
    seconds: null,
  }));
  const total = Math.min(settings.num_batches * settings.batch_size, staged.rows);
  const report = () => {
    const done = batches.reduce((sum, batch) => sum + batch.rows, 0);
    context.onProgress?.({ task: `stream ${settings.name}`, done, total, unit: "rows" });
  };
  let exhausted = false;
  const start = Date.now();
  report();
  for (let number = batches.length; number < settings.num_batches; number++) {
    const due = start + (number - before.length) * settings.interval * 1000;
    if (due > Date.now()) await pause(due - Date.now(), signal);
    const begun = performance.now();
    const batch = await store.lease((db) => db.transaction(() => insertBatch(db, settings, staged, number)), {
      signal,
    });
    if (!batch) {
      exhausted = true;
      break;
    }
    batches.push({ ...batch, seconds: (performance.now() - begun) / 1000 });
    report();
  }
  return {
    name: settings.name,
    origin: staged.origin,
    batches,
    rows: batches.reduce((sum, batch) => sum + batch.rows, 0),
    resumed_at: before.length,
    exhausted,
  };
}

interface LedgerRow extends StreamBatch {
  key: string;
  source: string;
}

function ledger(db: Database, name: string): Promise<LedgerRow[]> {
  return db.rows(
    `SELECT number, rows, CAST(first_day AS VARCHAR) AS first_day, CAST(last_day AS VARCHAR) AS last_day, sha256 AS key, source
     FROM batches WHERE kind = 'stream' AND name = $1 ORDER BY number`,
    [name],
  ) as unknown as Promise<LedgerRow[]>;
}

function checkKey(before: LedgerRow[], staged: StagedDays, settings: StreamSettings): void {
  const first = before[0];
  if (!first || first.key === staged.key) return;
  throw new ChurnError(
    "BAD_OPTION",
    `stream "${settings.name}" began with other rows (${first.source}) than it would go on with (${staged.origin})`,
    {
      hint: "start another one with --name, or go back to the options it began with",
    },
  );
}

async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => {
    throw new ChurnError("INTERRUPTED", "stream interrupted between two batches; the same command goes on");
  });
}

/** Writes one batch and its ledger row; undefined when no row is left. */
async function insertBatch(
  db: Database,
  settings: StreamSettings,
  staged: StagedDays,
  number: number,
): Promise<Omit<StreamBatch, "seconds"> | undefined> {
  const next = await db.row<{ batch: number; id: number; taken: number; number: number }>(
    `SELECT (SELECT coalesce(max(batch_id), 0) + 1 FROM batches) AS batch, (SELECT coalesce(max(id), 0) FROM DP_CDR_Data) AS id,
      (SELECT coalesce(sum(lines), 0) FROM batches WHERE kind = 'stream' AND name = $1) AS taken,
      (SELECT count(*) FROM batches WHERE kind = 'stream' AND name = $1) AS number`,
    [settings.name],
  );
  const { batch, id, taken, number: expected } = next as { batch: number; id: number; taken: number; number: number };
  if (expected !== number) {
    throw new ChurnError(
      "STORE_BUSY",
      `another process streams "${settings.name}" too: batch ${number} is in the store already`,
      {
        hint: "stop one of them, or give one another --name",
      },
    );
  }
  await db.run(`CREATE OR REPLACE TEMP TABLE arriving AS SELECT * FROM read_parquet(${text(staged.path)}, file_row_number = true)
    WHERE file_row_number >= ${taken} AND file_row_number < ${taken + settings.batch_size}`);
  const arriving = await db.row<{ lines: number }>("SELECT count(*) AS lines FROM arriving");
  if (!arriving?.lines) return undefined;

  const columns = (await db.rows<{ column_name: string }>("DESCRIBE arriving"))
    .map((column) => column.column_name)
    .filter((column) => column !== "file_row_number");
  const rows = await db.run(`INSERT INTO DP_CDR_Data (id, batch_id, ${columns.join(", ")})
    SELECT ${id} + row_number() OVER (ORDER BY file_row_number), ${batch}, ${columns.join(", ")} FROM arriving
    WHERE NOT EXISTS (FROM DP_CDR_Data s WHERE s.DP_MSISDN = arriving.DP_MSISDN AND s.DP_DATE = arriving.DP_DATE)`);
  const span = await db.row<{ first_day: string; last_day: string }>(
    "SELECT CAST(min(DP_DATE) AS VARCHAR) AS first_day, CAST(max(DP_DATE) AS VARCHAR) AS last_day FROM arriving",
  );
  const { first_day, last_day } = span as { first_day: string; last_day: string };
  await db.run(
    `INSERT INTO batches VALUES ($1, 'stream', $2, $3, $4, $5, '', $6, 0, $7, 0, 0, $8, 0, CAST($9 AS DATE), CAST($10 AS DATE), '{}', now()::TIMESTAMP)`,
    [
      batch,
      settings.name,
      number,
      staged.origin,
      staged.key,
      arriving.lines,
      rows,
      arriving.lines - rows,
      first_day,
      last_day,
    ],
  );
  await updateDailySummary(db, first_day, last_day);
  await db.run("DROP TABLE arriving");
  return { number, rows, first_day, last_day };
}
