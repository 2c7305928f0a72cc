import {
  DAY_FORM,
  FLOAT_ID,
  LABELS,
  LONGEST_ID,
  MISSING_MARKS,
  NOBODY,
  REASONS,
  TOO_LARGE,
} from "../cdr/cell-rules.js";
import type { CdrColumn, ColumnKind } from "../cdr/columns.js";
import { isMarkSql, numberCastSql, pointNumberSql } from "./cell-sql.js";
import { name, text } from "./database.js";
import { formattedDaySql, offsetDaySql } from "./day-cell-sql.js";
import { phoneDigits } from "./id-forms.js";

/** How the cells of a record are read, beside the rules. */
export interface RecordCellOptions {
  /** What an empty cell of a measure is: a fault, 0, or a missing value. With "zero" every missing one is 0. */
  readonly empty: "reject" | "zero" | "null";
  /** How days are written: a format of strptime, or of `NUMBER_DAYS`; null: by the rules. */
  readonly date_format: string | null;
  /** Zone in whose clock the day of an instant is; null: the clock that wrote it, of a number UTC. */
  readonly time_zone?: string | null | undefined;
  /** What stands before the fraction of a number; by default a point. */
  readonly decimal?: "." | "," | undefined;
  /** What stands between groups of three digits; by default nothing. */
  readonly thousands?: string | undefined;
  /** digits: telephone numbers as their digits, without + or 00. */
  readonly id_form?: "as_is" | "digits" | undefined;
}

const SPACES = "' ' || chr(9)";
const trimmed = (raw: string) => `trim(${raw}, ${SPACES})`;
const list = (texts: readonly string[]) => `[${texts.map(text).join(", ")}]`;
/** Bytes of the longest word for nobody: what is longer need not be looked up. */
const LONGEST_WORD = Math.max(...NOBODY.map((word) => word.length));

/** How most cells of a column are written: what is asked of such a text before the rules are. */
export interface PlainCell {
  /** SQL for a value that is computed of the text once. */
  value: string;
  /** SQL for whether the text is a plain one, and its value all right in the column; null counts as no. */
  test(value: string): string;
}

/**
 * The plain cells of a column, whose value is that of `typedCellSql`; undefined where options have them written otherwise.
 *
 * @param column what may be below 0 is only asked to be finite and not too large
 */
export function plainCellSql(raw: string, column: JudgedColumn, options: RecordCellOptions): PlainCell | undefined {
  const { kind, negative } = column;
  if (kind === "id")
    return { value: options.id_form === "digits" ? phoneDigits(raw) : raw, test: () => isPlainId(raw) };
  if (kind === "day") {
    if (options.date_format) return undefined;
    const isDay = `strlen(${raw}) = 10 AND ${raw} BETWEEN '1' AND '3' AND ${raw}[5] = '-' AND ${raw}[8] = '-'`;
    return {
      value: `CASE WHEN ${isDay} THEN try_cast(${raw} AS DATE) ${clockDay(raw)} END`,
      test: (value) => validSql(value, column),
    };
  }
  if (kind === "label" || options.empty === "zero") return undefined;
  const number = numberTextCastSql(raw, options);
  // of one that may be below 0, what begins with a space or a plus is not plain: the cast takes `+-5`, too
  const inRange = (value: string) =>
    negative
      ? `abs(${value}) < ${TOO_LARGE} AND ${raw} > ','`
      : `${value} >= 0 AND ${value} < ${TOO_LARGE}${kind === "count" ? ` AND ${value} = trunc(${value})` : ""}`;
  const isNumber = (value: string) => `${inRange(value)} AND NOT contains(${raw}, '_')`;
  // a cast that fails takes long, and where cells may be empty many are
  return options.empty === "reject"
    ? { value: number, test: isNumber }
    : {
        value: `CASE WHEN ${raw} <> '' THEN ${number} END`,
        test: (value) => `coalesce(${isNumber(value)}, ${raw} = '')`,
      };
}

/**
 * SQL for a text cell cast to its column type: null where it cannot be read. A measure is null where its value is missing, and NaN where
 * it cannot be read or must not be missing; a label is −1 where it is missing. What most cells are like is asked first.
 *
 * @param cast what `numberTextCastSql` gives, where a query below has computed it
 */
export function typedCellSql(
  raw: string,
  kind: ColumnKind,
  options: RecordCellOptions,
  cast = numberTextCastSql(raw, options),
): string {
  const cell = trimmed(raw);
  if (kind === "id") {
    const isFault = idFaults(cell)
      .map(([test]) => test)
      .join(" OR ");
    const digits = options.id_form === "digits";
    return `CASE WHEN ${isPlainId(raw)} THEN ${digits ? phoneDigits(raw) : raw} WHEN ${isFault} THEN NULL ELSE ${digits ? phoneDigits(cell) : cell} END`;
  }
  if (kind === "day") {
    const { date_format: format, time_zone: zone = null } = options;
    if (format) return formattedDaySql(cell, format, zone);
    return `CASE ${clockDay(raw)} WHEN length(${raw}) = 10 AND ${raw} BETWEEN '1' AND '3' AND ${raw}[5] = '-' AND ${raw}[8] = '-' THEN try_cast(${raw} AS DATE)
      ${zone ? offsetDaySql(cell, zone) : ""} WHEN regexp_matches(${cell}, ${text(DAY_FORM)}) THEN try_cast(regexp_extract(${cell}, '^[0-9/-]+') AS DATE) END`;
  }
  if (kind === "label") {
    const words = Object.entries(LABELS).map(([word, label]) => `WHEN ${text(word)} THEN ${label}`);
    return `CASE WHEN ${raw} = '0' THEN 0 WHEN ${raw} = '1' THEN 1 WHEN ${raw} IS NULL OR ${cell} = '' OR ${isMarkSql(cell)} THEN -1 ELSE
      CASE lower(${cell}) ${words.join(" ")} END END`;
  }
  // a cast passes over spaces by itself
  const number = numberCastSql(pointNumberSql(raw, options));
  const missing = options.empty === "zero" ? "0" : "NULL";
  const empty = options.empty === "reject" ? "'nan'::DOUBLE" : missing;
  // a number that is not below 0 is no mark, and has one sign
  return `CASE WHEN ${cast} >= 0 AND ${cast} < ${TOO_LARGE} AND NOT contains(${raw}, '_') THEN ${cast}
    WHEN ${number} <= 'infinity'::DOUBLE THEN ${number} WHEN ${raw} IS NULL OR ${isMarkSql(cell)} THEN ${missing}
    WHEN ${cell} = '' THEN ${empty} ELSE 'nan'::DOUBLE END`;
}

/** SQL for whether the text of a subscriber is one as it stands: no word for nobody begins with a digit and has no point. */
const isPlainId = (raw: string) =>
  [
    `(strlen(${raw}) > ${LONGEST_WORD} OR ${raw} BETWEEN '0' AND ':') AND strlen(${raw}) <= ${LONGEST_ID}`,
    ...["'.'", "'+'", "' '", "chr(9)", "chr(0)"].map((odd) => `NOT contains(${raw}, ${odd})`),
  ].join(" AND ");

/** SQL for the number that a cast makes of a cell of a measure: also of what is none by the rules. */
export const numberTextCastSql = (raw: string, options: RecordCellOptions): string =>
  `try_cast(${pointNumberSql(raw, options)} AS DOUBLE)`;

/** A branch of CASE for the day of a text as 2024-01-31 23:59:59: such texts are many, and need no pattern. */
const clockDay = (raw: string) => `WHEN ${isClockText(raw)} THEN CAST(try_cast(${raw} AS TIMESTAMP) AS DATE)`;

/** SQL for whether a text looks as 2024-01-31 23:59:59; DuckDB's cast tells whether it is one. */
export const isClockText = (raw: string): string =>
  `(${raw} LIKE '____-__-__ __:__:__' OR ${raw} LIKE '____-__-__T__:__:__') AND ${raw} BETWEEN '1' AND '3' AND NOT ${raw} LIKE '___________24%'`;

/** A column as far as its cells are judged by it. */
type JudgedColumn = Pick<CdrColumn, "kind" | "negative">;

/** SQL for whether a typed cell holds what its column may hold; null counts as no. */
export function validSql(value: string, { kind, negative }: JudgedColumn): string {
  if (kind === "day") return `${value} BETWEEN DATE '1970-01-01' AND current_date + 1`;
  if (kind === "id" || kind === "label") return `${value} IS NOT NULL`;
  const whole = kind === "count" ? ` AND ${value} = trunc(${value})` : "";
  // nan is above every number
  return `((${value} ${negative ? `> -${TOO_LARGE}` : ">= 0"} AND ${value} < ${TOO_LARGE}${whole}) OR ${value} IS NULL)`;
}

const idFaults = (cell: string): [test: string, reason: string][] => [
  [`${cell} IS NULL OR list_contains(${list(NOBODY)}, lower(${cell}))`, REASONS.nobody],
  [`regexp_matches(${cell}, ${text(FLOAT_ID)})`, REASONS.floatId],
  [`contains(${cell}, chr(0))`, REASONS.nullCharacter],
  [`length(${cell}) > ${LONGEST_ID}`, REASONS.longId],
];

/** What may be wrong with a cell, as tests in the order of their precedence, each with its reason. */
export function faultsSql(
  column: JudgedColumn,
  raw: string,
  value: string,
  { date_format }: Pick<RecordCellOptions, "date_format">,
): [test: string, reason: string][] {
  const { kind, negative } = column;
  const cell = trimmed(raw);
  if (kind === "id") return idFaults(cell);
  if (kind === "day") {
    return [
      [`${raw} IS NULL OR ${cell} = '' OR list_contains(${list(MISSING_MARKS)}, lower(${cell}))`, REASONS.noDate],
      [`${value} IS NULL`, date_format ? `not a date of the form ${date_format}` : REASONS.notADate],
      [`NOT ${validSql(value, column)}`, REASONS.dateRange],
    ];
  }
  if (kind === "label") return [[`${value} IS NULL`, REASONS.label]];
  return [
    [`isnan(${value}) AND ${cell} = ''`, REASONS.empty],
    [`isnan(${value})`, REASONS.notANumber],
    ...valueFaultsSql(value, { kind, negative }),
  ];
}

/** What may be wrong with a value that is a number, or infinite. */
export function valueFaultsSql(value: string, { kind, negative }: JudgedColumn): [test: string, reason: string][] {
  return [
    ...(negative ? [] : [[`${value} < 0`, REASONS.negative] satisfies [string, string]]),
    [`NOT ${negative ? `abs(${value})` : value} < ${TOO_LARGE}`, REASONS.tooLarge],
    ...(kind === "count" ? [[`${value} <> trunc(${value})`, REASONS.notWhole] satisfies [string, string]] : []),
  ];
}

/** SQL for a valid cell in the form that the table keeps. */
export function storedCellSql({ name: column, kind }: CdrColumn): string {
  const of = name(column);
  if (kind === "label") return `nullif(${of}, -1)`;
  if (kind === "count") return `CAST(${of} AS BIGINT)`;
  // + 0.0 makes 0 of -0
  return kind === "amount" ? `${of} + 0.0` : of;
}
