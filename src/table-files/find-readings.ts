import { ChurnError } from "../core/errors.js";
import { groupBy } from "../core/group-by.js";
import { checkDateFormat } from "../store/cell-sql.js";
import type { ColumnOverrides, ColumnReading, FirstLook } from "./column-reading.js";
import { countCells } from "./count-cells.js";
import { columnOf, type OpenTable, type TableColumn } from "./open-table.js";
import { countFilled, countNumbers, countOthers, DAY_FORMATS, filledSql, OTHER_WAYS, oddSql } from "./reading-sql.js";

/** Share of cells that are something else up to which a column looks as if it should hold numbers, or days. */
const FEW = 0.1;

/** Share of cells that are something else up to which they count as missing, in a column of a quantity. */
const STRAY = 0.01;
/** Cells of which one may be something else. */
const ONE_OF = 20;
/** Different texts above which a column holds a quantity; fewer may be codes, of which a rare one is a letter. */
const MANY_TEXTS = 20;

/** How columns are read, in their order, and what a careful reader would say of them. */
export interface FoundReadings {
  readings: ColumnReading[];
  notes: string[];
}

/**
 * Tells how columns are to be read: numbers, days, truth values, or texts, which are categories. A column of texts holds
 * numbers when all of its cells are numbers, but for empty ones and marks of missing values (NA, null, -), and none is a code
 * such as 007. With `stray`, up to one cell in a hundred of a quantity, or of days, may be something else, counts as missing, and a
 * note tells which. Texts of a Parquet file are read by the same rules, but for numbers: what is stored as text there is text.
 *
 * @throws ChurnError BAD_INPUT naming a column that holds lists, structures or bytes; BAD_USAGE for an override of a column
 *   that is not there
 */
export async function findReadings(
  table: OpenTable,
  columns: readonly TableColumn[],
  overrides: FirstLook = {},
): Promise<FoundReadings> {
  const { number = [], category = [], date_format: format } = overrides;
  for (const name of number) columnOf(table, name, "--number");
  for (const name of category) columnOf(table, name, "--category");
  if (format !== undefined) await checkDateFormat(table.db, format, "--date-format");
  const readings = new Map<TableColumn, ColumnReading>();
  const notes: string[] = [];
  const texts: TableColumn[] = [];
  for (const column of columns) {
    if (category.includes(column.name)) readings.set(column, { kind: "category" });
    else if (column.type !== "VARCHAR") readings.set(column, { kind: kindOfType(table, column) });
    else texts.push(column);
  }
  const others = new Map<TableColumn, NumberCounts>();
  // of what is stored as text the first cells mostly tell that it is one, and no cell is counted
  const likely = table.typed ? await likelyWays(table, texts, number, format) : undefined;
  const isText = (column: TableColumn) => likely?.get(column)?.length === 0;
  for (const column of texts) if (isText(column)) readings.set(column, { kind: "category", marks: true });
  const open = texts.filter((column) => !isText(column));
  for (const [column, counts] of await countNumeric(table, open, number)) {
    const [numbers, odd, codes] = [counts("number"), counts("odd"), counts("code")];
    if (number.includes(column.name) ? numbers > 0 && odd <= numbers : isNumeric({ numbers, odd, codes }, table)) {
      readings.set(column, { kind: "number", ...(odd > 0 ? { lenient: true } : {}) });
      if (odd > 0) notes.push(await oddCells(table, column, { kind: "number" }, [odd, numbers + odd], ""));
    }
    // a column without any value may hold anything in the next table
    else if (numbers + odd === 0) readings.set(column, { kind: "category", marks: true, empty: true });
    else others.set(column, { numbers, odd, codes });
  }
  const rest = [...others.keys()];
  const ways = likely ?? (await likelyWays(table, rest, number, format));
  for (const [column, counts] of await countWays(table, rest, ways, { number, format })) {
    const found = { table, column, counts, ...(others.get(column) ?? NONE) };
    const own = readingOf(found, overrides);
    const reading = overrides.stray && own.kind === "category" ? ((await strayReading(found, overrides)) ?? own) : own;
    readings.set(column, reading);
    notes.push(...(await notesOn(found, reading, overrides)));
  }
  return {
    readings: columns.map((column) => {
      const reading = readings.get(column);
      if (!reading) throw new Error(`column ${column.name} was not looked at`);
      return reading;
    }),
    notes,
  };
}

/** How many cells of a column are numbers, how many are a value but none, and how many are codes as 007. */
interface NumberCounts {
  numbers: number;
  odd: number;
  codes: number;
}

const NONE: NumberCounts = { numbers: 0, odd: 0, codes: 0 };

const isNumeric = ({ numbers, odd, codes }: NumberCounts, table: OpenTable) =>
  numbers > 0 && odd === 0 && codes === 0 && !table.typed;

/** A column of texts that are not all numbers, and how many of its cells can be read in each way. */
interface Counted extends NumberCounts {
  table: OpenTable;
  column: TableColumn;
  counts(key: string): number;
}

function readingOf({ table, column, counts, numbers, odd, codes }: Counted, overrides: ColumnOverrides): ColumnReading {
  const wanted = overrides.number?.includes(column.name) ?? false;
  const all = numbers + odd;
  const isAll = (key: string) => counts(key) === all;
  if (!table.typed || wanted) {
    // "1,234" is a thousand and more where no comma has another number of digits behind it
    const [thousands, comma] = [counts("thousands"), counts("comma")];
    const lenient = wanted ? ({ lenient: true } as const) : {};
    if (wanted ? thousands > numbers && thousands >= comma : thousands === all && codes === 0)
      return { kind: "number", thousands: true, ...lenient };
    if (wanted ? comma > numbers : comma === all && codes === 0) return { kind: "number", comma: true, ...lenient };
  }
  if (wanted) return { kind: "number", lenient: true };
  if (isAll("boolean")) return { kind: "boolean" };
  if (overrides.date_format !== undefined) {
    if (isAll("date0")) return { kind: "date", format: overrides.date_format };
  } else {
    if (isAll("date")) return { kind: "date" };
    const k = DAY_FORMATS.findIndex((_, at) => isAll(`date${at}`));
    if (k >= 0) return { kind: "date", format: DAY_FORMATS[k] };
  }
  return { kind: "category", marks: true };
}

/** How a column of a quantity or of days is read in which a few cells are something else; undefined for any other. */
async function strayReading(
  { table, column, counts, numbers, odd, codes }: Counted,
  { date_format: format }: ColumnOverrides,
): Promise<ColumnReading | undefined> {
  if (table.typed) return undefined;
  const all = numbers + odd;
  const isStray = (read: number) => read < all && (all - read <= STRAY * all || (all - read === 1 && all >= ONE_OF));
  const days = format ? ["date0"] : ["date", ...DAY_FORMATS.map((_, k) => `date${k}`)];
  const day = days.find((key) => isStray(counts(key)));
  const lenient = { lenient: true } as const;
  const found: ColumnReading[] = [
    ...(codes === 0 && isStray(numbers) ? [{ kind: "number", ...lenient } as const] : []),
    ...(codes === 0 && isStray(counts("thousands")) ? [{ kind: "number", thousands: true, ...lenient } as const] : []),
    ...(codes === 0 && isStray(counts("comma")) ? [{ kind: "number", comma: true, ...lenient } as const] : []),
    ...(day === undefined ? [] : [dayReading(day, format)]),
  ];
  if (found.length === 0) return undefined;
  const row = await table.db.row<{ texts: number }>(
    `SELECT CAST(count(DISTINCT ${column.own}) AS DOUBLE) AS texts FROM ${table.from}`,
  );
  // of ways that read equally many cells the plain one comes first
  const left = (reading: ColumnReading) => all - readCells({ counts, numbers }, reading, format);
  return (row?.texts ?? 0) > MANY_TEXTS ? found.sort((a, b) => left(a) - left(b))[0] : undefined;
}

function dayReading(key: string, format: string | undefined): ColumnReading {
  const way = key === "date" ? undefined : (format ?? DAY_FORMATS[Number(key.slice("date".length))]);
  return { kind: "date", ...(way ? { format: way } : {}), lenient: true };
}

/** How many cells of a column can be read in a way. */
function readCells(
  { counts, numbers }: Pick<Counted, "counts" | "numbers">,
  reading: ColumnReading,
  format: string | undefined,
): number {
  if (reading.kind === "number")
    return reading.thousands ? counts("thousands") : reading.comma ? counts("comma") : numbers;
  const k = reading.format === undefined || format !== undefined ? 0 : DAY_FORMATS.indexOf(reading.format);
  return counts(reading.format === undefined ? "date" : `date${k}`);
}

async function notesOn(found: Counted, reading: ColumnReading, overrides: ColumnOverrides): Promise<string[]> {
  const { table, column, counts, numbers, odd, codes } = found;
  const all = numbers + odd;
  const shown = JSON.stringify(column.name);
  if (reading.lenient) {
    const left = all - readCells(found, reading, overrides.date_format);
    const asked = overrides.number?.includes(column.name);
    const cure = asked ? "" : `; --category ${column.name} takes each cell as a text`;
    return left > 0 ? [`${await oddCells(table, column, reading, [left, all], "")}${cure}`] : [];
  }
  if (reading.thousands)
    return [`commas in column ${shown} are read as marks of thousands: each has three digits behind it`];
  if (reading.kind === "date") {
    const fit =
      reading.format && !overrides.date_format ? DAY_FORMATS.filter((_, k) => counts(`date${k}`) === all) : [];
    if (fit.length < 2) return [];
    return [
      `days of column ${shown} fit ${fit.slice(0, 2).join(" and ")}: the first is taken; say which with --date-format`,
    ];
  }
  if (reading.kind !== "category" || table.typed) return [];
  if (odd === 0 && codes > 0) {
    return [
      `column ${shown} has numbers with leading zeros and is read as texts; --number ${column.name} reads numbers`,
    ];
  }
  if (odd <= FEW * all) {
    const cure = `: the column is read as texts; --number ${column.name} reads them as missing`;
    return [await oddCells(table, column, { kind: "number" }, [odd, all], cure)];
  }
  const format = overrides.date_format;
  const dates = format ? counts("date0") : counts("date");
  const days = { kind: "date", ...(format ? { format } : {}) } as const;
  if (dates === all || all - dates > FEW * all) return [];
  return [await oddCells(table, column, days, [all - dates, all], ": the column is read as texts")];
}

/** Says how many cells of a column are not what the others are, and shows the first. */
async function oddCells(
  table: OpenTable,
  { name, own, type }: TableColumn,
  reading: ColumnReading,
  [odd, all]: [number, number],
  rest: string,
): Promise<string> {
  const { row, cell } = await firstOdd(table, own, type, reading);
  const what = reading.kind === "date" ? "days" : "numbers";
  const end = rest === "" ? " and count as missing" : "";
  return `${odd} of ${all} cells of ${JSON.stringify(name)} are not ${what}${end}, first ${JSON.stringify(cell)} in row ${row}${rest}`;
}

/** The first cell that holds a value and cannot be read; rows are numbered from 1. */
export async function firstOdd(
  table: OpenTable,
  own: string,
  type: string,
  reading: ColumnReading,
): Promise<{ row: number; cell: string }> {
  const found = await table.db.row<{ row: number; cell: string }>(
    `SELECT row, cell FROM (SELECT ${table.row} + 1 AS row, ${oddSql(own, type, reading)} AS cell FROM ${table.from})
     WHERE cell IS NOT NULL ORDER BY row LIMIT 1`,
  );
  return found ?? { row: 0, cell: "" };
}

/** Rows that are looked at first: a column of a million texts is not asked ten times whether each is a day. */
const SAMPLE = 500;

/**
 * The ways of reading each column that the first rows leave open: those in which at least half of their cells can be read. A
 * column whose first rows are empty, and one that the user calls numbers, may be anything.
 */
async function likelyWays(
  table: OpenTable,
  columns: readonly TableColumn[],
  number: readonly string[],
  format: string | undefined,
): Promise<Map<TableColumn, string[]>> {
  if (columns.length === 0) return new Map();
  // what is stored as text is no number, unless the user says so
  const all = OTHER_WAYS(format).filter((way) => !table.typed || number.length > 0 || !/^(comma|thousands)$/.test(way));
  const sample = { ...table, from: `(FROM ${table.from} LIMIT ${SAMPLE})` };
  const counted = await countCells(sample, columns, {
    look: filledSql("cell"),
    counts: countOthers("cell", "cell", ["filled", ...all], format),
  });
  return new Map(
    [...counted].map(([column, counts]) => {
      const isOpen = number.includes(column.name) || counts("filled") === 0;
      return [column, isOpen ? all : all.filter((way) => 2 * counts(way) >= counts("filled"))];
    }),
  );
}

type Counts = readonly [TableColumn, (key: string) => number];

/** How many cells of each column are numbers. */
async function countNumeric(
  table: OpenTable,
  columns: readonly TableColumn[],
  number: readonly string[],
): Promise<Counts[]> {
  // what is stored as text is no number, unless the user says so
  const isStoredText = ({ name }: TableColumn) => table.typed && !number.includes(name);
  return inOrder(
    columns,
    groupBy(columns, (column) => String(isStoredText(column))).map((group) =>
      countCells(table, group, {
        counts: isStoredText(group[0]) ? countFilled("cell", "cell") : countNumbers("cell", "cell"),
        once: table.typed && number.length === 0,
      }),
    ),
  );
}

/** How many cells of each column can be read in the ways that are likely for it. */
async function countWays(
  table: OpenTable,
  columns: readonly TableColumn[],
  ways: ReadonlyMap<TableColumn, readonly string[]>,
  { number, format }: { number: readonly string[]; format: string | undefined },
): Promise<Counts[]> {
  const waysOf = (column: TableColumn) => ways.get(column) ?? [];
  return inOrder(
    columns,
    groupBy(columns, (column) => waysOf(column).join()).map((group) =>
      countCells(table, group, {
        look: filledSql("cell"),
        counts: countOthers("cell", "cell", waysOf(group[0]), format),
        once: table.typed && number.length === 0,
      }),
    ),
  );
}

async function inOrder(
  columns: readonly TableColumn[],
  counted: readonly Promise<ReadonlyMap<TableColumn, (key: string) => number>>[],
): Promise<Counts[]> {
  const counts = new Map((await Promise.all(counted)).flatMap((group) => [...group]));
  return columns.map((column) => [column, counts.get(column) ?? (() => 0)]);
}

/** What a column holds by its type; undefined for one of texts, whose cells tell it, and for lists, structures and bytes. */
function kindOf(type: string): ColumnReading["kind"] | undefined {
  if (type === "BOOLEAN") return "boolean";
  if (/^(DATE|TIMESTAMP)/.test(type)) return "date";
  return /INT|^(FLOAT|DOUBLE|DECIMAL|TIME)/.test(type) && !/STRUCT|MAP|\[|^INTERVAL/.test(type) ? "number" : undefined;
}

/** Whether each cell of a column holds one value: no list, structure or bytes. */
export const holdsSingleValues = ({ type }: TableColumn): boolean => type === "VARCHAR" || kindOf(type) !== undefined;

function kindOfType(table: OpenTable, { name, type }: TableColumn): ColumnReading["kind"] {
  const kind = kindOf(type);
  if (kind) return kind;
  throw new ChurnError("BAD_INPUT", `column "${name}" of ${table.path} has type ${type}, which holds no single value`, {
    hint: `leave it out: --exclude ${JSON.stringify(name)}`,
  });
}
