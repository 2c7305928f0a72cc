import { measuresOf } from "../cdr/columns.js";
import { type Cells, name } from "./database.js";
import { type LogColumn, logColumns } from "./log-columns.js";
import { mysqlLogColumns } from "./mysql/mysql-log-columns.js";
import { quoted } from "./mysql/mysql-server.js";
import type { Store } from "./open-store.js";
import { notesOfRows } from "./store-notes.js";

/** One law of the tables, and where it is broken. */
export interface StoreCheck {
  check: string;
  ok: boolean;
  /** How many times it is broken; examples of where. */
  faults: number;
  examples: string[];
}

/** What a check of the whole store found. */
export interface StoreCheckResult {
  store: string;
  ok: boolean;
  version: number;
  batches: number;
  rows: number;
  checks: StoreCheck[];
  /** What is no fault of the store, but to be known of its rows: days that they do not cover. */
  notes: string[];
}

/** Reads a result as objects, in whichever database. */
export type Ask = <Row extends Cells<Row>>(sql: string) => Promise<Row[]>;

/** Each law as a query for what breaks it, in words that DuckDB and MySQL both understand; `what` names the place. */
const LAWS: Record<string, string> = {
  "every batch of the ledger has exactly its rows": `SELECT CONCAT('batch ', b.batch_id, ': ', COALESCE(d.found, 0), ' rows instead of ', b.rows) AS what
    FROM batches b LEFT JOIN (SELECT batch_id, COUNT(*) AS found FROM DP_CDR_Data GROUP BY batch_id) d ON d.batch_id = b.batch_id
    WHERE COALESCE(d.found, 0) <> b.rows`,
  "every batch of the ledger has exactly the rows it set aside": `SELECT CONCAT('batch ', b.batch_id, ': ', COALESCE(r.found, 0), ' rejects instead of ', b.rejected) AS what
    FROM batches b LEFT JOIN (SELECT batch_id, COUNT(*) AS found FROM rejects GROUP BY batch_id) r ON r.batch_id = b.batch_id
    WHERE COALESCE(r.found, 0) <> b.rejected`,
  "every line of a batch is accounted for": `SELECT CONCAT('batch ', b.batch_id) AS what
    FROM batches b LEFT JOIN erased_rows e ON e.batch_id = b.batch_id
    WHERE b.lines <> b.rows + b.rejected + b.merged + b.stored_before + b.held_back + b.blank + COALESCE(e.erased, 0)`,
  "nothing is added to a row that is not there": `SELECT CONCAT(COUNT(*), ' records of batch ', r.batch_id) AS what FROM added_records r
    LEFT JOIN DP_CDR_Data s ON s.DP_DATE = r.DP_DATE AND s.DP_MSISDN = r.DP_MSISDN WHERE s.batch_id IS NULL GROUP BY r.batch_id`,
  "no row is without a batch": `SELECT CONCAT(d.found, ' rows of batch ', d.batch_id, ', which is not in the ledger') AS what
    FROM (SELECT batch_id, COUNT(*) AS found FROM DP_CDR_Data GROUP BY batch_id) d WHERE d.batch_id NOT IN (SELECT batch_id FROM batches)`,
  "no reject is without a batch": `SELECT CONCAT(r.found, ' rejects of batch ', r.batch_id, ', which is not in the ledger') AS what
    FROM (SELECT batch_id, COUNT(*) AS found FROM rejects GROUP BY batch_id) r WHERE r.batch_id NOT IN (SELECT batch_id FROM batches)`,
  "one row per subscriber and day": `SELECT CONCAT(DP_MSISDN, ' on ', DP_DATE, ': ', COUNT(*), ' rows') AS what
    FROM DP_CDR_Data GROUP BY DP_MSISDN, DP_DATE HAVING COUNT(*) > 1`,
  "no row id twice": `SELECT CONCAT('id ', id, ': ', COUNT(*), ' rows') AS what FROM DP_CDR_Data GROUP BY id HAVING COUNT(*) > 1`,
  "no batch key twice": `SELECT CONCAT(kind, ' ', name, ', batch ', number) AS what FROM batches GROUP BY kind, name, number HAVING COUNT(*) > 1`,
  "the batches of a stream follow each other from 0": `SELECT CONCAT('stream ', name, ': ', COUNT(*), ' batches, numbers up to ', MAX(number)) AS what
    FROM batches WHERE kind = 'stream' GROUP BY name HAVING COUNT(*) <> MAX(number) + 1 OR MIN(number) <> 0`,
  "DailySummary is the sum of the rows": `SELECT CONCAT('day ', d.DP_DATE) AS what
    FROM (SELECT DP_DATE, SUM(DP_MOC_COUNT) AS calls, SUM(DP_MOC_DURATION) AS call_time, SUM(DP_DATA_COUNT) AS purchases, SUM(DP_DATA_VOLUME) AS volume
      FROM DP_CDR_Data GROUP BY DP_DATE) d LEFT JOIN DailySummary s ON s.Date = d.DP_DATE
    WHERE s.Date IS NULL OR COALESCE(s.Total_Outgoing_Calls, 0) <> COALESCE(d.calls, 0) OR COALESCE(s.Total_Data_Purchases, 0) <> COALESCE(d.purchases, 0)
      OR ABS(COALESCE(s.Total_Outgoing_Call_Time, 0) - COALESCE(d.call_time, 0)) > 1e-6 * (1 + COALESCE(d.call_time, 0))
      OR ABS(COALESCE(s.Total_Data_Volume, 0) - COALESCE(d.volume, 0)) > 1e-6 * (1 + COALESCE(d.volume, 0))`,
};

/** What the rows that several batches brought have to be, measure by measure; names are quoted as the database does it. */
function addedLaws(columns: readonly LogColumn[], quote: (name: string) => string): Record<string, string> {
  const faults = measuresOf(columns).map(({ name, kind, combine = "add" }) => {
    const [stored, brought] = [`s.${quote(name)}`, `r.${quote(name)}`];
    if (kind === "count" || combine !== "add") return `COALESCE(${stored}, 0) <> COALESCE(${brought}, 0)`;
    return `ABS(COALESCE(${stored}, 0) - COALESCE(${brought}, 0)) > 1e-6 * (1 + ABS(COALESCE(${brought}, 0)))`;
  });
  const sums = measuresOf(columns).map(({ name, combine = "add" }) => {
    const aggregate = combine === "add" ? "SUM" : combine.toUpperCase();
    return `${aggregate}(${quote(name)}) AS ${quote(name)}`;
  });
  return {
    "a row that several batches brought is their sum": `SELECT CONCAT(s.DP_MSISDN, ' on ', s.DP_DATE) AS what FROM DP_CDR_Data s
      JOIN (SELECT DP_DATE, DP_MSISDN, ${sums.join(", ")} FROM added_records GROUP BY DP_DATE, DP_MSISDN) r
        ON r.DP_DATE = s.DP_DATE AND r.DP_MSISDN = s.DP_MSISDN
      WHERE ${faults.join(" OR ")}`,
  };
}

/** How many faults of each law are described in words. */
const EXAMPLES = 5;

/**
 * Looks whether the store keeps its laws: every batch of the ledger has exactly its rows, no row is without a batch, keys are
 * unique, the version is known. Of a MySQL store the database itself is looked at, not the copy.
 *
 * @throws ChurnError STORE_DAMAGED when the version is not known or the file cannot be read
 */
export async function checkStore(store: Store): Promise<StoreCheckResult> {
  const { mirror } = store;
  if (!mirror) {
    return store.lease(async (db) => ({
      ...(await check(store.path, (sql) => db.rows(sql), addedLaws(await logColumns(db), name))),
      notes: await notesOfRows(db),
    }));
  }
  await store.mustExist();
  await mirror.ready();
  const result = await mirror.server.session(async (session) => {
    const laws = addedLaws(await mysqlLogColumns(session), quoted);
    return check(mirror.server.place, (sql) => session.rows(sql), laws);
  });
  return { ...result, notes: await store.lease(notesOfRows) };
}

async function check(place: string, ask: Ask, more: Record<string, string>): Promise<Omit<StoreCheckResult, "notes">> {
  const checks: StoreCheck[] = [];
  for (const [law, query] of Object.entries({ ...LAWS, ...more })) {
    const faults = await ask<{ what: string }>(query);
    const examples = faults.slice(0, EXAMPLES).map(({ what }) => String(what));
    checks.push({ check: law, ok: faults.length === 0, faults: faults.length, examples });
  }
  const [counts] = await ask<{ version: number; batches: number; found: number }>(
    "SELECT (SELECT MAX(version) FROM workbench_schema) AS version, (SELECT COUNT(*) FROM batches) AS batches, (SELECT COUNT(*) FROM DP_CDR_Data) AS found",
  );
  return {
    store: place,
    ok: checks.every(({ ok }) => ok),
    version: Number(counts?.version),
    batches: Number(counts?.batches),
    rows: Number(counts?.found),
    checks,
  };
}
