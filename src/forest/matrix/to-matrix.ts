import { ChurnError } from "../../core/errors.js";
import { checkMatrix, type FeatureColumn, type Matrix } from "./matrix.js";

/**
 * Makes a matrix from columns of any table: Arquero's `table.array(name)`, a result of DuckDB by column, plain arrays.
 *
 * Numbers, bigints, booleans (0 and 1) and dates (milliseconds) make a column of numbers; a column with any text makes one of
 * categories, its levels in the order of their texts. null, undefined, NaN and the empty text are missing. A Float64Array is
 * taken as it is, without a copy.
 *
 * @param columns values by name of the column, all of one length
 * @returns the matrix, its columns in the order of the keys
 * @throws ChurnError BAD_INPUT naming the column and the row of a value that is none of these
 * @example
 * ```ts
 * toMatrix({ calls: [3, null, 8], contract: ["none", "one year", ""] });
 * ```
 */
export function toMatrix(columns: Readonly<Record<string, ArrayLike<unknown>>>): Matrix {
  const names = Object.keys(columns);
  const matrix = { names, columns: names.map((name) => toColumn(name, columns[name])) };
  checkMatrix(matrix);
  return matrix;
}

function toColumn(name: string, values: ArrayLike<unknown>): FeatureColumn {
  if (values instanceof Float64Array) return values;
  const missing = (value: unknown) => value === null || value === undefined || value === "" || Number.isNaN(value);
  const numbers = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value === "string" && value !== "") return toCategories(values, missing);
    if (missing(value)) numbers[i] = Number.NaN;
    else if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean")
      numbers[i] = Number(value);
    else if (value instanceof Date) numbers[i] = value.getTime();
    else {
      throw new ChurnError("BAD_INPUT", `column "${name}" has a value of type ${typeof value} in row ${i}`, {
        hint: "a matrix takes numbers, texts, booleans, dates and missing values",
      });
    }
  }
  return numbers;
}

function toCategories(values: ArrayLike<unknown>, missing: (value: unknown) => boolean): FeatureColumn {
  const texts = Array.from(values, (value) => (missing(value) ? undefined : String(value)));
  const levels = [...new Set(texts.filter((text) => text !== undefined))].sort();
  const place = new Map(levels.map((level, code) => [level, code]));
  return { levels, codes: Int32Array.from(texts, (text) => (text === undefined ? -1 : (place.get(text) ?? -1))) };
}

/** Labels as a fit takes them. */
export interface Labels {
  y: Uint8Array;
  classNames: string[];
}

/**
 * Numbers the classes of a column of labels of any type: numbers in their order, others in that of their texts.
 *
 * @param values a label a row, none of them missing
 * @param positive the label of class 1; all others are then class 0
 * @returns the class of each row, and the names of the classes
 * @throws ChurnError BAD_INPUT for a missing label, for fewer than two classes or more than 255, or when no row is positive
 * @example
 * ```ts
 * const { y, classNames } = toLabels(["no", "yes", "no"], "yes"); // 0, 1, 0
 * await fitForest(x, y, { classNames });
 * ```
 */
export function toLabels(values: ArrayLike<unknown>, positive?: unknown): Labels {
  const texts = Array.from(values, (value, i) => {
    if (value === null || value === undefined || value === "" || Number.isNaN(value)) {
      throw new ChurnError("BAD_INPUT", `label of row ${i} is missing`, { hint: "leave out the rows without a label" });
    }
    return String(value);
  });
  const numeric = texts.every((text) => Number.isFinite(Number(text)));
  const names = [...new Set(texts)].sort(numeric ? (a, b) => Number(a) - Number(b) : undefined);
  if (names.length < 2) throw new ChurnError("BAD_INPUT", `all labels are ${JSON.stringify(names[0])}`);
  if (positive !== undefined) {
    const one = String(positive);
    if (!names.includes(one)) {
      throw new ChurnError("BAD_INPUT", `no label is ${JSON.stringify(one)}`, {
        hint: `there are ${names.slice(0, 10).join(", ")}`,
      });
    }
    const rest = names.filter((name) => name !== one);
    const zero = rest.length === 1 ? rest[0] : `not ${one}`;
    return { y: Uint8Array.from(texts, (text) => (text === one ? 1 : 0)), classNames: [zero, one] };
  }
  if (names.length > 255) {
    throw new ChurnError("BAD_INPUT", `labels have ${names.length} classes, a forest takes at most 255`, {
      hint: "fit a regression when they are quantities",
    });
  }
  const place = new Map(names.map((name, k) => [name, k]));
  return { y: Uint8Array.from(texts, (text) => place.get(text) ?? -1), classNames: names };
}
