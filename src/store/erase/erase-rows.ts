import { randomUUID } from "node:crypto";
import { updateDailySummary } from "../daily-summary.js";
import { type Database, name } from "../database.js";
import { partitionSql } from "../mysql/partitions.js";
import type { Erasure } from "./erasure.js";
import { forgottenHash, readForgotten } from "./forgotten.js";

/** How many rows go, or would go, of each table, and texts of rejects. */
export interface ErasedCounts {
  records: number;
  attributes: number;
  leavings: number;
  snapshots: number;
  predictions: number;
  /** Places on lists of campaigns. */
  campaigns: number;
  /** Rejects that keep their place and reason, and lose their text. */
  rejects: number;
}

/** What an erasure does to the tables, for whoever keeps a copy of them in step. */
export interface ErasedRows {
  counts: ErasedCounts;
  /** Table → partition → rows that go. */
  gone: Map<string, Map<string, number>>;
  /** Days of which records go, `YYYY-MM-DD`. */
  days: string[];
  rejects: { batch_id: number; line: number }[];
  /** What is remembered of subscribers. */
  hashes: string[];
  salt: string;
}

/** Says what an erasure does, and changes nothing. */
export async function lookForRows(db: Database, erasure: Erasure): Promise<ErasedRows> {
  const gone = new Map<string, Map<string, number>>();
  for (const { table, where } of erasure.rows) {
    const parts = await db.rows<{ part: string; n: number }>(
      `SELECT ${partitionSql(table)} AS part, count(*) AS n FROM main.${name(table)} WHERE ${where} GROUP BY part`,
    );
    gone.set(table, new Map(parts.map(({ part, n }) => [part, n])));
  }
  const records = erasure.rows.find(({ table }) => table === "DP_CDR_Data");
  const days = await db.rows<{ day: string }>(
    `SELECT DISTINCT CAST(DP_DATE AS VARCHAR) AS day FROM DP_CDR_Data WHERE ${records?.where ?? "false"} ORDER BY day`,
  );
  const rejects = await db.rows<{ batch_id: number; line: number }>(erasure.rejects);
  const salt = (await readForgotten(db))?.salt ?? randomUUID();
  const sum = (table: string) => [...(gone.get(table)?.values() ?? [])].reduce((all, n) => all + n, 0);
  return {
    counts: {
      records: sum("DP_CDR_Data"),
      attributes: sum("subscriber_attributes"),
      leavings: sum("leavers"),
      snapshots: sum("Processed_Data"),
      predictions: sum("model_predictions"),
      campaigns: sum("campaign_members"),
      rejects: rejects.length,
    },
    gone,
    days: days.map(({ day }) => day),
    rejects,
    hashes: erasure.subscribers.map((id) => forgottenHash(salt, id)),
    salt,
  };
}

/** Takes the rows out, with their part of the ledger and of what was summed of them. To be called in a transaction. */
export async function eraseRows(db: Database, erasure: Erasure, found: ErasedRows): Promise<void> {
  const perBatch = [...(found.gone.get("DP_CDR_Data") ?? [])].map(([part, n]) => [Number(JSON.parse(part)[0]), n]);
  for (const { table, where } of erasure.rows) {
    if (found.gone.get(table)?.size) await db.run(`DELETE FROM main.${name(table)} WHERE ${where}`);
  }
  if (perBatch.length) {
    await db.createTemporary("erased_of", {
      batch: perBatch.map(([batch]) => batch),
      n: perBatch.map(([, n]) => n),
    });
    await db.run(`UPDATE batches SET rows = rows - CAST(n AS BIGINT) FROM erased_of WHERE batch_id = batch`);
    await db.run(`INSERT INTO erased_rows SELECT CAST(batch AS INTEGER), CAST(n AS BIGINT) FROM erased_of
      ON CONFLICT DO UPDATE SET erased = erased + excluded.erased`);
    await db.run("DROP TABLE temp.erased_of");
  }
  if (found.rejects.length) {
    await db.createTemporary("erased_texts", {
      batch: found.rejects.map(({ batch_id }) => batch_id),
      place: found.rejects.map(({ line }) => line),
    });
    await db.run("UPDATE rejects SET raw = '' FROM erased_texts WHERE batch_id = batch AND line = place");
    await db.run("DROP TABLE temp.erased_texts");
  }
  const [first, last] = [found.days[0], found.days.at(-1)];
  if (first && last) {
    // of days that go whole nothing is left to sum
    if (erasure.from === null) await updateDailySummary(db, first, last);
    await db.run(
      'DELETE FROM DailySummary WHERE "Date" BETWEEN CAST($1 AS DATE) AND CAST($2 AS DATE) AND "Date" NOT IN (SELECT DISTINCT DP_DATE FROM DP_CDR_Data WHERE DP_DATE BETWEEN CAST($1 AS DATE) AND CAST($2 AS DATE))',
      [first, last],
    );
  }
  if (found.gone.get("Processed_Data")?.size) {
    await db.run("UPDATE feature_plans SET snapshots = (SELECT count(*) FROM Processed_Data) WHERE is_current");
  }
  if (found.hashes.length) {
    await db.createTemporary("forgetting", { hash: found.hashes });
    await db.run("INSERT OR IGNORE INTO forgotten SELECT hash, $1, now()::TIMESTAMP FROM forgetting", [found.salt]);
    await db.run("DROP TABLE temp.forgetting");
  }
}
