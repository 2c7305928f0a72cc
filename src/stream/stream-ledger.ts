import { ChurnError } from "../core/errors.js";
import type { Database } from "../store/database.js";
import type { StreamSettings } from "./options.js";
import type { StagedDays } from "./stage-days.js";

/** What earlier runs of a stream have brought. */
export interface StreamSoFar {
  batches: number;
  rows: number;
  /** Rows of the staged file that are used up. */
  taken: number;
  last_day: string | null;
}

/** One batch of a stream, as the ledger has it. */
export interface StreamBatch {
  number: number;
  rows: number;
  first_day: string | null;
  last_day: string | null;
  /** Seconds that the transaction took; null for a batch of an earlier run. */
  seconds: number | null;
  /** Seconds that it began later than it was due; null for a batch of an earlier run. */
  lag: number | null;
}

/** Batches that a result lists: the last ones. */
export const LISTED = 10_000;

/**
 * Reads what a stream has brought so far.
 *
 * @throws ChurnError BAD_OPTION when the stream of this name brought other rows than it would go on with
 */
export async function readLedger(
  db: Database,
  settings: StreamSettings,
  staged: StagedDays,
): Promise<{ soFar: StreamSoFar; batches: StreamBatch[] }> {
  const { name } = settings;
  const sums = await db.row<{ batches: number; rows: number; taken: number; last_day: string | null }>(
    `SELECT count(*) AS batches, coalesce(sum(rows), 0) AS rows, coalesce(sum(lines), 0) AS taken,
      CAST(max(last_day) AS VARCHAR) AS last_day FROM batches WHERE kind = 'stream' AND name = $1`,
    [name],
  );
  const first = await db.row<{ key: string; source: string }>(
    "SELECT sha256 AS key, source FROM batches WHERE kind = 'stream' AND name = $1 ORDER BY number LIMIT 1",
    [name],
  );
  if (first && first.key !== staged.key) {
    throw new ChurnError(
      "BAD_OPTION",
      `stream "${name}" began with other rows (${first.source}) than it would go on with (${staged.origin})`,
      { hint: "start another one with --name, or go back to the options it began with" },
    );
  }
  const batches = await db.rows(
    `SELECT number, rows, CAST(first_day AS VARCHAR) AS first_day, CAST(last_day AS VARCHAR) AS last_day,
      NULL AS seconds, NULL AS lag FROM batches WHERE kind = 'stream' AND name = $1 ORDER BY number DESC LIMIT ${LISTED}`,
    [name],
  );
  return { soFar: sums as StreamSoFar, batches: (batches as unknown as StreamBatch[]).reverse() };
}
