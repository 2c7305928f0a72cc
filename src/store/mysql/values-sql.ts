import type { CdrColumn } from "../../cdr/columns.js";
import { dateOf } from "../../core/days.js";
import type { Columns } from "../read-columns.js";
import type { MysqlSession } from "./mysql-server.js";

/**
 * Writes rows as a statement has them, each `(…)`; NaN is NULL.
 *
 * @param ours the columns that the batch has, in the order of the statement; the number of the batch comes last
 * @param batch of all rows, or of each
 */
export function* valuesSql(
  session: MysqlSession,
  { columns, ours, batch }: { columns: Columns; ours: readonly CdrColumn[]; batch: number | ArrayLike<number> },
  rows: number,
): Generator<string> {
  const days = new Map<number, string>();
  const day = (number: number): string => {
    const known = days.get(number);
    if (known) return known;
    const text = `'${dateOf(number)}'`;
    days.set(number, text);
    return text;
  };
  const cells = ours.map(({ name, kind }): ((i: number) => string) => {
    const column: ArrayLike<number | string | null> = columns[name];
    if (kind === "id") return (i) => session.connection.escape(column[i]);
    if (kind === "day") return (i) => day(Number(column[i]));
    return (i) => (Number.isNaN(Number(column[i])) ? "NULL" : String(column[i]));
  });
  for (let i = 0; i < rows; i++) {
    let row = "(";
    for (const cell of cells) row += `${cell(i)},`;
    yield `${row}${typeof batch === "number" ? batch : batch[i]})`;
  }
}
