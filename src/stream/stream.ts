import { setTimeout as sleep } from "node:timers/promises";
import { ChurnError } from "../core/errors.js";
import type { StageContext } from "../core/progress.js";
import type { Database } from "../store/database.js";
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
  let taken = before.reduce((sum, batch) => sum + batch.lines, 0);
  const start = Date.now();
  report();
  for (let number = batches.length; number < settings.num_batches; number++) {
    const due = start + (number - before.length) * settings.interval * 1000;
    if (due > Date.now()) await pause(due - Date.now(), signal);
    const begun = performance.now();
    if (taken >= staged.rows) {
      exhausted = true;
      break;
    }
    const batch = await store.commitBatch(
      {
        kind: "stream",
        name: settings.name,
        number,
        source: staged.origin,
        content: staged.key,
        rows: { parquet: staged.path, from: taken, count: settings.batch_size },
      },
      signal ? { signal } : {},
    );
    if (!batch.written) {
      throw new ChurnError(
        "STORE_BUSY",
        `another process streams "${settings.name}" too: batch ${number} is in the store already`,
        { hint: "stop one of them, or give one another --name" },
      );
    }
    taken += batch.lines;
    const { rows, first_day, last_day } = batch;
    batches.push({ number, rows, first_day, last_day, seconds: (performance.now() - begun) / 1000 });
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
  lines: number;
  key: string;
  source: string;
}

function ledger(db: Database, name: string): Promise<LedgerRow[]> {
  return db.rows(
    `SELECT number, lines, rows, CAST(first_day AS VARCHAR) AS first_day, CAST(last_day AS VARCHAR) AS last_day, sha256 AS key, source
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
