import { ChurnError } from "../core/errors.js";
import type { Database } from "../store/database.js";
import { chooseOrigin, type StagedDays } from "./buffer-days.js";
import { type LoadedLogs, loadedLogs } from "./loaded-logs.js";
import type { StreamSettings } from "./options.js";

/** What earlier runs of a stream have brought. */
export interface StreamSoFar {
  batches: number;
  rows: number;
  /** Rows of the staged file that are used up. */
  taken: number;
  lastDay: string | null;
  /** Last day before its first one: that of the load, or of the streams before it. */
  after: string;
  /** Number of the last batch of other streams that came before its first one, 0 when there is none, and lines up to it. */
  earlier: { batch: number; lines: number };
  /** What its rows are, and from where; undefined before its first batch. */
  key: string | undefined;
  source: string | undefined;
}

/** One batch of a stream, as recorded in the ledger. */
export interface StreamBatch {
  number: number;
  rows: number;
  /** Rows of the stream up to and with this batch. */
  rowsInAll: number;
  firstDay: string | null;
  lastDay: string | null;
  /** Seconds that the transaction took; null for a batch of an earlier run. */
  seconds: number | null;
  /** Seconds that it began later than it was due; null for a batch of an earlier run. */
  lag: number | null;
}

/** Batches that a result lists: the last ones. */
export const LISTED = 10_000;

/** What the ledger says of a stream: the logs that it goes through, and how far it has come. */
export interface StreamHistory {
  logs: LoadedLogs;
  /** Where its rows come from; undefined where there are none to come. */
  origin: StagedDays["origin"] | undefined;
  soFar: StreamSoFar;
  batches: StreamBatch[];
}

/** Reads what a stream has brought so far. */
export async function readSoFar(db: Database, settings: StreamSettings): Promise<StreamHistory> {
  const { name } = settings;
  const sums = await db.row<{ batches: number; rows: number; taken: number; lastDay: string | null }>(
    `SELECT count(*) AS batches, coalesce(sum(rows), 0) AS rows, coalesce(sum(lines), 0) AS taken,
      CAST(max(last_day) AS VARCHAR) AS lastDay FROM batches WHERE kind = 'stream' AND name = $1`,
    [name],
  );
  const first = await db.row<{ batch_id: number; key: string; source: string; notes: string }>(
    "SELECT batch_id, sha256 AS key, source, notes FROM batches WHERE kind = 'stream' AND name = $1 ORDER BY number LIMIT 1",
    [name],
  );
  const batches = await db.rows(
    `SELECT number, rows, sum(rows) OVER (ORDER BY number) AS rowsInAll, CAST(first_day AS VARCHAR) AS firstDay,
      CAST(last_day AS VARCHAR) AS lastDay, NULL AS seconds, NULL AS lag FROM batches WHERE kind = 'stream' AND name = $1 ORDER BY number DESC LIMIT ${LISTED}`,
    [name],
  );
  const others = await db.row<{ day: string | null; earlier: number; lines: number }>(
    `SELECT CAST(max(last_day) AS VARCHAR) AS day, coalesce(max(batch_id) FILTER (batch_id < $2), 0) AS earlier,
      coalesce(sum(lines) FILTER (batch_id < $2), 0) AS lines
     FROM batches WHERE kind = 'stream' AND name <> $1`,
    [name, first?.batch_id ?? 2 ** 31 - 1],
  );
  const logs = await loadedLogs(db, first?.batch_id);
  const origin = chooseOrigin(logs, settings);
  const { last_day } = logs.furthest;
  const [held = last_day] = logs.held.map(({ after }) => after).sort();
  const loaded = origin === "held-back" ? held : last_day;
  const begun = first ? ((JSON.parse(first.notes) as { after?: string }).after ?? last_day) : undefined;
  const reached = others?.day && others.day > loaded ? others.day : loaded;
  const earlier = { batch: others?.earlier ?? 0, lines: others?.lines ?? 0 };
  const soFar = { ...sums, key: first?.key, source: first?.source, after: begun ?? reached, earlier } as StreamSoFar;
  return { logs, origin, soFar, batches: (batches as unknown as StreamBatch[]).reverse() };
}

/** Names of the rows that the streams of this store brought: each of them may continue. */
export async function streamedKeys(db: Database): Promise<string[]> {
  const found = await db.rows<{ key: string }>("SELECT DISTINCT sha256 AS key FROM batches WHERE kind = 'stream'");
  return found.map(({ key }) => key);
}

/** @throws ChurnError BAD_OPTION when the stream of this name brought other rows than it would continue with */
export function checkSameRows({ key, source }: StreamSoFar, staged: StagedDays, name: string): void {
  if (key === undefined || key === staged.key) return;
  throw new ChurnError(
    "BAD_OPTION",
    `stream "${name}" began with other rows (${source}) than it would continue with (${staged.origin})`,
    { hint: "start another one with --name, or go back to the options it began with" },
  );
}
