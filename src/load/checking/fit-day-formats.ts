import { isMarkSql } from "../../store/cell-sql.js";
import { type Database, text } from "../../store/database.js";
import { momentSql, NUMBER_DAYS } from "../../store/day-cell-sql.js";
import type { TypedRows } from "./typed-rows.js";

const DAYS = [
  ...["%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y-%m-%d", "%Y-%d-%m", "%Y%m%d"],
  ...[
    "%d.%m.%y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d-%m-%y",
    "%d %b %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%d %B %Y",
    "%b %d %Y",
    "%b %d, %Y",
  ],
];
const TIMES = ["", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", "T%H:%M:%S", " %I:%M %p", " %I:%M:%S %p", " %H:%M:%S %z"];
const FORMATS = [
  ...DAYS.flatMap((day) => TIMES.map((time) => `${day}${time}`)),
  ...["%Y%m%d%H%M%S", "%Y%m%d%H%M", "%d%m%Y", "%a %b %d %H:%M:%S %Y"],
  ...NUMBER_DAYS,
];

/** Cells by whose look formats are chosen, before these are tried on every cell. */
const TRIED = 2000;

/** Share of the cells that a format may not read, and still be the one of the file: a thousandth is dirt. */
const DIRT = 0.001;

/** Which formats of days fit a file. */
export interface DayFit {
  /** Cells of the column of days that are not empty. */
  cells: number;
  /** The formats that read every cell, but for a thousandth, most first. */
  formats: { format: string; reads: number }[];
  /** Why another order of day and month is none: "13 of 60 days cannot be month first". */
  evidence: string | undefined;
}

/**
 * Looks which formats read the days of a file, by every cell of the column; to be called where the format that was given, or the rules
 * of ISO days, read some of them only.
 *
 * @param given the format that does not fit; null: the rules
 */
export async function fitDayFormats(
  db: Database,
  { source, present }: TypedRows,
  given: string | null,
): Promise<DayFit> {
  const column = present.find(({ kind }) => kind === "day");
  if (!column) return { cells: 0, formats: [], evidence: undefined };
  await db.run(`CREATE OR REPLACE TEMP TABLE day_cells AS SELECT x, count(*) AS n FROM (
    SELECT trim(${source.cell(column.position)}, ' ' || chr(9)) AS x FROM ${source.from})
    WHERE x <> '' AND NOT ${isMarkSql("x")} GROUP BY x`);
  try {
    const sample = await db.rows<{ x: string }>(`SELECT x FROM day_cells ORDER BY hash(x) LIMIT ${TRIED}`);
    const shapes = FORMATS.filter(
      (format) =>
        format !== given &&
        isShaped(
          format,
          sample.map(({ x }) => x),
        ),
    );
    const { cells, formats } = await readBy(db, "day_cells", shapes);
    const fitting = formats.filter(({ reads }) => cells > 0 && reads >= (1 - DIRT) * cells);
    return { cells, formats: fitting, evidence: fitting[0] && (await evidence(db, fitting[0].format, given)) };
  } finally {
    await db.run("DROP TABLE IF EXISTS temp.day_cells");
  }
}

/** The unit in which days that are numbers fit, where they do not fit in the one that was given; undefined where that is the right one. */
export async function fitOtherUnit(db: Database, typed: TypedRows): Promise<DayFit | undefined> {
  const format = typed.options.date_format;
  if (format === null || !NUMBER_DAYS.includes(format)) return undefined;
  const { early } = await db.oneRow<{ early: number }>(
    "SELECT count(*) AS early FROM typed WHERE DP_DATE < DATE '1990-01-01'",
  );
  if (early === 0) return undefined;
  const fit = await fitDayFormats(db, typed, format);
  return fit.formats.some(({ reads }) => reads > fit.cells - early) ? fit : undefined;
}

const PARTS: Readonly<Record<string, string>> = {
  ...{
    Y: "\\d{4}",
    y: "\\d{2}",
    m: "\\d{1,2}",
    d: "\\d{1,2}",
    H: "\\d{1,2}",
    I: "\\d{1,2}",
    M: "\\d{1,2}",
    S: "\\d{1,2}",
  },
  ...{ b: "[A-Za-z]{3}", B: "[A-Za-z]{3,}", a: "[A-Za-z]{3}", f: "\\d{1,9}", p: "[AaPp][Mm]", z: "[+-]\\d{2}:?\\d{2}" },
};

/** Digits of numbers that are days of these years, in each unit. */
const DIGITS: Readonly<Record<string, RegExp>> = {
  epoch_s: /^\d{9,10}(\.\d+)?$/,
  epoch_ms: /^\d{12,13}(\.\d+)?$/,
  epoch_us: /^\d{15,16}$/,
  excel: /^\d{5}(\.\d+)?$/,
};

/** Whether nearly all cells look as a format has them: most formats are out at a glance. */
function isShaped(format: string, cells: readonly string[]): boolean {
  const shape =
    DIGITS[format] ??
    new RegExp(
      `^${format.replace(/[.+?^$()[\]{}|\\/]/g, "\\$&").replace(/%(\w)/g, (_, part: string) => PARTS[part])}$`,
    );
  const odd = cells.filter((cell) => !shape.test(cell)).length;
  return odd <= 10 * DIRT * cells.length;
}

/** How many cells each format reads as days that a log may have, most first; of formats that read the same days of all cells, one. */
async function readBy(
  db: Database,
  cells: string,
  formats: readonly string[],
): Promise<Pick<DayFit, "cells" | "formats">> {
  const reads = formats.flatMap((format, index) => {
    const day = `CAST(${momentSql("x", format, null)} AS DATE)`;
    const isDay = `${day} BETWEEN DATE '1990-01-01' AND current_date + 1`;
    return [
      `CAST(sum(n) FILTER (${isDay}) AS BIGINT) AS f${index}`,
      `CAST(sum(hash(x) % 1000003 * datediff('day', DATE '1990-01-01', ${day})) FILTER (${isDay}) AS VARCHAR) AS s${index}`,
    ];
  });
  const counts = await db.oneRow<Record<string, number | string | null>>(
    `SELECT ${["CAST(coalesce(sum(n), 0) AS BIGINT) AS cells", ...reads].join(", ")} FROM ${cells}`,
  );
  const found = new Map<string, { format: string; reads: number }>();
  for (const [index, format] of formats.entries()) {
    const number = Number(counts[`f${index}`] ?? 0);
    const key = `${number} ${counts[`s${index}`]}`;
    if (number > 0 && !found.has(key)) found.set(key, { format, reads: number });
  }
  return { cells: Number(counts.cells), formats: [...found.values()].sort((a, b) => b.reads - a.reads) };
}

/** Which days tell that day and month stand in this order. */
async function evidence(db: Database, format: string, given: string | null): Promise<string | undefined> {
  const other = given ?? swapped(format);
  if (NUMBER_DAYS.includes(format) || NUMBER_DAYS.includes(other) || other === format) return undefined;
  const isMonthFirst = other.indexOf("%m") >= 0 && other.indexOf("%m") < other.indexOf("%d");
  if (other.replace(/%[dm]/g, "") !== format.replace(/%[dm]/g, "")) return undefined;
  const { days, odd } = await db.oneRow<{ days: number; odd: number }>(
    `SELECT count(DISTINCT d) AS days, count(DISTINCT d) FILTER (o IS NULL) AS odd FROM (
      SELECT CAST(try_strptime(x, ${text(format)}) AS DATE) AS d, try_strptime(x, ${text(other)}) AS o FROM day_cells)`,
  );
  return odd > 0 ? `${odd} of ${days} days cannot be ${isMonthFirst ? "month" : "day"} first` : undefined;
}

const swapped = (format: string) => format.replace(/%[dm]/g, (part) => (part === "%d" ? "%m" : "%d"));
