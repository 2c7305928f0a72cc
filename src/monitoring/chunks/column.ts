import { ChurnError } from "../../core/errors.js";
import { codes as codesOf, floats } from "./large-arrays.js";

/** Numbers in a typed array; NaN is a missing value. */
export type NumberColumn = Float64Array;

/** Categories as codes into `levels`; code −1 is a missing value. */
export interface CategoryColumn {
  readonly codes: Int32Array;
  readonly levels: readonly string[];
}

export type Column = NumberColumn | CategoryColumn;

/** What a caller may hand over as a column: typed arrays are taken as they are, never written to. */
export type ColumnInput = Column | ArrayLike<number | bigint | string | boolean | null | undefined>;

export const isCategory = (column: Column): column is CategoryColumn => "codes" in column;

export const columnLength = (column: Column): number => (isCategory(column) ? column.codes.length : column.length);

/**
 * Takes a column in: numbers become a `Float64Array`, text and booleans become categories.
 *
 * Booleans are written `True` and `False`, as pandas writes them. A column that mixes text and numbers is refused by name.
 */
export function toColumn(input: ColumnInput, name: string): Column {
  if (input instanceof Float64Array) return input;
  if (typeof input === "object" && "codes" in input) return input;
  const kinds = new Set<string>();
  for (let i = 0; i < input.length; i++) {
    const value = input[i];
    if (value !== null && value !== undefined) kinds.add(typeof value);
  }
  if (kinds.size === 0 || [...kinds].every((kind) => kind === "number" || kind === "bigint")) {
    const numbers = new Float64Array(input.length);
    for (let i = 0; i < input.length; i++) numbers[i] = numberOf(input[i]);
    return numbers;
  }
  if (kinds.size > 1) {
    throw new ChurnError("BAD_INPUT", `column "${name}" mixes ${[...kinds].join(" and ")}`, {
      hint: "give it one type: all numbers, all text or all booleans",
    });
  }
  return encode(input, (value) => (typeof value === "boolean" ? (value ? "True" : "False") : String(value)));
}

/** The same column as categories; whole numbers are written without a decimal point. */
export function toCategory(column: Column): CategoryColumn {
  return isCategory(column) ? column : encode(column, (value) => (Number.isNaN(value) ? null : String(value)));
}

/** The column in the order of `order`. */
export function gather<C extends Column>(column: C, order: Uint32Array): C {
  const given: Column = column;
  const from = isCategory(given) ? given.codes : given;
  const to = from instanceof Int32Array ? codesOf(order.length) : floats(order.length);
  for (let i = 0; i < order.length; i++) to[i] = from[order[i]];
  return (isCategory(column) ? { codes: to, levels: column.levels } : to) as C;
}

function numberOf(value: unknown): number {
  return value === null || value === undefined ? Number.NaN : Number(value);
}

function encode<T>(values: ArrayLike<T>, text: (value: NonNullable<T>) => string | null): CategoryColumn {
  const codes = new Int32Array(values.length);
  const levels: string[] = [];
  const codeOf = new Map<T, number>();
  // most categories that are numbers are small and whole: their codes are found without hashing
  const small = new Int32Array(256).fill(-1);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    const isSmall = typeof value === "number" && value >= 0 && value < 256 && Number.isInteger(value);
    let code = isSmall && small[value] >= 0 ? small[value] : codeOf.get(value);
    if (code === undefined) {
      const level = value === null || value === undefined ? null : text(value);
      code = level === null ? -1 : levels.push(level) - 1;
      codeOf.set(value, code);
      if (isSmall) small[value] = code;
    }
    codes[i] = code;
  }
  return { codes, levels };
}
