import { type Database, name } from "./database.js";
import { knownSubscriberFile } from "./subscriber-files.js";

/** What the values of an attribute are. */
export type AttributeKind = "number" | "truth" | "day" | "text";

/** What is known of every subscriber: a plan, a region, the day of joining. */
export interface Attribute {
  name: string;
  kind: AttributeKind;
}

/** The attributes that a store has. */
export interface StoredAttributes {
  attributes: readonly Attribute[];
  /** Whether each value has the day from which it is valid; without it, it is as of the day of the file. */
  has_history: boolean;
}

/** The table of attributes: a row a subscriber and day from which its values are valid. Its columns are those of the file. */
export const ATTRIBUTES = "subscriber_attributes";

/** From when a value is valid of which the file does not say it. */
export const ALWAYS = "1970-01-01";

const TYPES: Record<AttributeKind, string> = { number: "DOUBLE", truth: "BOOLEAN", day: "DATE", text: "VARCHAR" };

/** Columns of the table beside the attributes. */
export const ATTRIBUTE_KEYS: readonly string[] = ["DP_MSISDN", "valid_from"];

/** Says which attributes the store has; undefined when none were loaded. */
export async function storedAttributes(db: Database): Promise<StoredAttributes | undefined> {
  return (await knownSubscriberFile<StoredAttributes>(db, "attributes"))?.facts;
}

/**
 * Puts rows in the place of all attributes. To be called in a transaction.
 *
 * @param rows a query for the keys and the attributes, in their order
 * @returns how many
 */
export async function replaceAttributes(db: Database, attributes: readonly Attribute[], rows: string): Promise<number> {
  const columns = attributes.map((each) => `${name(each.name)} ${TYPES[each.kind]}`);
  await db.run(`DROP TABLE IF EXISTS ${ATTRIBUTES}`);
  await db.run(`CREATE TABLE ${ATTRIBUTES} (
    DP_MSISDN VARCHAR NOT NULL, valid_from DATE NOT NULL, ${columns.join(", ")}, PRIMARY KEY (DP_MSISDN, valid_from))`);
  return db.run(`INSERT INTO ${ATTRIBUTES} ${rows}`);
}

/** How many subscribers have attributes, and how many of the log have none, and the other way round. */
export async function countAttributed(
  db: Database,
): Promise<{ subscribers: number; withoutAttributes: number; notInLog: number }> {
  const log = "SELECT DISTINCT DP_MSISDN FROM DP_CDR_Data";
  const known = `SELECT DISTINCT DP_MSISDN FROM ${ATTRIBUTES}`;
  return db.oneRow(`SELECT (SELECT count(*) FROM (${known})) AS subscribers,
    (SELECT count(*) FROM (${log}) ANTI JOIN ${ATTRIBUTES} USING (DP_MSISDN)) AS "withoutAttributes",
    (SELECT count(*) FROM (${known}) ANTI JOIN DP_CDR_Data USING (DP_MSISDN)) AS "notInLog"`);
}
