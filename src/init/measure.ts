import { CDR_COLUMNS } from "../cdr/columns.js";
import { OWN_NAMES } from "../load/measures/compile-measures.js";

/** A measure as the config names it: what is added up by subscriber and day. */
export interface ProposedMeasure {
  name: string;
  /** The expression; null for a column of the file as it is. */
  sql: string | null;
  /** The column of the file, where it is one as it is. */
  column?: string;
  kind: "count" | "amount";
  title?: string;
  unit?: string;
  negative?: true;
  /** How its unit came about, or what there is to know. */
  note?: string;
}

/** A column that is no measure, and why. */
export interface LeftOut {
  name: string;
  reason: string;
}

/** Words that SQL keeps for itself: as names of columns they stand in quotes. */
const KEPT = new Set(
  `all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create default deferrable desc describe
  distinct do else end except false fetch filter for foreign from grant group having in initially intersect into is lateral leading like limit not
  null offset on only or order over pivot placing primary qualify references returning select show some summarize symmetric table then to
  trailing true union unique unpivot using values variadic when where window with`.split(/\s+/),
);

/** The name of a column in SQL, in quotes only where it must be. */
export const columnSql = (name: string): string =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !KEPT.has(name.toLowerCase()) ? name : `"${name.replaceAll('"', '""')}"`;

/** A text in SQL. */
export const valueSql = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** SQL for whether a column has one of some values. */
export function isOneOf(name: string, values: readonly string[]): string {
  const of = columnSql(name);
  return values.length === 1 ? `${of} = ${valueSql(values[0])}` : `${of} IN (${values.map(valueSql).join(", ")})`;
}

/** A name that a measure may have: letters, digits and _, none of our own, and none that is taken. */
export function measureName(wanted: string, taken: ReadonlySet<string>): string {
  const plain = wanted
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/[^A-Za-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "");
  // DP_ begins the names of a call record
  const name = (/^(?!DP_)[A-Za-z]/i.test(plain) ? plain : plain ? `m_${plain}` : "measure").slice(0, 50);
  const ours = [...OWN_NAMES, ...CDR_COLUMNS.map((column) => column.name.toLowerCase())];
  const isFree = (each: string) => !ours.includes(each.toLowerCase()) && !taken.has(each.toLowerCase());
  if (isFree(name)) return name;
  for (let n = 2; ; n++) if (isFree(`${name}_${n}`)) return `${name}_${n}`;
}

/** What a person calls a column: "calls out" of `calls_out`. */
export const titleOf = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/[_\s]+/g, " ")
    .trim()
    .toLowerCase();

/** Units that names of columns say. */
const UNITS: readonly [unit: string, words: RegExp][] = [
  ["s", /(^| )(s|sec|secs|seconds|sekunden|secondi|secondes|segundos|billsec)( |$)/],
  ["min", /(^| )(min|mins|minutes|minuten|minuti)( |$)/],
  ["ms", /(^| )(ms|msec|msecs|millis|milliseconds)( |$)/],
  ["MB", /(^| )(mb|mib|megabytes?)( |$)/],
  ["kB", /(^| )(kb|kib|kilobytes?)( |$)/],
  ["GB", /(^| )(gb|gib|gigabytes?)( |$)/],
  ["bytes", /(^| )(bytes?|octets?)( |$)/],
  ["EUR", /(^| )(eur|euros?)( |$)/],
  ["USD", /(^| )(usd|dollars?)( |$)/],
  ["GBP", /(^| )(gbp|pounds?)( |$)/],
  ["CHF", /(^| )(chf|franken)( |$)/],
];

/** The unit that the name of a column says; undefined where it says none. */
export const unitOf = (name: string): string | undefined => UNITS.find(([, words]) => words.test(titleOf(name)))?.[0];

/** SQL for the seconds of a length of time that is written as 00:05:30. */
export const secondsSql = (name: string): string => `epoch(CAST(${columnSql(name)} AS INTERVAL))`;
