import { closestMatch } from "../core/closest-match.js";
import { ChurnError } from "../core/errors.js";
import { type Database, name } from "../store/database.js";
import { ATTRIBUTES, type Attribute, storedAttributes } from "../store/subscriber-attributes.js";
import type { CallListSettings } from "./options.js";

/** What is known of people beside their snapshots, as of the day before a campaign. */
export interface PersonalFacts {
  /** What each is worth; missing where nothing is known. */
  value: Map<string, number>;
  /** Values of the attributes that make the segment; undefined where there are none. */
  segment: Map<string, string> | undefined;
  /** People on the list of leavers of whom the log shows nothing after that. */
  left: Set<string>;
  notes: string[];
}

/** Texts that make a segment when none are named. */
const SEGMENTS = 3;

/**
 * Reads values and segments of the attributes, and who has left.
 *
 * @param day `YYYY-MM-DD`; nothing of that day or later is looked at
 * @throws ChurnError BAD_OPTION for an attribute that there is not, or a value that is no number
 */
export async function personalFacts(
  db: Database,
  { value_attribute, segments }: CallListSettings,
  day: string,
): Promise<PersonalFacts> {
  const known = (await storedAttributes(db))?.attributes ?? [];
  const worth = value_attribute === null ? undefined : attributeOf(known, value_attribute, "value_attribute");
  if (worth && worth.kind !== "number") {
    throw new ChurnError(
      "BAD_OPTION",
      `option "call_list.value_attribute" names ${worth.name}, whose values are no numbers`,
    );
  }
  const named = segments?.map((each) => attributeOf(known, each, "segments"));
  const parts = named ?? known.filter(({ kind }) => kind === "text").slice(0, SEGMENTS);
  const value = new Map<string, number>();
  const segment = new Map<string, string>();
  if (worth || parts.length > 0) {
    const texts = parts.map((each) => `CAST(a.${name(each.name)} AS VARCHAR)`);
    const rows = await db.rows<{ who: string; value: number | null; segment: string | null }>(
      `SELECT DP_MSISDN AS who, ${worth ? `arg_max(a.${name(worth.name)}, valid_from)` : "NULL"} AS value,
         ${texts.length ? `arg_max(nullif(concat_ws(', ', ${texts.join(", ")}), ''), valid_from)` : "NULL"} AS segment
       FROM ${ATTRIBUTES} a WHERE valid_from < CAST($1 AS DATE) GROUP BY DP_MSISDN`,
      [day],
    );
    for (const row of rows) {
      if (row.value !== null && Number.isFinite(row.value)) value.set(row.who, row.value);
      if (row.segment !== null) segment.set(row.who, row.segment);
    }
  }
  const left = await db.rows<{ who: string }>(
    `SELECT DP_MSISDN AS who FROM leavers l WHERE left_on < CAST($1 AS DATE) GROUP BY DP_MSISDN
     HAVING max(left_on) > coalesce((SELECT max(DP_DATE) FROM DP_CDR_Data r WHERE r.DP_MSISDN = l.DP_MSISDN AND DP_DATE < CAST($1 AS DATE)), DATE '1900-01-01')`,
    [day],
  );
  const negative = [...value.values()].filter((each) => each < 0).length;
  return {
    value,
    segment: parts.length > 0 ? segment : undefined,
    left: new Set(left.map(({ who }) => who)),
    notes: [...(negative ? [`${negative} people have a ${worth?.name} below 0: calling them never pays`] : [])],
  };
}

function attributeOf(known: readonly Attribute[], wanted: string, option: string): Attribute {
  const found = known.find((each) => each.name === wanted);
  if (found) return found;
  const names = known.map((each) => each.name);
  const near = closestMatch(wanted, names);
  throw new ChurnError("BAD_OPTION", `option "call_list.${option}" names no attribute: ${JSON.stringify(wanted)}`, {
    hint: near
      ? `did you mean ${JSON.stringify(near)}?`
      : names.length
        ? `there are ${names.join(", ")}`
        : 'attributes come with "load.attributes"',
  });
}
