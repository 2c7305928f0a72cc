import type { CdrColumn } from "../../cdr/columns.js";
import { dateOf } from "../../core/days.js";
import type { Columns } from "../read-columns.js";
import type { MysqlSession } from "./mysql-server.js";

/** Writes rows as a statement has them: `(…),(…)`; NaN is NULL. The batch is that of all rows, or that of each. */
export function valuesOf(
  session: MysqlSession,
  ours: readonly CdrColumn[],
  columns: Columns,
  from: number,
  to: number,
  batch: number | ArrayLike<number>,
): string {
  const days = new Map<number, string>();
  const day = (number: number): string => {
    const known = days.get(number);
    if (known) return known;
    const text = `'${dateOf(number)}'`;
    days.set(number, text);
    return text;
  };
  const cells = ours.map(({ name, kind }): ((i: number) => string) => {
    const column = columns[name] as ArrayLike<number | string | null>;
    if (kind === "id") return (i) => session.connection.escape(column[i]);
    if (kind === "day") return (i) => day(column[i] as number);
    return (i) => (Number.isNaN(column[i] as number) ? "NULL" : String(column[i]));
  });
  let values = "";
  for (let i = from; i < to; i++) {
    values += i > from ? ",(" : "(";
    for (const cell of cells) values += `${cell(i)},`;
    values += `${typeof batch === "number" ? batch : batch[i]})`;
  }
  return values;
}
