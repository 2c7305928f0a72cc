import { columnsAs } from "../store/columns-as.js";
import type { Database } from "../store/database.js";
import { type ColumnProfile, isNumeric } from "./profile-columns.js";
import { count, percent, short } from "./words.js";

/** A column that may name the subscriber, and what speaks for it. */
export interface SubscriberCandidate {
  column: ColumnProfile;
  /** Different (value, day) pairs, and values that come on two days and more. */
  pairs: number;
  recurring: number;
  /** Days of a value, on average. */
  daysEach: number;
  /** Pairs there are for each one that a draw by chance would give: far from 1 for one who acts, 1 for a number. */
  againstChance: number;
  score: number;
}

/** The column of the subscriber, and why it is this one. */
export interface SubscriberChoice {
  chosen: SubscriberCandidate;
  evidence: string[];
  /** Another column that is nearly as likely, and why. */
  rival: { name: string; why: string } | null;
}

/** Candidates that are looked at closely. */
const CANDIDATES = 12;
/** Score up to which a second candidate is a rival. */
const NEAR = 1;
/** Rows in which it is asked what depends on what. */
const ROWS = 100_000;
/** Share of the values for which another column has one value only. */
const DEPENDS = 0.98;

/**
 * Chooses the column that says who acts: its values come again on other days, are many, and are no measure, no kind and no attribute of a
 * finer one. Names in several languages support what the values show, and decide where these are alike.
 *
 * @param day SQL for the day of a row
 * @param not columns that cannot be it: those of times
 */
export async function chooseSubscriber(
  db: Database,
  profiles: readonly ColumnProfile[],
  day: string,
  not: ReadonlySet<string>,
): Promise<SubscriberChoice | undefined> {
  const { rows } = await db.oneRow<{ rows: number }>("SELECT count(*) AS rows FROM log");
  const possible = profiles
    .filter((column) => !not.has(column.own) && mayName(column, rows))
    .sort((a, b) => first(b) - first(a))
    .slice(0, CANDIDATES);
  await db.run(`CREATE OR REPLACE TEMP TABLE dated AS SELECT ${day} AS day, * EXCLUDE (file, line) FROM log`);
  const { days } = await db.oneRow<{ days: number }>("SELECT count(DISTINCT day) AS days FROM dated");
  const found: SubscriberCandidate[] = [];
  for (const column of possible) {
    const candidate = await candidateOf(db, column, rows);
    // what is another one in each row, and on no second day, names the record
    const isRecord = candidate.recurring === 0 && column.distinct > 0.9 * column.filled;
    if (days === 1 || !isRecord) found.push(candidate);
  }
  await weighDependence(db, found);
  found.sort((a, b) => b.score - a.score);
  const [chosen, second] = found;
  if (!chosen) return undefined;
  const isTwin = second && second.pairs === chosen.pairs && second.column.distinct === chosen.column.distinct;
  const rival = second && !isTwin && second.score > chosen.score - NEAR ? second : null;
  return {
    chosen,
    evidence: evidenceOf(chosen),
    rival: rival && { name: rival.column.name, why: evidenceOf(rival).join(", ") },
  };
}

/** Decimals, amounts below 0, one value, and what half of the rows lack name nobody. */
function mayName(column: ColumnProfile, rows: number): boolean {
  if (column.distinct < 2 || column.filled < 0.5 * rows || column.longest > 120) return false;
  if (column.clocks > 0.9 * column.filled) return false;
  if (!isNumeric(column)) return true;
  // 100007919.1700000013 names a visitor; an amount has few decimals
  const isLong = column.hints.has("who") && column.longest > 12;
  return (column.whole === column.numbers || isLong) && column.negative === 0;
}

const first = (column: ColumnProfile) =>
  Math.log10(column.distinct + 1) + (column.hints.has("who") ? 3 : 0) - (column.hints.has("notWho") ? 2 : 0);

async function candidateOf(db: Database, column: ColumnProfile, rows: number): Promise<SubscriberCandidate> {
  const cell = column.own;
  const counts = await db.oneRow<{ pairs: number; recurring: number; values: number }>(
    `SELECT CAST(sum(days) AS DOUBLE) AS pairs, count(*) FILTER (days > 1) AS recurring, count(*) AS values FROM (
       SELECT count(DISTINCT day) AS days FROM dated WHERE ${cell} IS NOT NULL AND day IS NOT NULL GROUP BY ${cell})`,
  );
  const pairs = counts.pairs ?? 0;
  const values = Math.max(counts.values, 1);
  const againstChance = await pairsAgainstChance(db, cell);
  const found = {
    column,
    pairs,
    recurring: counts.recurring / values,
    daysEach: pairs / values,
    againstChance,
    score: 0,
  };
  found.score = scoreOf(found, rows);
  return found;
}

/**
 * Compares the (value, day) pairs of a column with what a draw by chance would give, for values drawn by hash. Who acts does so in bursts
 * and for a time, or once a day: not by chance. A number that is measured is about as frequent on every day.
 */
async function pairsAgainstChance(db: Database, cell: string): Promise<number> {
  const { n } = columnsAs(
    await db.columns("SELECT CAST(count(*) AS DOUBLE) AS n FROM dated WHERE day IS NOT NULL GROUP BY day"),
    {
      n: Float64Array,
    },
  );
  const { rows, days } = columnsAs(
    await db.columns(`SELECT CAST(count(*) AS DOUBLE) AS rows, CAST(count(DISTINCT day) AS DOUBLE) AS days FROM dated
      WHERE ${cell} IS NOT NULL AND day IS NOT NULL GROUP BY ${cell} HAVING count(*) > 1 ORDER BY hash(${cell}) LIMIT 1000`),
    { rows: Float64Array, days: Float64Array },
  );
  const all = n.reduce((sum, each) => sum + each, 0);
  let seen = 0;
  let expected = 0;
  for (let v = 0; v < rows.length; v++) {
    seen += days[v];
    for (const each of n) expected += 1 - (1 - each / all) ** rows[v];
  }
  return expected > 0 ? seen / expected : 1;
}

function scoreOf({ column, recurring, daysEach, againstChance }: SubscriberCandidate, rows: number): number {
  const { distinct, filled, hints, letters, spaced, longest } = column;
  let score = 2 * Math.min(1, recurring / 0.5) + Math.min(Math.log10(distinct), 4) / 2;
  if (recurring === 0) score -= 3;
  // a kind of a dozen values is on all days; who acts is on some
  if (distinct < 5) score -= 2;
  else if (distinct < 15) score -= 0.7;
  score -= 2 * (1 - filled / rows);
  score += Math.min(daysEach, 10) / 20;
  if (hints.has("who")) score += 2;
  if (hints.has("notWho")) score -= hints.has("who") ? 1.2 : 2;
  if (spaced > 0.5 * filled) score -= longest > 60 ? 2.5 : 0.5;
  if (Math.abs(Math.log(againstChance)) < 0.05) score -= 1;
  if (isNumeric(column)) score -= measureLike(column) ? 2 : 0.2;
  else if (letters > 0) score += 0.2;
  return score;
}

/** A whole number that counts or measures: 0 is among its values, or most of the rows have small ones. */
export function measureLike({ zeros, min, max, distinct, top, filled, hints }: ColumnProfile): boolean {
  if (min === null || max === null) return false;
  if (hints.has("quantity") || hints.has("money") || hints.has("duration") || hints.has("volume") || hints.has("level"))
    return true;
  if (zeros > 0.001 * filled) return true;
  if (max < 1000 && distinct > 0.5 * (max - min + 1)) {
    const small = top
      .filter(({ value }) => Number(value) <= min + (max - min) / 10)
      .reduce((sum, { rows }) => sum + rows, 0);
    return small > 0.4 * filled;
  }
  return false;
}

/** What has one value for each value of a finer column that comes again is an attribute of that one; so is a column of kinds. */
async function weighDependence(db: Database, found: SubscriberCandidate[]): Promise<void> {
  for (const finer of found) {
    const others = found.filter((each) => each !== finer);
    if (others.length === 0) return;
    const each = others.map(
      ({ column }) => `min(${column.own}) IS NOT DISTINCT FROM max(${column.own}) AS ${column.own}`,
    );
    const share = others.map(({ column }) => `avg(CASE WHEN ${column.own} THEN 1.0 ELSE 0 END) AS ${column.own}`);
    const row = await db.oneRow<Record<string, number | null>>(
      `SELECT ${share.join(", ")} FROM (SELECT ${each.join(", ")} FROM (FROM dated LIMIT ${ROWS})
       WHERE ${finer.column.own} IS NOT NULL GROUP BY ${finer.column.own} HAVING count(*) > 1)`,
    );
    for (const other of others) {
      if ((row[other.column.own] ?? 0) < DEPENDS) continue;
      if (finer.column.distinct > 3 * other.column.distinct && finer.recurring > 0.2) {
        other.score -= 1.5;
        finer.score += 0.3;
        // an order or a session is of one day, and of one who acts
      } else if (finer.recurring < 0.05 && finer.column.distinct > 1.3 * other.column.distinct) other.score += 0.6;
    }
  }
}

/** A mean with its noun: "1 row", "2.5 rows". */
const each = (mean: number, noun: string) => `${short(mean)} ${noun}${short(mean) === "1" ? "" : "s"}`;

function evidenceOf({ column, daysEach, recurring, pairs }: SubscriberCandidate): string[] {
  return [
    count(column.distinct, "value"),
    `${each(column.filled / Math.max(column.distinct, 1), "row")} and ${each(daysEach, "day")} each`,
    `${percent(recurring)} come again on another day`,
    ...(pairs === column.filled ? ["one row a day"] : []),
  ];
}
