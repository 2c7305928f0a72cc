import type { TableColumn } from "./open-table.js";

/** What the cells of a column hold. */
export type TableColumnKind = "number" | "boolean" | "date" | "category";

/** How the cells of a column are read. */
export interface ColumnReading {
  kind: TableColumnKind;
  /** Numbers with a decimal comma. */
  comma?: true;
  /** Numbers with commas between thousands. */
  thousands?: true;
  /** How days are written, for strptime; ISO 8601 when left out. */
  format?: string;
  /** Texts among which what pandas takes for missing is missing; without it only the empty cell is. */
  marks?: true;
  /** No cell holds a value. */
  empty?: true;
  /** Cells that cannot be read count as missing; without it they are an error. */
  lenient?: true;
}

/** A column that is to be read, and how. */
export interface WantedColumn extends ColumnReading {
  column: TableColumn;
}

/** What a user says of the columns of a file, where their cells do not tell it or tell it wrong. */
export interface ColumnOverrides {
  /** Columns of numbers: cells that are none count as missing. */
  readonly number?: readonly string[] | undefined;
  /** Columns of categories: each cell is a text as it stands, only the empty one is missing. */
  readonly category?: readonly string[] | undefined;
  /** How days are written, for strptime. */
  readonly date_format?: string | undefined;
}

/** How columns are looked at that nobody knows yet. */
export interface FirstLook extends ColumnOverrides {
  /** A cell in a hundred of a quantity, or of days, may be something else: it is missing. Without it they are texts. */
  readonly stray?: boolean;
}

/** The values of a column: numbers with NaN for a missing one, or codes into levels with −1 for it. */
export type ColumnValues = Float64Array | { readonly levels: readonly string[]; readonly codes: Int32Array };
