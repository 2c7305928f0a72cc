import { closestMatch } from "../../core/closest-match.js";
import { ChurnError } from "../../core/errors.js";
import { type CategoryColumn, isCategory, type NumberColumn, toCategory } from "./column.js";
import { memoize } from "./order-table.js";
import type { OrderedTable } from "./table.js";

export type ColumnType = "continuous" | "categorical";

/** Which columns, and what their types are where the data do not say it. */
export interface ColumnOptions {
  /** By default every column of the reference. */
  readonly columns?: readonly string[] | undefined;
  /** Columns of numbers that are codes; `y_pred` and `y_true` are, without being named. */
  readonly treatAsCategorical?: readonly string[] | undefined;
  /** Columns that are numbers whatever the data say. */
  readonly treatAsContinuous?: readonly string[] | undefined;
}

export interface TypedColumn {
  readonly name: string;
  readonly type: ColumnType;
}

/**
 * The columns to look at with their types: continuous ones by name, those forced to be, then categorical ones the same way.
 */
export function typedColumns(table: OrderedTable, options: ColumnOptions, compat: boolean): TypedColumn[] {
  const { treatAsCategorical = [], treatAsContinuous = [] } = options;
  const both = treatAsCategorical.find((name) => treatAsContinuous.includes(name));
  if (both) throw new ChurnError("BAD_OPTION", `column "${both}" is to be treated as categorical and as continuous`);
  needColumns(table, [...treatAsCategorical, ...treatAsContinuous], "reference");
  const names = options.columns ?? [...table.columns.keys()];
  const groups: Record<ColumnType, [string[], string[]]> = { continuous: [[], []], categorical: [[], []] };
  for (const name of new Set(names)) {
    const column = table.columns.get(name);
    if (!column) throw noColumn(name, table, "reference");
    const isCode =
      !compat && (name === table.names.predicted || name === table.names.truth) && !treatAsContinuous.includes(name);
    if (treatAsCategorical.includes(name) || isCode) groups.categorical[isCategory(column) ? 0 : 1].push(name);
    else if (treatAsContinuous.includes(name)) {
      if (isCategory(column)) throw wrongType(name, "reference", "text", "numbers");
      groups.continuous[1].push(name);
    } else groups[isCategory(column) ? "categorical" : "continuous"][0].push(name);
  }
  return (["continuous", "categorical"] as const).flatMap((type) =>
    groups[type].flatMap((names, i) => (i === 0 ? names.sort() : names).map((name) => ({ name, type }))),
  );
}

/** Refuses names that are not columns of a table. */
export function needColumns(table: OrderedTable, names: Iterable<string>, where: string): void {
  for (const name of names) if (!table.columns.has(name)) throw noColumn(name, table, where);
}

/** A column of numbers, or an error that names it and both types. */
export function numbersOf(table: OrderedTable, name: string, where: string): NumberColumn {
  const column = table.columns.get(name);
  if (!column) throw noColumn(name, table, where);
  if (isCategory(column)) {
    if (column.levels.length === 0) return new Float64Array(column.codes.length).fill(Number.NaN);
    throw wrongType(name, where, `text (${JSON.stringify(column.levels[0])})`, "numbers");
  }
  return column;
}

/** A column of categories; numbers become their texts. */
export function categoriesOf(table: OrderedTable, name: string, where: string, wasText: boolean): CategoryColumn {
  const column = table.columns.get(name);
  if (!column) throw noColumn(name, table, where);
  if (!isCategory(column) && wasText && !column.every(Number.isNaN)) throw wrongType(name, where, "numbers", "text");
  return isCategory(column) ? column : memoize(table, `categories of ${name}`, () => toCategory(column));
}

/** Whether a column holds categories as it came, not numbers that are taken for such. */
export function isText(table: OrderedTable, name: string): boolean {
  const column = table.columns.get(name);
  return column !== undefined && isCategory(column);
}

/** The names of the columns that a check looks at when none are named: features, with or without the model's outputs. */
export function defaultColumns(table: OrderedTable, outputs: boolean): string[] {
  const { score, predicted, truth } = table.names;
  const left = outputs ? [truth] : [score, predicted, truth];
  return [...table.columns.keys()].filter((name) => !left.includes(name));
}

function wrongType(name: string, where: string, is: string, wanted: string): ChurnError {
  return new ChurnError("BAD_INPUT", `${where}: column "${name}" holds ${is}, not ${wanted}`, {
    hint: "give the column the same type in both tables",
  });
}

function noColumn(name: string, table: OrderedTable, where: string): ChurnError {
  const near = closestMatch(name, [...table.columns.keys()]);
  return new ChurnError("BAD_INPUT", `${where}: there is no column "${name}"`, {
    hint: near ? `did you mean "${near}"?` : `it has ${[...table.columns.keys()].join(", ")}`,
  });
}
