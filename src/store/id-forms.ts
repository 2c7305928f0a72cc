import { type Database, text } from "./database.js";

/** A telephone number with a country code, as people and systems write it. */
const PHONE = "^(\\+|00)?[ (]*[1-9][0-9 ()./-]{6,24}$";

/** SQL for an id, where it is a telephone number as its digits, without + or 00; ids of another kind stay as they are. */
export function phoneDigits(id: string): string {
  return `CASE WHEN regexp_matches(${id}, ${text(PHONE)}) THEN regexp_replace(regexp_replace(${id}, '^(\\+|00)', ''), '[^0-9]', '', 'g') ELSE ${id} END`;
}

/** What there is to know of ids that are one telephone number, written in several ways: each way is a subscriber of its own. */
export async function idFormsNote(db: Database): Promise<string | undefined> {
  const isPrefixed = "(DP_MSISDN >= '+' AND DP_MSISDN < ',') OR (DP_MSISDN >= '00' AND DP_MSISDN < '01')";
  if (!(await db.row(`SELECT 1 FROM DP_CDR_Data WHERE ${isPrefixed} LIMIT 1`))) return undefined;
  const { numbers, example } = await db.oneRow<{ numbers: number; example: string | null }>(
    `SELECT count(*) AS numbers, min(ways) AS example FROM (
      SELECT array_to_string(list_sort(list(id))[:3], ', ') AS ways FROM (
        SELECT DISTINCT DP_MSISDN AS id FROM DP_CDR_Data WHERE regexp_matches(DP_MSISDN, ${text(PHONE)}))
      GROUP BY ${phoneDigits("id")} HAVING count(*) > 1)`,
  );
  if (numbers === 0) return undefined;
  const are = numbers === 1 ? "telephone number is" : "telephone numbers are";
  return `${numbers.toLocaleString("en-US")} ${are} written in several ways, as ${example}, and each way counts as another subscriber: "id_form": "digits", or --id-form digits, makes them one (with --load.replace, where they are loaded already)`;
}
