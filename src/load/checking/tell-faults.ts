import { type Database, name, text } from "../../store/database.js";
import { faultsSql } from "../../store/record-cell-sql.js";
import { rowFaults } from "../measures/measure-sql.js";
import type { TypedRows } from "./typed-rows.js";

/**
 * Makes the temporary table `bad` (line, column_name, reason, raw) of the rows of `typed` that are not all right, each with its
 * first fault.
 *
 * @returns how many
 */
export async function tellFaults(db: Database, { source, present, plan, rows, options }: TypedRows): Promise<number> {
  await db.run("CREATE OR REPLACE TEMP TABLE bad (line BIGINT, column_name VARCHAR, reason VARCHAR, raw VARCHAR)");
  const { bad } = await db.oneRow<{ bad: number }>("SELECT count(*) AS bad FROM typed WHERE NOT ok");
  if (bad === 0) return 0;
  const faults = present.flatMap((column) =>
    faultsSql(column, `f[${column.position + 1}]`, name(column.name), options).map(
      ([test, reason]) => `WHEN ${test} THEN [${text(column.name)}, ${text(reason)}]`,
    ),
  );
  for (const [test, column, reason] of plan ? rowFaults(plan, options.grain) : []) {
    faults.push(`WHEN ${test} THEN [${text(column)}, ${text(reason)}]`);
  }
  return db.run(`INSERT INTO bad
    SELECT line, fault[1] AS column_name, fault[2] AS reason, raw FROM (
      SELECT line, raw, CASE
        WHEN f IS NULL THEN [NULL, CASE WHEN starts_with(raw, chr(10)) THEN 'longer than 16 MB' ELSE 'a quote is not closed or stands inside a cell' END]
        WHEN NOT width_ok THEN [NULL, (len(f) - ${source.header.length - source.width}) || ' columns instead of ${source.width}' || CASE WHEN line = ${source.cutOff} THEN ': the last line is cut off' ELSE '' END]
        ${faults.join("\n        ")}
        ELSE [NULL, 'cannot be read'] END AS fault
      FROM (FROM ${rows} WHERE NOT ok)
        JOIN (${source.cells(`SELECT line FROM ${rows} WHERE NOT ok`)}) USING (line))`);
}
