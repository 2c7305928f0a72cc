import { ChurnError } from "../core/errors.js";
import type { Columns, ColumnValues } from "./read-columns.js";

/** What a column is asked to hold: numbers, days, texts of which some may be missing, or texts that are all there. */
type Kind = Float64ArrayConstructor | Int32ArrayConstructor | ArrayConstructor | StringConstructor;

type ValuesOf<K extends Kind> = K extends Float64ArrayConstructor
  ? Float64Array
  : K extends Int32ArrayConstructor
    ? Int32Array
    : K extends StringConstructor
      ? string[]
      : (string | null)[];

const WORDS = new Map<Kind, string>([
  [Float64Array, "numbers"],
  [Int32Array, "days"],
  [Array, "texts"],
  [String, "texts, none missing"],
]);

/**
 * Takes columns from a result as what they are asked to be.
 *
 * @param asked by name: `Float64Array` numbers (NaN = null), `Int32Array` days since 1970-01-01, `Array` texts or null, `String` texts
 * @throws ChurnError BAD_INPUT naming the first column that is missing or holds something else
 * @example const { User, Date } = columnsAs(await db.columns('SELECT "User", "Date" FROM t'), { User: String, Date: Int32Array });
 */
export function columnsAs<Asked extends Record<string, Kind>>(
  columns: Columns,
  asked: Asked,
): { [Name in keyof Asked]: ValuesOf<Asked[Name]> } {
  const found = Object.entries(asked).map(([name, kind]) => [name, columnAs(columns, name, kind)]);
  return Object.fromEntries(found);
}

/** Takes one column, as `columnsAs` does. */
export function columnAs<K extends Kind>(columns: Columns, name: string, kind: K): ValuesOf<K> {
  const values: ColumnValues | undefined = columns[name];
  if (!holds(values, kind)) {
    const has = values === undefined ? "is missing" : `holds ${describe(values)}`;
    throw new ChurnError("BAD_INPUT", `column ${name} ${has} where ${WORDS.get(kind)} are wanted`);
  }
  return values;
}

function holds<K extends Kind>(values: ColumnValues | undefined, kind: K): values is ColumnValues & ValuesOf<K> {
  if (kind === String) return Array.isArray(values) && !values.includes(null);
  return kind === Array ? Array.isArray(values) : values?.constructor === kind;
}

function describe(values: ColumnValues): string {
  if (Array.isArray(values)) return values.includes(null) ? "texts, some missing" : "texts";
  return values instanceof Int32Array ? "days" : "numbers";
}
