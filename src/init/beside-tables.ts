import type { Database } from "../store/database.js";
import { inMemory } from "../store/memory-database.js";
import type { Config } from "./compose-config.js";
import type { FileGroup } from "./find-files.js";
import { type ColumnTimes, findTimeFormats } from "./find-time-formats.js";
import type { LeftOut } from "./measure.js";
import { openLog } from "./open-log.js";
import { type ColumnProfile, profileColumns } from "./profile-columns.js";
import { timeSql } from "./time-formats.js";
import { count, percent } from "./words.js";

/** The subscribers of the log, with the last day on which each was seen, as days since 1970-01-01. */
export interface Seen {
  who: (string | null)[];
  last: ArrayLike<number>;
  /** One of so many subscribers is among them. */
  share: number;
  /** Last day of the log. */
  lastDay: number;
}

/** What a table beside the log is. */
export interface BesideTable {
  source: string;
  /** Column of the subscriber, and how it was found. */
  subscriber: string;
  evidence: string;
  attributes: Config | null;
  churned: Config | null;
  leftOut: LeftOut[];
  notes: string[];
}

/** Rows that are kept of a table beside the log, and bytes. */
const BOUNDS = { rows: 2_000_000, bytes: 400e6 };
/** Share of the subscribers of the smaller side that must be on the other. */
const SHARED = 0.5;

/**
 * Looks at a table beside the log: whether a column has the subscribers of the log, and then whether the others say what they are, or when
 * they left.
 *
 * @returns undefined for a table of something else
 */
export async function findBesideTable(group: FileGroup, seen: Seen): Promise<BesideTable | undefined> {
  if (group.files.length !== 1) return undefined;
  return inMemory(async (db) => {
    const log = await openLog(db, group, BOUNDS, async () => undefined);
    await db.createTemporary("seen", { who: seen.who, last: seen.last });
    const profiles = await profileColumns(db, log.columns, ".", 1);
    const key = await findKey(db, profiles, seen);
    if (!key) return undefined;
    const others = profiles.filter(({ own, filled }) => own !== key.column.own && filled > 0);
    const times = await findTimeFormats(db, others);
    const leaving = await findLeaving(db, key.column, times, seen);
    const rest = await findDescribing(db, { key: key.column, others, times, leaving, rows: log.rows, seen });
    const source = group.files[0].path;
    return {
      source,
      subscriber: key.column.name,
      evidence: key.evidence,
      churned: leaving
        ? {
            source,
            subscriber: key.column.name,
            day: leaving.column.name,
            ...(leaving.best.format === null ? {} : { date_format: leaving.best.format }),
          }
        : null,
      attributes: rest.columns.length
        ? {
            source,
            subscriber: key.column.name,
            columns: rest.columns,
            ...(rest.validFrom ? { valid_from: rest.validFrom } : {}),
            ...(rest.format === null ? {} : { date_format: rest.format }),
          }
        : null,
      leftOut: rest.leftOut,
      notes: rest.notes,
    };
  });
}

/** The column that has most of the subscribers of the log. */
async function findKey(db: Database, profiles: readonly ColumnProfile[], seen: Seen) {
  let best: { column: ColumnProfile; shared: number } | undefined;
  for (const column of profiles) {
    if (column.distinct < 2) continue;
    const { shared } = await db.oneRow<{ shared: number }>(
      `SELECT count(*) AS shared FROM (SELECT DISTINCT ${column.own} AS who FROM log) JOIN seen USING (who)`,
    );
    if (!best || shared > best.shared) best = { column, shared };
  }
  if (!best) return undefined;
  const { column, shared } = best;
  const known = seen.who.length;
  const least = Math.min(known, seen.share > 1 ? known : column.distinct);
  if (shared < 2 || shared < SHARED * least) return undefined;
  const evidence = `${count(shared, "subscriber")} of the log ${shared === 1 ? "is" : "are"} in its column ${column.name}, ${percent(shared / known)} of all`;
  return { column, evidence };
}

/** Share of those who left that may be seen in the log after the day on which they did. */
const SEEN_AFTER = 0.1;

/** The column of the day on which a subscriber left: after it he is not seen any more; nobody leaves in the future, nor all on one day. */
async function findLeaving(
  db: Database,
  key: ColumnProfile,
  times: readonly ColumnTimes[],
  { lastDay, who }: Seen,
): Promise<ColumnTimes | undefined> {
  const found: { times: ColumnTimes; score: number }[] = [];
  for (const each of times) {
    const day = `CAST(CAST(${timeSql(each.column.own, each.best.format)} AS DATE) - DATE '1970-01-01' AS DOUBLE)`;
    const { n, after, past, days, near } = await db.oneRow<Record<"n" | "after" | "past" | "days" | "near", number>>(
      `SELECT count(*) AS n, count(*) FILTER (last > day + 1) AS after, count(*) FILTER (day <= ${lastDay}) AS past,
        count(DISTINCT day) AS days, count(*) FILTER (day BETWEEN last AND last + 60) AS near
       FROM (SELECT ${key.own} AS who, max(${day}) AS day FROM log GROUP BY ALL) JOIN seen USING (who) WHERE day IS NOT NULL`,
    );
    const isLeaving =
      n >= 5 && after <= SEEN_AFTER * n && past >= 0.8 * n && days >= Math.min(5, n / 3) && n < 0.95 * who.length;
    if (isLeaving) found.push({ times: each, score: near / n + (each.column.hints.has("left") ? 1 : 0) });
  }
  return found.sort((a, b) => b.score - a.score)[0]?.times;
}

interface Described {
  key: ColumnProfile;
  others: readonly ColumnProfile[];
  times: readonly ColumnTimes[];
  leaving: ColumnTimes | undefined;
  rows: number;
  seen: Seen;
}

/** The columns that describe a subscriber, and the day from which a row is valid where he has several. */
async function findDescribing(db: Database, { key, others, times, leaving, rows, seen }: Described) {
  const leftOut: LeftOut[] = [];
  const notes: string[] = [];
  const named = (each: ColumnTimes | undefined) => each?.column.name;
  let validFrom: ColumnTimes | undefined;
  if (key.distinct < 0.999 * key.filled) {
    for (const each of [...times].sort((a, b) => likeValid(b) - likeValid(a))) {
      const { pairs } = await db.oneRow<{ pairs: number }>(
        `SELECT count(*) AS pairs FROM (SELECT DISTINCT ${key.own}, ${each.column.own} FROM log WHERE ${key.own} IS NOT NULL)`,
      );
      if (each !== leaving && pairs >= 0.999 * key.filled && each.column.filled > 0.9 * rows) validFrom ??= each;
    }
    if (!validFrom && !leaving) {
      notes.push(
        `it has ${count(rows, "row")} of ${count(key.distinct, "subscriber")} and no column of days from which they are valid: only the first row of each would count`,
      );
    }
  }
  const columns: string[] = [];
  let format: string | null = null;
  for (const column of others) {
    if (column.name === named(validFrom) || column.name === named(leaving)) continue;
    const time = times.find((each) => each.column === column);
    const isTime = time !== undefined;
    const reason =
      (await whyNoAttribute(db, column, { leaving, key, isTime })) ??
      (validFrom || isTime ? undefined : await whyAfterwards(db, column, key, seen));
    if (reason) leftOut.push({ name: column.name, reason });
    else {
      columns.push(column.name);
      format ??= time?.best.format ?? null;
    }
  }
  const isList = leaving !== undefined && leaving.column.filled > 0.9 * rows;
  if (isList && columns.length) {
    leftOut.push(...columns.map((name) => ({ name, reason: "of those who left only: it would tell the outcome" })));
  }
  format ??= validFrom?.best.format ?? null;
  return {
    columns: isList || (notes.length && !validFrom) ? [] : columns,
    validFrom: named(validFrom),
    format,
    leftOut,
    notes,
  };
}

const likeValid = ({ column: { hints } }: ColumnTimes) =>
  (hints.has("notWhen") ? 1 : 0) + (hints.has("when") ? 0.5 : 0);

async function whyNoAttribute(
  db: Database,
  column: ColumnProfile,
  { leaving, key, isTime }: { leaving: ColumnTimes | undefined; key: ColumnProfile; isTime: boolean },
): Promise<string | undefined> {
  if (column.distinct < 2) return `the same in every row: ${column.top[0]?.value ?? ""}`;
  if (!isTime && column.numbers < 0.9 * column.filled && column.distinct > 0.9 * key.distinct && column.distinct > 30) {
    return "a name or an address: another one for each subscriber";
  }
  if (column.hints.has("churn")) return "tells the outcome by its name";
  if (!leaving) return undefined;
  // what is filled for those who left only, or has a value of its own for them, tells who left
  const left = `${leaving.column.own} IS NOT NULL`;
  const { told } = await db.oneRow<{ told: number | null }>(
    `SELECT sum(greatest(a, n - a)) / sum(n) AS told FROM (
       SELECT count(*) FILTER (${left}) AS a, count(*) AS n FROM log GROUP BY ${column.own}) WHERE n > 1`,
  );
  const { share } = await db.oneRow<{ share: number | null }>(
    `SELECT avg(CASE WHEN ${left} THEN 1.0 ELSE 0 END) AS share FROM log`,
  );
  const base = Math.max(share ?? 0, 1 - (share ?? 0));
  return !isTime && column.distinct <= 30 && (told ?? 0) > base + 0.8 * (1 - base)
    ? "tells the outcome: it goes with the day of leaving"
    : undefined;
}

/** Days without a record at the end of the log after which a subscriber may be called gone. */
const SILENT = [7, 14, 30, 60];

/**
 * A value as of now may have been written when the subscriber had gone: "state" with "closed" for all who are silent at the end
 * of the log. A model would learn the outcome from it.
 */
async function whyAfterwards(
  db: Database,
  column: ColumnProfile,
  key: ColumnProfile,
  { lastDay }: Seen,
): Promise<string | undefined> {
  if (column.distinct > 30) return undefined;
  const { told } = await db.oneRow<{ told: number | null }>(
    `SELECT max((told - base) / (1 - base)) AS told FROM (
       SELECT sum(greatest(a, n - a)) / sum(n) AS told, greatest(sum(a), sum(n - a)) / sum(n) AS base, sum(a) AS silent FROM (
         SELECT days, value, count(*) FILTER (last <= ${lastDay} - days) AS a, count(*) AS n
         FROM (SELECT ${key.own} AS who, first(${column.own}) AS value FROM log GROUP BY ${key.own}) JOIN seen USING (who),
           (SELECT unnest([${SILENT.join(", ")}]) AS days) GROUP BY ALL)
       GROUP BY days) WHERE silent >= 5 AND base < 1`,
  );
  return (told ?? 0) > 0.8 ? "tells the outcome: it goes with who is silent at the end of the log" : undefined;
}
