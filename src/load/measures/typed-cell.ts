import type { PlainCell } from "../../store/record-cell-sql.js";

/** A cell of a row as `typed` has it. */
export interface TypedCell {
  /** What it is called in SQL. */
  name: string;
  /** SQL for its text. */
  text: string;
  /**
   * SQL for what the rules make of the text.
   *
   * @param value that of `plain`, where a query below has computed it
   */
  typed(raw: string, value?: string): string;
  /** What most cells are like; undefined where nothing can be said of them. */
  plain(raw: string): PlainCell | undefined;
  /** SQL for whether it is all right; undefined where it always is. */
  check?: string;
}
