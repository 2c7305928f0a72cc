import { type CategoryColumn, type Column, isCategory } from "../chunks/column.js";
import type { OrderedTable } from "../chunks/table.js";
import type { MonitorConfig } from "./config-sections.js";

// with fewer rows values are all different by chance
const FEWEST = 100;
const ALL_DIFFERENT = 0.99;
/** Whole numbers of so many digits, all different and all of about one size: numbers of telephones, accounts, orders. */
const LARGE = 1e7;

/**
 * The reference without columns that cannot be judged: those without a value, and identifiers, each told once. A column that the
 * configuration names is kept.
 */
export function watchedColumns(reference: OrderedTable, config: MonitorConfig): OrderedTable {
  const named = namedColumns(config);
  const roles = new Set(Object.values(reference.names));
  const warnings: string[] = [];
  const columns = [...reference.columns].filter(([name, column]) => {
    if (named.has(name) || roles.has(name)) return true;
    const why = isEmpty(column) ? "has no value in the reference" : identifierOf(column);
    if (why) warnings.push(`column "${name}" ${why}: it is not watched`);
    return why === null;
  });
  if (warnings.length === 0) return reference;
  return { ...reference, columns: new Map(columns), warnings: [...reference.warnings, ...warnings] };
}

function namedColumns(config: MonitorConfig): Set<string> {
  const { columns = {}, ...sections } = config;
  const lists = Object.values(sections).flatMap((section) => {
    if (typeof section !== "object" || section === null) return [];
    return Object.entries(section).flatMap(([key, value]) =>
      /column_names$|^treat_as_/.test(key) && Array.isArray(value) ? (value as string[]) : [],
    );
  });
  return new Set([...lists, ...(columns.continuous ?? []), ...(columns.categorical ?? [])]);
}

const isEmpty = (column: Column): boolean =>
  isCategory(column) ? column.codes.every((code) => code < 0) : column.every(Number.isNaN);

/** Why a column is an identifier and no quantity; null where it is none. */
function identifierOf(column: Column): string | null {
  return isCategory(column) ? textIdentifier(column) : numberIdentifier(column);
}

function textIdentifier({ codes }: CategoryColumn): string | null {
  const known = codes.filter((code) => code >= 0);
  const isDifferent = known.length >= FEWEST && new Set(known).size >= ALL_DIFFERENT * known.length;
  return isDifferent ? "is an identifier: nearly every row has another text" : null;
}

function numberIdentifier(values: Float64Array): string | null {
  let [min, max, n, rising] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  let before = Number.NaN;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (Number.isNaN(value)) continue;
    if (!Number.isInteger(value)) return null;
    min = Math.min(min, value);
    max = Math.max(max, value);
    if (value > before) rising++;
    before = value;
    n++;
  }
  if (n < FEWEST) return null;
  const counts = rising >= ALL_DIFFERENT * (n - 1);
  const isLong = min >= LARGE && max < 10 * min;
  if (!counts && !(isLong && new Set(values).size >= ALL_DIFFERENT * n)) return null;
  return counts
    ? "is an identifier: it counts up from row to row"
    : "is an identifier: nearly every row has another long number";
}

/**
 * An analysis with every column that was watched: one that is not there any more is all missing, which is the finding; the
 * warnings name it.
 */
export function withGoneColumns<T extends { columns?: Readonly<Record<string, unknown>> }>(
  analysis: T,
  watched: readonly string[],
  rows: number,
): { table: T; gone: string[] } {
  const gone = watched.filter((name) => !Object.hasOwn(analysis.columns ?? {}, name));
  if (gone.length === 0) return { table: analysis, gone };
  const empty = Object.fromEntries(gone.map((name) => [name, new Float64Array(rows).fill(Number.NaN)]));
  return { table: { ...analysis, columns: { ...analysis.columns, ...empty } }, gone };
}
