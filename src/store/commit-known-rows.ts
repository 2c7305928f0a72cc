import { type CdrColumn, cellsOf } from "../cdr/columns.js";
import { summed } from "./added-records.js";
import { type BatchPlan, tableOrder, writeLedgerRow, writeRest } from "./batch-plan.js";
import { updateDailySummary } from "./daily-summary.js";
import { type Database, name } from "./database.js";
import { GRAIN_OF_STORE, judgeKnownRows, parseGrain } from "./judge-known-rows.js";
import { logColumns } from "./log-columns.js";
import type { CommittedBatch, NewBatch, RejectedRow } from "./new-batch.js";
import { writeKnownRows } from "./write-known-rows.js";

/**
 * Writes a batch some of whose rows have the key of a row in the store, or of one another.
 *
 * In a log of day records the same row is left out, and one that contradicts it is set aside. In a log of events the rows of
 * a subscriber-day add up, except those that a file or a stream brought which is here again.
 */
export async function commitKnownRows(db: Database, batch: NewBatch, plan: BatchPlan): Promise<CommittedBatch> {
  const columns = await logColumns(db);
  const given = columns.map((column) => column.name).filter((column) => plan.columns[column]);
  const cells = cellsOf(columns)
    .map((cell) => cell.name)
    .filter((cell) => given.includes(cell));
  return db.transaction(async () => {
    const grain = parseGrain((await db.row<{ notes: string }>(GRAIN_OF_STORE))?.notes);
    await db.run("CREATE OR REPLACE TEMP TABLE arriving AS SELECT * FROM DP_CDR_Data LIMIT 0");
    await db.append("arriving", tableOrder(plan.columns, plan), plan.lines, "temp");
    const repeated = grain === "event" ? await sumRepeated(db, columns) : await setRepeatedAside(db, given);
    const own = grain === "day" ? "all" : await ownBatches(db, batch);
    const known = await judgeKnownRows(db, "SELECT id AS place, * FROM arriving", cells, own);
    await writeKnownRows(db, known, "SELECT id AS place, * FROM arriving", {
      given: cells,
      own,
      batchId: plan.batchId,
    });
    const contradicting = await db.rows<Aside[number]>(
      `SELECT a.id, NULL AS column_name, NULL AS after, 'contradicts the row of this subscriber and day from batch ' || k.batch_id AS reason, ${rawOf(given)} AS raw
       FROM known k JOIN arriving a ON a.id = k.place WHERE verdict = 'contradicts' ORDER BY id`,
    );
    const rows = await db.run(
      `INSERT INTO DP_CDR_Data SELECT * FROM arriving WHERE id NOT IN (SELECT place FROM known)`,
    );
    const { firstDay, lastDay } = await db.oneRow<Pick<CommittedBatch, "firstDay" | "lastDay">>(
      "SELECT CAST(min(DP_DATE) AS VARCHAR) AS firstDay, CAST(max(DP_DATE) AS VARCHAR) AS lastDay FROM arriving",
    );
    const refused = batch.rejects?.length ?? 0;
    const aside = [...repeated.aside, ...contradicting];
    const counts = {
      lines: plan.lines + refused,
      rows,
      rejected: refused + aside.length,
      merged: repeated.merged + known.adds,
      storedBefore: known.same + known.fills,
      firstDay,
      lastDay,
    };
    await writeLedgerRow(db, batch, plan.batchId, counts);
    if (firstDay && lastDay) await updateDailySummary(db, firstDay, lastDay);
    // the lines that were refused before have the numbers that the rows skipped
    const places = placesOf(batch, plan.lines);
    const found = aside
      .sort((a, b) => a.id - b.id)
      .map(({ id, column_name, reason, raw, after }): RejectedRow => {
        const where = after === null ? "" : `, after line ${places[after - plan.rowId]}`;
        return { line: places[id - plan.rowId], columnName: column_name, reason: `${reason}${where}`, raw };
      });
    await writeRest(db, { ...batch, rejects: [...(batch.rejects ?? []), ...found] }, plan.batchId);
    await db.run("DROP TABLE temp.arriving; DROP TABLE temp.known");
    return { batchId: plan.batchId, ...counts, written: true };
  });
}

/** Rows of `arriving` that are set aside; `after` is the row of the batch that they repeat. */
type Aside = { id: number; column_name: string | null; reason: string; raw: string; after: number | null }[];

const rawOf = (given: readonly string[]) =>
  `concat_ws(',', ${given.map((column) => `coalesce(CAST(a.${name(column)} AS VARCHAR), '')`).join(", ")})`;

/** Leaves one row of a subscriber-day in `arriving`, the first; of day records the others are set aside. */
async function setRepeatedAside(db: Database, given: readonly string[]): Promise<{ merged: number; aside: Aside }> {
  const aside = await db.rows<Aside[number]>(
    `SELECT a.id, 'DP_DATE' AS column_name, 'a second row of this subscriber and day' AS reason,
      min(a.id) OVER (PARTITION BY DP_MSISDN, DP_DATE) AS after, ${rawOf(given)} AS raw FROM arriving a
     QUALIFY row_number() OVER (PARTITION BY DP_MSISDN, DP_DATE ORDER BY a.id) > 1`,
  );
  if (aside.length) await db.run(`DELETE FROM temp.arriving WHERE id IN (${aside.map(({ id }) => id).join(", ")})`);
  return { merged: 0, aside };
}

/** Sums the events of a subscriber-day in `arriving`, whose columns stay in their order. */
async function sumRepeated(db: Database, columns: readonly CdrColumn[]): Promise<{ merged: number; aside: Aside }> {
  const before = await db.row<{ n: number }>("SELECT count(*) AS n FROM arriving");
  const sums = cellsOf(columns).map((cell) => summed(cell, "id"));
  await db.run(`CREATE OR REPLACE TEMP TABLE summed_up AS
    SELECT min(id) AS id, DP_DATE, DP_MSISDN, ${sums.join(", ")}, min(batch_id) AS batch_id FROM arriving GROUP BY DP_MSISDN, DP_DATE`);
  await db.run(
    "DELETE FROM temp.arriving; INSERT INTO temp.arriving BY NAME FROM summed_up; DROP TABLE temp.summed_up",
  );
  const after = await db.row<{ n: number }>("SELECT count(*) AS n FROM arriving");
  return { merged: (before?.n ?? 0) - (after?.n ?? 0), aside: [] };
}

/** The batches whose rows a batch may bring again: what is posted is news; a stream may bring what was loaded, or streamed under another name. */
async function ownBatches(db: Database, { kind }: NewBatch): Promise<number[]> {
  if (kind === "ingest") return [];
  const found = await db.rows<{ batch_id: number }>(
    `SELECT batch_id FROM batches WHERE kind = 'stream'
     UNION SELECT batch_id FROM batches WHERE kind = 'load' AND sha256 IN (SELECT sha256 FROM batches WHERE kind = 'load' AND held_back > 0)`,
  );
  return found.map(({ batch_id }) => batch_id);
}

/** Where each row stood in what was sent: rows that were refused before have their own places. */
function placesOf({ rejects = [] }: NewBatch, lines: number): number[] {
  const taken = new Set(rejects.map(({ line }) => line));
  const places: number[] = [];
  for (let place = 1; places.length < lines; place++) if (!taken.has(place)) places.push(place);
  return places;
}
