import { dateOf } from "../core/days.js";
import { columnsAs } from "../store/columns-as.js";
import type { Database } from "../store/database.js";
import { type ColumnProfile, isNumeric } from "./profile-columns.js";
import { formatsLike, NUMBER_FORMATS, type TimeFormat, timeSql } from "./time-formats.js";

/** A way to read the times of a column, over all rows that are looked at. */
export interface FormatFit {
  format: TimeFormat;
  /** Cells that it reads, and the days that these are. */
  cells: number;
  days: number;
  first: string;
  last: string;
  /** Days without rows between the first and the last one. */
  holes: number;
  /** Cells with a time of day that is not midnight. */
  timed: number;
  /** Days after the 12th: a month has none. */
  late: number;
}

/** Two formats that read the same cells as other days. */
export interface FormatRivals {
  /** Days that one format reads and the other cannot, in the order of the formats. */
  onlyFirst: number;
  onlySecond: number;
}

/** The times of a column. */
export interface ColumnTimes {
  column: ColumnProfile;
  /** The format that fits best or is likelier, and the others that fit nearly as well and give other days. */
  best: FormatFit;
  rivals: (FormatFit & FormatRivals)[];
  /** Cells that end in an offset from UTC, or a type that is an instant. */
  instants: number;
}

/** Texts of a column on which every format is tried. */
const TRIED = 300;
/** Share of the texts that a format must read. */
const MOST = 0.9;
/** Share of the cells of the best format up to which another one is a rival. */
const RIVAL = 0.8;
/** Share of the cells of a column of times that must be times. */
const LEAST = 0.5;
/** Formats in one statement. */
const TOGETHER = 64;
/** Days since 1990 that a column of numbers may mean. */
const SINCE = { epoch_s: 631_152_000, epoch_ms: 631_152_000e3, epoch_us: 631_152_000e6, excel: 32_874 };

/**
 * Finds the columns that hold days or times, and how they are written.
 *
 * @param given the format, where it is known
 */
export async function findTimeFormats(
  db: Database,
  profiles: readonly ColumnProfile[],
  given: string | null = null,
): Promise<ColumnTimes[]> {
  const found: ColumnTimes[] = [];
  for (const column of profiles) {
    const formats = given === null ? await formatsOf(db, column) : [given];
    if (formats.length === 0) continue;
    const times = await compareFormats(db, column, formats);
    if (times && times.best.cells >= LEAST * column.filled) found.push(times);
  }
  return found;
}

/** The formats that read the texts of a sample. */
async function formatsOf(db: Database, column: ColumnProfile): Promise<TimeFormat[]> {
  if (column.filled === 0 || column.longest > 45) return [];
  await db.run(`CREATE OR REPLACE TEMP TABLE tried AS SELECT t FROM (SELECT DISTINCT ${column.own} AS t FROM log)
    WHERE t IS NOT NULL ORDER BY hash(t) LIMIT ${TRIED}`);
  const { texts } = await db.oneRow<{ texts: number }>("SELECT count(*) AS texts FROM tried");
  const fitting = async (formats: readonly TimeFormat[]) => {
    const fits: TimeFormat[] = [];
    for (let from = 0; from < formats.length; from += TOGETHER) {
      const part = formats.slice(from, from + TOGETHER);
      const counts = part.map((format, at) => `count(${timeSql("t", format)}) AS f${at}`);
      const row = await db.oneRow<Record<string, number>>(`SELECT ${counts.join(", ")} FROM tried`);
      fits.push(...part.filter((_, at) => row[`f${at}`] >= MOST * texts));
    }
    return fits;
  };
  const plain = await fitting([null]);
  if (plain.length) return plain;
  const numbers: TimeFormat[] = [];
  for (const format of isNumeric(column) ? NUMBER_FORMATS.filter((each) => isRecent(column, each)) : []) {
    if (!(await isTooSeldom(db, column, format))) numbers.push(format);
  }
  // 20240105 is a number and a day; a number with decimals may be a day of a spreadsheet
  const own = await db.rows<{ t: string }>("SELECT t FROM tried LIMIT 40");
  const texts8 = isNumeric(column) && column.whole < column.numbers ? [] : formatsLike(own.map(({ t }) => t));
  return [...(await fitting(numbers)), ...(await fitting(texts8))];
}

/** Whether all numbers of a column may be times from 1990 to tomorrow in a unit. */
function isRecent({ min, max, distinct, whole, numbers }: ColumnProfile, format: keyof typeof SINCE): boolean {
  if (min === null || max === null) return false;
  const unit = { epoch_s: 1, epoch_ms: 1e3, epoch_us: 1e6, excel: 1 / 86_400 }[format];
  const now = Date.now() / 1000 + 2 * 86_400;
  const latest = format === "excel" ? now * unit + 25_569 : now * unit;
  if (min < SINCE[format] || max > latest) return false;
  if (format === "epoch_ms" || format === "epoch_us") return whole === numbers;
  // whole numbers of five digits are many things: days of a spreadsheet are few, and near to each other
  return format !== "excel" || (distinct > 1 && max - min < 4000);
}

/**
 * Whether numbers that may be seconds come again too often to be some: events fall on few seconds of a long time twice, ids of many rows do.
 * Whole hours and days apart.
 */
async function isTooSeldom(db: Database, column: ColumnProfile, format: keyof typeof SINCE): Promise<boolean> {
  if (format === "excel") return false;
  const unit = { epoch_s: 1, epoch_ms: 1e3, epoch_us: 1e6 }[format];
  const { whole } = await db.oneRow<{ whole: number | null }>(
    `SELECT avg(CASE WHEN CAST(${column.own} AS DOUBLE) % ${3600 * unit} = 0 THEN 1.0 ELSE 0 END) AS whole FROM log WHERE ${column.own} IS NOT NULL`,
  );
  const seconds = ((column.max ?? 0) - (column.min ?? 0)) / unit + 1;
  const expected = seconds * (1 - Math.exp(-column.filled / seconds));
  return (whole ?? 0) < 0.9 && column.distinct < 0.2 * expected;
}

async function compareFormats(
  db: Database,
  column: ColumnProfile,
  formats: readonly TimeFormat[],
): Promise<ColumnTimes | undefined> {
  const cell = column.own;
  const reads = formats.map((format, at) => `${timeSql("t", format)} AS f${at}`);
  await db.run(`CREATE OR REPLACE TEMP TABLE read AS SELECT n, t, ${reads.join(", ")}
    FROM (SELECT ${cell} AS t, count(*) AS n FROM log GROUP BY t) WHERE t IS NOT NULL`);
  const fits: (FormatFit & { at: number })[] = [];
  for (const [at, format] of formats.entries()) fits.push({ at, ...(await fitOf(db, format, at)) });
  fits.sort((a, b) => b.cells - a.cells || a.holes - b.holes || a.at - b.at);
  const [first] = fits;
  if (!first || first.cells === 0) return undefined;
  const rivals: (FormatFit & FormatRivals & { at: number })[] = [];
  for (const other of fits.slice(1)) {
    if (other.cells < RIVAL * first.cells) continue;
    const { differ, mine, theirs } = await db.oneRow<{ differ: number; mine: number; theirs: number }>(
      `SELECT count(*) FILTER (CAST(f${first.at} AS DATE) <> CAST(f${other.at} AS DATE)) AS differ,
        count(DISTINCT CAST(f${first.at} AS DATE)) FILTER (f${other.at} IS NULL) AS mine,
        count(DISTINCT CAST(f${other.at} AS DATE)) FILTER (f${first.at} IS NULL) AS theirs FROM read`,
    );
    if (differ > 0 || theirs > 0) rivals.push({ ...other, onlyFirst: mine, onlySecond: theirs });
  }
  const { instants } = await db.oneRow<{ instants: number }>(
    `SELECT CAST(coalesce(sum(n), 0) AS DOUBLE) AS instants FROM read WHERE regexp_matches(t, ':[0-9.,]+ ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)$')`,
  );
  return { column, best: first, rivals, instants };
}

async function fitOf(db: Database, format: TimeFormat, at: number): Promise<FormatFit> {
  const { day, n, timed } = columnsAs(
    await db.columns(`SELECT CAST(f${at} AS DATE) AS day, CAST(sum(n) AS DOUBLE) AS n,
      CAST(sum(n) FILTER (f${at} <> date_trunc('day', f${at})) AS DOUBLE) AS timed FROM read WHERE f${at} IS NOT NULL GROUP BY day ORDER BY day`),
    { day: Int32Array, n: Float64Array, timed: Float64Array },
  );
  const sum = (values: Float64Array) => values.reduce((total, value) => total + (Number.isNaN(value) ? 0 : value), 0);
  const first = day[0] ?? 0;
  const last = day.at(-1) ?? 0;
  return {
    format,
    cells: sum(n),
    days: day.length,
    first: dateOf(first),
    last: dateOf(last),
    holes: day.length ? last - first + 1 - day.length : 0,
    timed: sum(timed),
    late: Array.from(day).filter((each) => Number(dateOf(each).slice(8)) > 12).length,
  };
}
