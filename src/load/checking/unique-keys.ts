import { cellsOf } from "../../cdr/columns.js";
import { summed } from "../../store/added-records.js";
import { type Database, name } from "../../store/database.js";
import { storedCellSql } from "../../store/record-cell-sql.js";
import type { MeasurePlan } from "../measures/measure-plan.js";
import { setFaultyDaysAside, usedRows, whileComputing } from "../measures/measure-sql.js";
import type { TypedRows } from "./typed-rows.js";

/**
 * Makes the view `clean` of the good rows of `typed`, one row a subscriber and day: events are added up, and a second record of
 * a day goes into `bad`.
 *
 * @param bad rows in `bad`
 * @returns how many rows were added to another
 */
export async function uniqueKeys(db: Database, typed: TypedRows, bad: number): Promise<number> {
  if (typed.options.grain === "event") return addUp(db, typed);
  const again = await setRepeatsAside(db, typed);
  const first = again + bad > 0 ? "AND line NOT IN (SELECT line FROM bad)" : "";
  const cells = typed.columns.map((column) => `${storedCellSql(column)} AS ${name(column.name)}`);
  await db.run(
    `CREATE OR REPLACE TEMP VIEW clean AS SELECT line, ${own(typed)}${cells.join(", ")} FROM ${typed.rows} WHERE ok ${first}`,
  );
  return 0;
}

/** The number of the file among the columns of a group. */
const own = ({ source }: TypedRows) => (source.file ? "file_number, " : "");

async function addUp(db: Database, typed: TypedRows): Promise<number> {
  const { present, columns, plan, rows } = typed;
  const sums = [
    ...cellsOf(present).map((cell) => summed(cell, "line")),
    ...(plan?.computed.map(({ measure, sql }) => `${sql} AS ${name(measure.name)}`) ?? []),
  ];
  const good = plan ? `(${usedRows(plan, rows)})` : `${rows} WHERE ok`;
  const attempt = (one: MeasurePlan) =>
    `SELECT ${one.computed[0].sql} FROM (${usedRows(one, rows)}) GROUP BY DP_MSISDN, DP_DATE`;
  const add = () =>
    whileComputing(db, plan, attempt, () =>
      db.run(`CREATE OR REPLACE TEMP TABLE summed AS
    SELECT min(line) AS line, ${own(typed)}DP_DATE, DP_MSISDN, ${sums.join(", ")} FROM ${good} GROUP BY ${own(typed)}DP_MSISDN, DP_DATE`),
    );
  // a sum of fractions depends on the order, and several threads have none
  await (plan?.computed.some(({ measure }) => measure.kind === "amount") ? db.inOneThread(add) : add());
  const aside = plan ? await setFaultyDaysAside(db, plan, typed) : 0;
  const stored = columns.map((column) => `${storedCellSql(column)} AS ${name(column.name)}`);
  await db.run(`CREATE OR REPLACE TEMP VIEW clean AS SELECT line, ${own(typed)}${stored.join(", ")} FROM summed`);
  const { merged } = await db.oneRow<{ merged: number }>(
    `SELECT (SELECT count(*) FROM typed WHERE ok) - ${aside} - (SELECT count(*) FROM summed) AS merged`,
  );
  return merged;
}

/** Adds the second records of a subscriber and day, in one file, to `bad`; gives how many they are. */
async function setRepeatsAside(db: Database, typed: TypedRows): Promise<number> {
  const { source, rows } = typed;
  const keys = `${own(typed)}DP_MSISDN, DP_DATE`;
  // two keys may have one hash, but one key never has two
  const { again } = await db.oneRow<{ again: number }>(
    `SELECT count(*) - count(DISTINCT hash(${keys})) AS again FROM ${rows} WHERE ok`,
  );
  if (again === 0) return 0;
  const after = source.lineInFile?.("first_line", "file_number") ?? "first_line";
  await db.run(`CREATE OR REPLACE TEMP TABLE repeated AS
    SELECT line, ${after} AS first_line FROM (FROM ${rows} WHERE ok) JOIN (
      SELECT ${keys}, min(line) AS first_line FROM ${rows} WHERE ok GROUP BY ${keys} HAVING count(*) > 1
    ) USING (${keys}) WHERE line > first_line`);
  const { repeated } = await db.oneRow<{ repeated: number }>("SELECT count(*) AS repeated FROM repeated");
  if (repeated > 0) {
    await db.run(`INSERT INTO bad SELECT line, 'DP_DATE', 'a second row of this subscriber and day, after line ' || first_line, raw
      FROM repeated JOIN (${source.cells("SELECT line FROM repeated")}) USING (line)`);
  }
  await db.run("DROP TABLE repeated");
  return repeated;
}
