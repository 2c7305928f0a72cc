import { numberCastSql } from "../store/cell-sql.js";
import { type Database, text } from "../store/database.js";
import { type Hint, hintsOf } from "./name-hints.js";
import type { LogColumn } from "./open-log.js";

/** What the cells of a column hold. */
export interface ColumnProfile extends LogColumn {
  hints: ReadonlySet<Hint>;
  /** Of so many rows one was kept. */
  share: number;
  /** Cells that hold a value, and those that do not. */
  filled: number;
  missing: number;
  distinct: number;
  /** Cells that are numbers; of these whole, below 0, 0, and with decimals. */
  numbers: number;
  whole: number;
  negative: number;
  zeros: number;
  /** Different cells that hold a value and no number. */
  oddKinds: number;
  /** Cells that begin with a zero that a number would not have: 007. */
  codes: number;
  min: number | null;
  max: number | null;
  /** The middle one of the numbers, about. */
  median: number | null;
  /** Length of the longest cell. */
  longest: number;
  /** Cells with a letter, cells with a space between letters, and cells hh:mm:ss. */
  letters: number;
  spaced: number;
  clocks: number;
  /** Of these, cells hh:mm:ss. */
  lengths: number;
  /** The most frequent values, at most 60. */
  top: { value: string; rows: number }[];
}

/** Share of the cells that must be numbers for a column of numbers; a few may be damaged, more where they are the same few words. */
const MOST = 0.98;
const MANY = 0.9;
const WORDS = 5;

/** Whether a column holds numbers. */
export const isNumeric = (column: ColumnProfile): boolean =>
  column.filled > 0 &&
  column.numbers >= (column.oddKinds <= WORDS ? MANY : MOST) * column.filled &&
  column.codes < 0.001 * column.filled + 1;

/** Whether a column holds lengths of time as 00:05:30, and not times of day. */
export const isLength = ({ lengths, filled, hints }: ColumnProfile): boolean =>
  filled > 0 && lengths >= MOST * filled && hints.has("duration") && !hints.has("when");

/** Whether whole numbers nearly all follow each other, as those that are given one after another do. */
export const isDense = ({ min, max, distinct, share }: ColumnProfile): boolean =>
  min !== null && max !== null && max - min < 3 * share * distinct;

/** Digits in groups of three with points between them, and behind them perhaps a comma. */
const GROUPED = { ",": "[+-]?[0-9]{1,3}([.][0-9]{3})+(,[0-9]*)?", ".": "[+-]?[0-9]{1,3}(,[0-9]{3})+([.][0-9]*)?" };

/** SQL for the number that a cell is, null where it is none. */
export function numberCell(own: string, decimal: "." | ","): string {
  const other = decimal === "," ? "." : ",";
  const grouped = `CASE WHEN regexp_full_match(${own}, '${GROUPED[decimal]}') THEN replace(replace(${own}, '${other}', ''), ',', '.') END`;
  const plain = decimal === "," ? `CASE WHEN NOT contains(${own}, '.') THEN replace(${own}, ',', '.') END` : own;
  const number = `CASE WHEN contains(${own}, '${other}') THEN ${grouped} ELSE ${plain} END`;
  return numberCastSql(`(${number})`);
}

/**
 * Finds which sign stands before the decimals: the comma where a column has it and would have no numbers otherwise.
 *
 * @param delimiter between the cells
 * @returns the sign, the columns that need it, and those that speak against it
 */
export async function findDecimal(
  db: Database,
  columns: readonly LogColumn[],
  delimiter: string,
): Promise<{ decimal: "." | ","; comma: string[]; point: string[] }> {
  const texts = columns.filter(({ type }) => type === "VARCHAR");
  if (texts.length === 0) return { decimal: ".", comma: [], point: [] };
  const comma = "[+-]?[0-9]+,[0-9]+|[+-]?[0-9]{1,3}([.][0-9]{3})+,[0-9]*";
  const point = "[+-]?[0-9]*[.][0-9]+|[+-]?[0-9]{1,3}(,[0-9]{3})+[.][0-9]*";
  const whole = "[+-]?[0-9]+";
  const counts = texts.flatMap(({ own }) => {
    const cell = own;
    const fits = (form: string) => `CAST(count(*) FILTER (regexp_full_match(${cell}, ${text(form)})) AS DOUBLE)`;
    return [
      `count(${cell}) AS ${own}_filled`,
      `${fits(comma)} AS ${own}_comma`,
      `${fits(point)} AS ${own}_point`,
      `${fits(whole)} AS ${own}_whole`,
      `${fits("[+-]?[1-9][0-9]{0,2}(,[0-9]{3})+")} AS ${own}_thousands`,
    ];
  });
  const found = await db.oneRow<Record<string, number>>(`SELECT ${counts.join(", ")} FROM (FROM log LIMIT 100000)`);
  const of = (own: string, what: string) => found[`${own}_${what}`];
  const holds = (what: "comma" | "point") =>
    texts.filter(({ own }) => of(own, what) > 0 && of(own, what) + of(own, "whole") >= MOST * of(own, "filled"));
  // 1,234 in each cell is a thousand and more, unless cells are divided by another sign, as where people write decimals with a comma
  const isOpen = delimiter !== ",";
  const withComma = holds("comma").filter(({ own }) => isOpen || of(own, "thousands") < of(own, "comma"));
  const withPoint = holds("point");
  const isComma = withComma.length > 0 && withComma.length >= withPoint.length;
  return {
    decimal: isComma ? "," : ".",
    comma: withComma.map(({ name }) => name),
    point: withPoint.map(({ name }) => name),
  };
}

/** Columns that are counted in one statement. */
const TOGETHER = 16;

/** Looks at every column of the table `log`. */
export async function profileColumns(
  db: Database,
  columns: readonly LogColumn[],
  decimal: "." | ",",
  share: number,
): Promise<ColumnProfile[]> {
  const profiles: ColumnProfile[] = [];
  for (let from = 0; from < columns.length; from += TOGETHER) {
    const part = columns.slice(from, from + TOGETHER);
    const counts = part.flatMap(({ own }) => countsOf(own, decimal));
    const found = await db.oneRow<Record<string, number | null>>(
      `SELECT count(*) AS rows, ${counts.join(", ")} FROM log`,
    );
    for (const column of part) {
      const of = (what: string) => found[`${column.own}_${what}`] ?? 0;
      profiles.push({
        ...column,
        hints: hintsOf(column.name),
        share,
        filled: of("filled"),
        missing: (found.rows ?? 0) - of("filled"),
        distinct: of("distinct"),
        numbers: of("numbers"),
        whole: of("whole"),
        negative: of("negative"),
        zeros: of("zeros"),
        codes: of("codes"),
        oddKinds: of("odd"),
        min: found[`${column.own}_min`],
        max: found[`${column.own}_max`],
        median: found[`${column.own}_median`],
        longest: of("longest"),
        letters: of("letters"),
        spaced: of("spaced"),
        clocks: of("clocks"),
        lengths: of("lengths"),
        top: await topOf(db, column.own),
      });
    }
  }
  return profiles;
}

function countsOf(own: string, decimal: "." | ","): string[] {
  const cell = own;
  const number = numberCell(own, decimal);
  const matches = (form: string) => `count(*) FILTER (regexp_matches(${cell}, ${text(form)}))`;
  return [
    `count(${cell}) AS ${own}_filled`,
    `count(DISTINCT ${cell}) AS ${own}_distinct`,
    `count(${number}) AS ${own}_numbers`,
    `count(*) FILTER (${number} = trunc(${number})) AS ${own}_whole`,
    `count(*) FILTER (${number} < 0) AS ${own}_negative`,
    `count(*) FILTER (${number} = 0) AS ${own}_zeros`,
    `${matches("^[+-]?0[0-9]+$")} AS ${own}_codes`,
    `count(DISTINCT ${own}) FILTER (${number} IS NULL) AS ${own}_odd`,
    `min(${number}) AS ${own}_min`,
    `max(${number}) AS ${own}_max`,
    `approx_quantile(${number}, 0.5) AS ${own}_median`,
    `max(length(${cell})) AS ${own}_longest`,
    `${matches("[A-Za-z]")} AS ${own}_letters`,
    `${matches("[^ ] +[^ ]")} AS ${own}_spaced`,
    `${matches("^[0-9]{1,3}:[0-5][0-9](:[0-5][0-9])?$")} AS ${own}_clocks`,
    `${matches("^[0-9]{1,3}:[0-5][0-9]:[0-5][0-9]$")} AS ${own}_lengths`,
  ];
}

async function topOf(db: Database, own: string): Promise<{ value: string; rows: number }[]> {
  return db.rows<{ value: string; rows: number }>(
    `SELECT value, count(*) AS rows FROM (SELECT ${own} AS value FROM log) WHERE value IS NOT NULL
     GROUP BY value ORDER BY rows DESC, value LIMIT 60`,
  );
}
