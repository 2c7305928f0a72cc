import { type Database, text } from "../database.js";
import { ATTRIBUTES } from "../subscriber-attributes.js";
import { tableExists } from "../table-exists.js";

/** What is to be taken out of the tables of a store. */
export interface Erasure {
  /** Rows that go: a table and a condition in the words of DuckDB; only tables that are there. */
  rows: readonly { table: string; where: string }[];
  /** A query for batch_id and line of rejects whose text goes; they stay, since the ledger counts them. */
  rejects: string;
  /** Who is forgotten for good; empty where rows go for their age. */
  subscribers: readonly string[];
  /** First day that stays, where rows go for their age. */
  from: string | null;
}

/** Signs between the cells of a line that was set aside. */
const BETWEEN = "[^,;|\\t\"'{}\\[\\]:=\\s]+";

/** What is known of subscribers, wherever it is. They are in the temporary table `erased_people` (id) afterwards. */
export async function erasureOf(db: Database, subscribers: readonly string[]): Promise<Erasure> {
  await db.createTemporary("erased_people", { id: subscribers });
  const theirs = (column: string) => `${column} IN (SELECT id FROM erased_people)`;
  const tables = [
    ...["DP_CDR_Data", "added_records", ATTRIBUTES, "leavers"].map((table) => ({ table, where: theirs("DP_MSISDN") })),
    ...["Processed_Data", "model_predictions", "campaign_members"].map((table) => ({ table, where: theirs('"User"') })),
  ];
  // a number that has such a sign in it is looked for as a part of the line
  const odd = subscribers.filter((id) => /[,;|\t"'{}[\]:=\s]/.test(id));
  const parts = odd.map((id) => `contains(raw, ${text(id)})`);
  const words = `list_has_any(regexp_extract_all(raw, ${text(BETWEEN)}), (SELECT list(id) FROM erased_people))`;
  return {
    rows: await those(db, tables),
    rejects: `SELECT batch_id, line FROM rejects WHERE raw <> '' AND (${[words, ...parts].join(" OR ")})`,
    subscribers,
    from: null,
  };
}

/** What is older than a day: records, what was made of them, who left before, and attributes that were no longer valid on it. */
export async function erasureBefore(db: Database, from: string): Promise<Erasure> {
  const day = `DATE '${from}'`;
  const tables = [
    ...["DP_CDR_Data", "added_records"].map((table) => ({ table, where: `DP_DATE < ${day}` })),
    { table: "record_ids", where: `day < ${day}` },
    { table: "leavers", where: `left_on < ${day}` },
    {
      table: ATTRIBUTES,
      where: `EXISTS (FROM ${ATTRIBUTES} later WHERE later.DP_MSISDN = ${ATTRIBUTES}.DP_MSISDN
        AND later.valid_from > ${ATTRIBUTES}.valid_from AND later.valid_from <= ${day})`,
    },
    { table: "Processed_Data", where: `"Date" < ${day}` },
    { table: "covered_days", where: `day < ${day}` },
  ];
  return {
    rows: await those(db, tables),
    rejects: `SELECT r.batch_id, line FROM rejects r JOIN batches b ON b.batch_id = r.batch_id WHERE raw <> '' AND b.last_day < ${day}`,
    subscribers: [],
    from,
  };
}

async function those(db: Database, tables: Erasure["rows"]): Promise<Erasure["rows"]> {
  const found: { table: string; where: string }[] = [];
  for (const each of tables) if (await tableExists(db, each.table)) found.push(each);
  return found;
}
