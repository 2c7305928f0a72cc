import { ChurnError } from "../../core/errors.js";
import { messageOf } from "../../core/fault.js";
import { type Database, name, text } from "../../store/database.js";
import { type RecordCellOptions, validSql, valueFaultsSql } from "../../store/record-cell-sql.js";
import type { Source } from "../reading/source.js";
import { READINGS, readableSql } from "./cell-readings.js";
import { inWords } from "./duckdb-words.js";
import type { MeasurePlan, ReadColumn } from "./measure-plan.js";
import type { TypedCell } from "./typed-cell.js";

/** What was read of a column, before it is used: it tells what could not be read. */
const cellOf = ({ alias }: ReadColumn) => `_cell${alias}`;

/** The cells that measures are computed from. */
export function readCells(
  { reads }: MeasurePlan,
  { cell }: Pick<Source, "cell">,
  options: RecordCellOptions,
): TypedCell[] {
  return reads.map((read) => {
    const { read: typed, plain, isRead } = READINGS[read.reading];
    return {
      name: cellOf(read),
      text: cell(read.position),
      typed: (raw, value) => typed(raw, options, value),
      plain: (raw) => plain?.(raw, options),
      ...(isRead ? { check: isRead(cellOf(read)) } : {}),
    };
  });
}

/**
 * A query for rows with the values that expressions use, and what is computed of each row: measures of days, and whether a cast fails.
 *
 * @param rows a query for rows with the cells of `readCells`
 */
export function computedRows(plan: MeasurePlan, rows: string, grain: "day" | "event"): string {
  const measures = grain === "day" ? plan.computed.map(({ measure, sql }) => `${sql} AS ${name(measure.name)}`) : [];
  const checks = plan.checks.map(({ fails }, index) => `${fails} AS _cast_${index}`);
  const items = [...measures, ...checks];
  if (items.length === 0) return rows;
  const used = plan.reads.map((read) => `${readableSql(cellOf(read), read.reading)} AS ${read.alias}`);
  const own = plan.reads.map(({ alias }) => alias);
  const exclude = own.length ? `EXCLUDE (${own.join(", ")})` : "";
  return `SELECT * ${exclude}, ${items.join(", ")} FROM (SELECT ${["*", ...used].join(", ")} FROM (${rows}))`;
}

/** Tests that a row of `computedRows` must pass, beside those of its cells. */
export function rowTests(plan: MeasurePlan, grain: "day" | "event"): string[] {
  const isCast = plan.checks.map((_, index) => `NOT _cast_${index}`);
  const isValid = grain === "day" ? plan.computed.map(({ measure }) => validSql(name(measure.name), measure)) : [];
  return [...isCast, ...isValid];
}

/** What may be wrong with a row of `computedRows`: tests in the order of their precedence, each with column and reason. */
export function rowFaults(plan: MeasurePlan, grain: "day" | "event"): [test: string, column: string, reason: string][] {
  return [
    ...plan.reads.flatMap((read): [string, string, string][] => {
      const isRead = READINGS[read.reading].isRead?.(cellOf(read));
      return isRead ? [[`NOT ${isRead}`, read.column, READINGS[read.reading].reason]] : [];
    }),
    ...plan.checks.map(({ column, reason }, index): [string, string, string] => [`_cast_${index}`, column, reason]),
    ...(grain === "day" ? resultFaults(plan) : []),
  ];
}

/** What may be wrong with a computed measure. */
function resultFaults({ computed }: MeasurePlan): [test: string, column: string, reason: string][] {
  return computed.flatMap(({ measure }) => {
    const value = name(measure.name);
    const tests: [string, string][] = [
      [`NOT isfinite(${value})`, "not a finite number"],
      ...valueFaultsSql(value, measure),
    ];
    return tests.map(([test, reason]): [string, string, string] => [test, measure.name, reason]);
  });
}

/** A query for the good rows of `typed` with the values that expressions use, for aggregates to be computed of them. */
export function usedRows({ reads }: MeasurePlan, rows: string): string {
  const used = reads.map((read) => {
    const value = cellOf(read);
    return `${READINGS[read.reading].use?.(value) ?? value} AS ${read.alias}`;
  });
  return `SELECT ${["*", ...used].join(", ")} FROM ${rows} WHERE ok`;
}

/**
 * Does what computes measures, and says which one DuckDB knows no value of: a logarithm of 0, a whole number that is too large.
 *
 * @param attempt SQL that computes one of them
 * @throws ChurnError BAD_INPUT naming it
 */
export async function whileComputing<T>(
  db: Database,
  plan: MeasurePlan | undefined,
  attempt: (plan: MeasurePlan) => string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!plan || !/^(Out of Range|Conversion) Error/.test(messageOf(error))) throw error;
    for (const one of plan.computed) {
      await db.run(attempt({ ...plan, computed: [one] })).catch((cause: unknown) => {
        const { name: measure, sql } = one.measure;
        throw new ChurnError(
          "BAD_INPUT",
          `measure ${measure} cannot be computed of every record, as DuckDB says: ${inWords(cause, plan.reads)}: ${JSON.stringify(sql)}`,
          { cause, hint: "leave such records out: CASE WHEN x > 0 THEN ln(x) END" },
        );
      });
    }
    throw error;
  }
}

/**
 * Sets the records of those subscriber-days aside whose measures, computed over all of them, are not what they may be: takes them out of
 * the table `summed` and puts them into `bad`.
 *
 * @param typed what the records are in
 * @returns how many records
 */
export async function setFaultyDaysAside(
  db: Database,
  plan: MeasurePlan,
  typed: { rows: string; source: Pick<Source, "cells" | "file"> },
): Promise<number> {
  const faults = resultFaults(plan).map(
    ([test, column, reason]) =>
      `WHEN ${test} THEN [${text(column)}, ${text(`${reason}, over the records of this subscriber and day`)}]`,
  );
  if (faults.length === 0) return 0;
  let aside = 0;
  const keys = `${typed.source.file ? "file_number, " : ""}DP_MSISDN, DP_DATE`;
  await db.run(`CREATE OR REPLACE TEMP TABLE faulty AS
    SELECT ${keys}, fault FROM (SELECT ${keys}, CASE ${faults.join(" ")} END AS fault FROM summed) WHERE fault IS NOT NULL`);
  const { faulty } = await db.oneRow<{ faulty: number }>("SELECT count(*) AS faulty FROM faulty");
  if (faulty > 0) {
    const lines = `SELECT line FROM ${typed.rows} SEMI JOIN faulty USING (${keys}) WHERE ok`;
    aside = await db.run(`INSERT INTO bad SELECT line, fault[1], fault[2], raw
      FROM (SELECT line, fault FROM ${typed.rows} JOIN faulty USING (${keys}) WHERE ok) JOIN (${typed.source.cells(lines)}) USING (line)`);
    await db.run(`DELETE FROM summed WHERE (${keys}) IN (SELECT (${keys}) FROM faulty)`);
  }
  await db.run("DROP TABLE temp.faulty");
  return aside;
}
