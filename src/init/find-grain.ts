import type { Database } from "../store/database.js";
import { type ColumnProfile, isDense, isNumeric } from "./profile-columns.js";
import { count, percent } from "./words.js";

/** Whether rows are days or events, and what shows it. */
export interface GrainChoice {
  grain: "day" | "event";
  evidence: string;
  /** Rows that are equal to another one in every cell. */
  equalLines: number;
  /** Column that names the record, and records that came again under their name. */
  recordId: { column: ColumnProfile; again: number } | null;
  notes: string[];
}

/** Share of rows that may be a second row of their subscriber and day in a log of days. */
const FEW = 0.001;
/** Share of the rows that records which came again may be. */
const AGAIN = 0.1;

/** What was found before. */
export interface Roles {
  db: Database;
  profiles: readonly ColumnProfile[];
  subscriber: ColumnProfile;
  time: ColumnProfile;
  /** Share of the rows with a time of day. */
  timed: number;
}

/** Says whether a row is a subscriber's day or one event of several, from the rows that share subscriber and day. */
export async function findGrain(roles: Roles, given: "day" | "event" | null): Promise<GrainChoice> {
  const { db, profiles, timed } = roles;
  const cells = profiles.map(({ own }) => own).join(", ");
  const { rows, pairs, different } = await db.oneRow<{ rows: number; pairs: number; different: number }>(
    `SELECT count(*) AS rows, (SELECT count(*) FROM (SELECT DISTINCT who, day FROM acts)) AS pairs,
      (SELECT count(*) FROM (SELECT DISTINCT ${cells} FROM log WHERE rowid IN (SELECT row FROM acts))) AS different FROM acts`,
  );
  const equalLines = rows - different;
  const recordId = await findRecordId(roles);
  // a record that came again is no second event
  const again = recordId ? recordId.again : equalLines;
  const repeated = Math.max(0, rows - again - pairs) / Math.max(rows - again, 1);
  const isEvent = repeated > FEW || (timed > 0.5 && repeated > 0) || timed > 0.9;
  const grain = given ?? (isEvent ? "event" : "day");
  const evidence =
    repeated > 0
      ? `${percent(repeated)} of the rows are further rows of their subscriber and day`
      : `no subscriber has two rows on a day${timed > 0.9 ? ", but the rows have a time of day" : ""}`;
  const notes: string[] = [];
  if (equalLines > 0 && !recordId) {
    notes.push(
      grain === "event"
        ? `${count(equalLines, "row is", "rows are")} equal to another one in every cell and nothing names the record: they count as events of their own`
        : `${count(equalLines, "row is", "rows are")} equal to another one in every cell: of a subscriber and day one is kept`,
    );
  }
  return { grain, evidence, equalLines, recordId: grain === "event" ? recordId : null, notes };
}

/**
 * Finds the column that names the record: each value once, or again only in rows that are equal in every cell, as records that are sent
 * twice are. A number that happens to be different in each row is none.
 */
async function findRecordId({ db, profiles, subscriber, time }: Roles): Promise<GrainChoice["recordId"]> {
  const cells = profiles.map(({ own }) => own).join(", ");
  const { rows, different } = await db.oneRow<{ rows: number; different: number }>(
    `SELECT count(*) AS rows, (SELECT count(*) FROM (SELECT DISTINCT ${cells} FROM log)) AS different FROM log`,
  );
  const possible = profiles
    .filter(
      ({ own, filled, distinct }) =>
        own !== subscriber.own && own !== time.own && filled === rows && distinct === different,
    )
    .filter((column) => rows - column.distinct <= AGAIN * rows && isName(column));
  const named = possible.sort((a, b) => likeness(b) - likeness(a))[0];
  return named ? { column: named, again: rows - named.distinct } : null;
}

/** Texts without spaces, and whole numbers whose name says that they name something, or that follow each other. */
function isName(column: ColumnProfile): boolean {
  // the first column of a table that pandas wrote counts its rows
  if (column.name === "") return false;
  if (isNumeric(column)) {
    if (column.whole < column.numbers || column.min === null || column.max === null || column.negative > 0)
      return false;
    return column.hints.has("code") || (isDense(column) && column.distinct > 100);
  }
  return column.spaced === 0 && column.longest <= 120 && !column.hints.has("when");
}

/** How much a column is like a name of records: called so, numbers that follow each other, and not the name of somebody. */
function likeness(column: ColumnProfile): number {
  const { hints, longest, type } = column;
  return (
    (hints.has("code") ? 2 : 0) +
    (isNumeric(column) && isDense(column) ? 2 : 0) -
    (hints.has("who") || hints.has("notWho") ? 1 : 0) -
    longest / 100 -
    (type.startsWith("TIMESTAMP") ? 5 : 0)
  );
}

/** A column that is the same in all rows of a subscriber. */
export interface AttributeColumn {
  column: ColumnProfile;
  /** Subscribers with several rows that have one value only, a share. */
  constant: number;
}

/** Rows and subscribers that say something about what is constant. */
const LEAST = 20;

/**
 * Finds the columns that describe the subscriber rather than what he did: the same in all of his rows, and not the same in everybody's.
 */
export async function findAttributes(
  db: Database,
  columns: readonly ColumnProfile[],
): Promise<Map<string, AttributeColumn>> {
  const found = new Map<string, AttributeColumn>();
  const possible = columns.filter(({ distinct }) => distinct > 1);
  if (possible.length === 0) return found;
  const each = possible.map(({ own }) => `min(${own}) IS NOT DISTINCT FROM max(${own}) AS ${own}`);
  const share = possible.map(({ own }) => `avg(CASE WHEN ${own} THEN 1.0 ELSE 0 END) AS ${own}`);
  const row = await db.oneRow<Record<string, number | null>>(
    `SELECT count(*) AS subscribers, ${share.join(", ")} FROM (
       SELECT ${each.join(", ")} FROM (SELECT a.who, a.day, l.* FROM acts a JOIN log l ON l.rowid = a.row)
       GROUP BY who HAVING count(*) > 2 AND count(DISTINCT day) > 1)`,
  );
  if ((row.subscribers ?? 0) < LEAST) return found;
  for (const column of possible) {
    const constant = row[column.own] ?? 0;
    // a rare event has one value in most subscribers, too, but few values in all
    if (constant >= 0.97 && !isRare(column)) found.set(column.own, { column, constant });
  }
  return found;
}

const isRare = ({ top, filled, missing }: ColumnProfile) =>
  (top[0]?.rows ?? 0) > 0.97 * filled || missing > 0.5 * (filled + missing);
