import { throwIfInterrupted } from "../core/interrupted.js";
import type { StageContext } from "../core/progress.js";
import { columnAs, columnsAs } from "../store/columns-as.js";
import { type Database, name } from "../store/database.js";
import { byDay, type DailyTable } from "./by-day.js";
import { type ExploredRows, LABEL } from "./explored-rows.js";
import type { ColumnSummary } from "./summarize.js";
import { type Tally, tally } from "./tally.js";
import { readTally, tallySql } from "./tally-sql.js";

/** The rows of `explored`, counted. */
export interface CountedLog {
  columns: Record<string, Tally>;
  daily: DailyTable;
  summary: {
    /** Day and subscriber. */
    keys: ColumnSummary[];
    label: Tally;
  };
}

/**
 * Counts the columns of the view `explored`, one after another, so that no more than one is in memory at a time: counts in the
 * database, where they have few values; amounts, which have as many as rows, here.
 */
export async function readLog(db: Database, log: ExploredRows, context: StageContext): Promise<CountedLog> {
  const columns: Record<string, Tally> = {};
  const counts = log.measures.filter(({ kind }) => kind === "count").map(({ name }) => name);
  // numbered, since a measure may be called anything
  const totals = counts
    .map((column, i) => `, CAST(sum(${name(column)}) AS DOUBLE) AS sum${i}, count(${name(column)}) AS n${i}`)
    .join("");
  const found = await db.columns(
    `SELECT DP_DATE AS "the day", count(*) AS n${totals} FROM explored GROUP BY DP_DATE ORDER BY DP_DATE`,
  );
  const present = columnAs(found, "the day", Int32Array);
  const numbers = (column: string) => columnAs(found, column, Float64Array);
  const daily = byDay(present, Object.fromEntries(counts.map((column, i) => [column, numbers(`sum${i}`)])));
  const place = (column: Float64Array) => {
    const all = new Float64Array(daily.days.length);
    for (let i = 0; i < present.length; i++) all[present[i] - daily.days[0]] = column[i];
    return all;
  };
  daily.rows = place(numbers("n"));
  for (const [c, column] of counts.entries()) {
    const n = place(numbers(`n${c}`));
    daily.means[column] = daily.sums[column].map((sum, i) => (n[i] > 0 ? sum / n[i] : Number.NaN));
  }

  for (const [index, { name: column, kind }] of log.measures.entries()) {
    context.onProgress?.({ task: "eda", done: index, total: log.measures.length, unit: "columns" });
    throwIfInterrupted(context.signal, "eda");
    if (kind === "count") {
      columns[column] = readTally(await db.columns(tallySql(name(column), LABEL, "explored")));
      continue;
    }
    const rows = await db.columns(
      `SELECT DP_DATE AS "the day", ${name(column)} AS "the value", ${LABEL} FROM explored`,
    );
    const found = columnsAs(rows, { "the day": Int32Array, "the value": Float64Array, "the label": Float64Array });
    columns[column] = tally(found["the value"], found["the label"]);
    const own = byDay(found["the day"], { [column]: found["the value"] });
    daily.sums[column] = own.sums[column];
    daily.means[column] = own.means[column];
  }
  const label = readTally(await db.columns(tallySql(LABEL, LABEL, "explored")));
  return { columns, daily: inOrder(daily, log), summary: { keys: await keySummaries(db), label } };
}

/** The columns in the order of the record, not in that of counting. */
function inOrder(daily: DailyTable, { measures }: ExploredRows): DailyTable {
  const sort = (columns: Record<string, Float64Array>) =>
    Object.fromEntries(measures.map(({ name }) => [name, columns[name]]));
  return { ...daily, sums: sort(daily.sums), means: sort(daily.means) };
}

type KeyRow = { type: "day" | "text" } & Record<"column" | "min" | "max", string> &
  Record<"count" | "distinct", number>;

async function keySummaries(db: Database): Promise<ColumnSummary[]> {
  const numbers = { zeros: null, q05: null, q25: null, median: null, q75: null, q95: null, mean: null, sd: null };
  const found = await db.rows<KeyRow>(
    [
      ["DP_DATE", "day"],
      ["DP_MSISDN", "text"],
    ]
      .map(
        ([name, type], place) =>
          `SELECT ${place} AS place, '${name}' AS "column", '${type}' AS type, count(${name}) AS count, count(DISTINCT ${name}) AS "distinct", CAST(min(${name}) AS VARCHAR) AS min, CAST(max(${name}) AS VARCHAR) AS max FROM explored`,
      )
      .join(" UNION ALL ")
      .concat(" ORDER BY place"),
  );
  // the keys of the record are never null
  return found.map(({ column, type, count, distinct, min, max }) => ({
    column,
    type,
    count,
    missing: 0,
    distinct,
    ...numbers,
    min,
    max,
  }));
}
