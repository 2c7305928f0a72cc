import { type MeasureColumn, measuresOf } from "../cdr/columns.js";
import { closestMatch } from "../core/closest-match.js";
import { ChurnError } from "../core/errors.js";
import { activitySql } from "../store/activity-sql.js";
import { brokenWindows } from "../store/coverage/broken-windows.js";
import { coverageOf } from "../store/coverage/coverage.js";
import { type Database, name } from "../store/database.js";
import { isAmong } from "../store/is-among.js";
import { countLeavers } from "../store/leavers.js";
import { logColumns } from "../store/log-columns.js";
import { silentLabelSql } from "../store/silent-rule.js";
import type { EdaSettings } from "./options.js";

/** The column of `explored` with the label: no measure can be called so. */
export const LABEL = '"the label"';

/** A measure of the log, with what a person calls it, unit included. */
export type ExploredMeasure = Pick<MeasureColumn, "name" | "kind"> & { title: string };

/** The rows that are looked at: a view `explored` with the columns of the record and the label. */
export interface ExploredRows {
  rows: number;
  subscribers: number;
  firstDay: string;
  lastDay: string;
  /** Columns that hold anything at all, in the order of the record. */
  measures: ExploredMeasure[];
  label: "given" | "ahead";
  /** The log has PSEUDO_CHURNED. */
  flagged: boolean;
  /** Rows without a label that looks ahead because a log with flags shows nothing of the subscriber in the horizon. */
  unseen: number;
  /** Last day on which somebody left by a list of leavers, which is what a label that looks ahead goes by then; else null. */
  leftUntil: string | null;
}

/**
 * Makes the view `explored` for this connection: the rows of the days asked for, each with its label.
 *
 * A given label is that of the row's own day. One that looks ahead is the label of a snapshot taken on the next day: 1 when the
 * subscriber leaves in the `horizon` days after the row's day by a list of leavers; without one, when it is flagged in them, or, in a
 * log without flags, does nothing. It is null when the loaded days (or the list) end before these do, for rows that are flagged
 * already, without a list where the log does not cover these days well enough to tell silence, and, as long as `silent` says nothing else,
 * where a log with flags has neither a flag nor activity in them.
 *
 * @throws ChurnError NO_DATA when there are no such rows; BAD_OPTION when the label asked for is not in the log
 */
export async function exploredRows(db: Database, settings: EdaSettings): Promise<ExploredRows> {
  const record = measuresOf(await logColumns(db));
  checkTitles(settings, record);
  const counts = record.map((each) => `count(${name(each.name)}) AS ${name(each.name)}`).join(", ");
  const log = await db.row(
    `SELECT count(*) AS rows, count(PSEUDO_CHURNED) AS labels, CAST(min(DP_DATE) AS VARCHAR) AS first, CAST(max(DP_DATE) AS VARCHAR) AS last,
      (SELECT CAST(max(last_day) AS VARCHAR) FROM batches WHERE kind = 'load') AS loaded, ${counts} FROM DP_CDR_Data`,
  );
  if (!log?.rows) throw new ChurnError("NO_DATA", "no records are loaded", { hint: "churn download, then churn load" });
  const loaded = String(log.loaded ?? log.last);
  const flagged = Number(log.labels) > 0;
  const label = settings.label === "auto" ? (flagged ? "given" : "ahead") : settings.label;
  if (label === "given" && !flagged) {
    throw new ChurnError("BAD_OPTION", 'option "eda.label" cannot be "given": the log has no PSEUDO_CHURNED', {
      hint: 'leave it at "auto", or use "ahead"',
    });
  }
  const held = record.filter((each) => Number(log[each.name]) > 0);
  const measures = held.map(({ name, kind, title, unit }) => ({
    name,
    kind,
    title: settings.titles[name] ?? (unit ? `${title} (${unit})` : title),
  }));
  const from = settings.start_date ?? String(log.first);
  const to = settings.end_date ?? loaded;
  const within = `DP_DATE BETWEEN DATE '${from}' AND DATE '${to}'`;
  const leftUntil = label === "ahead" ? ((await countLeavers(db))?.last ?? null) : null;
  let broken: readonly string[] = [];
  if (label === "given") {
    await db.run(
      `CREATE OR REPLACE TEMP VIEW explored AS SELECT *, PSEUDO_CHURNED AS ${LABEL} FROM DP_CDR_Data WHERE ${within}`,
    );
  } else {
    const uncovered = (await coverageOf(db))?.uncovered.map(({ day }) => day) ?? [];
    broken = brokenWindows(uncovered, settings.horizon);
    const silent = silentLabelSql(flagged ? settings.silent : "leaver");
    await createAhead(db, { measures: held, horizon: settings.horizon, loaded, within, leftUntil, broken, silent });
  }
  const found = await db.row(
    `SELECT count(*) AS rows, count(DISTINCT DP_MSISDN) AS subscribers, CAST(min(DP_DATE) AS VARCHAR) AS first_day, CAST(max(DP_DATE) AS VARCHAR) AS last_day,
      count(*) FILTER (${label === "ahead" && leftUntil === null} AND ${LABEL} IS NULL AND coalesce(PSEUDO_CHURNED, 0) <> 1 AND DP_DATE + ${settings.horizon} <= DATE '${loaded}'
        AND NOT ${startsIn(broken)}) AS unseen
     FROM explored`,
  );
  if (!found?.rows) {
    throw new ChurnError("NO_DATA", `no records from ${from} to ${to}`, {
      hint: `the log runs from ${log.first} to ${log.last}`,
    });
  }
  return {
    rows: Number(found.rows),
    subscribers: Number(found.subscribers),
    firstDay: String(found.first_day),
    lastDay: String(found.last_day),
    measures,
    label,
    flagged,
    leftUntil,
    unseen: Number(found.unseen),
  };
}

/** SQL for whether the days after a row's day begin on one of some days. */
const startsIn = (days: readonly string[]): string => isAmong("DP_DATE + 1", days);

interface LabelAhead {
  measures: readonly MeasureColumn[];
  horizon: number;
  /** Last loaded day. */
  loaded: string;
  /** SQL for the rows of the days that are asked for. */
  within: string;
  leftUntil: string | null;
  /** First days of horizons that the log does not cover well enough for silence in them to count, `YYYY-MM-DD`. */
  broken: readonly string[];
  /** SQL for the label where nothing is seen. */
  silent: string;
}

/** Makes `explored` with a label that looks ahead: a table, since it would be computed again for each column. */
async function createAhead(db: Database, label: LabelAhead): Promise<void> {
  const { measures, horizon, loaded, within, leftUntil, broken, silent } = label;
  if (leftUntil !== null) {
    await db.run(`CREATE OR REPLACE TEMP TABLE explored AS
      SELECT d.*, CASE WHEN DP_DATE + ${horizon} > DATE '${leftUntil}' THEN NULL
        WHEN left_on <= DP_DATE + ${horizon} THEN 1 ELSE 0 END AS ${LABEL}
      FROM (FROM DP_CDR_Data WHERE ${within}) d
      ASOF LEFT JOIN leavers l ON d.DP_MSISDN = l.DP_MSISDN AND d.DP_DATE < l.left_on ORDER BY id`);
    return;
  }
  const next = (condition: string) => `min(CASE WHEN ${condition} THEN DP_DATE END) OVER later`;
  await db.run(`CREATE OR REPLACE TEMP TABLE explored AS
    SELECT * EXCLUDE ("next flag", "next row"),
      CASE WHEN PSEUDO_CHURNED = 1 OR DP_DATE + ${horizon} > DATE '${loaded}' THEN NULL
        ${broken.length ? `WHEN ${startsIn(broken)} THEN NULL` : ""}
        WHEN "next flag" <= DP_DATE + ${horizon} THEN 1
        WHEN "next row" <= DP_DATE + ${horizon} THEN 0 ELSE ${silent} END AS ${LABEL}
    FROM (SELECT *, ${next("PSEUDO_CHURNED = 1")} AS "next flag", ${next(`PSEUDO_CHURNED IS NOT NULL OR ${activitySql(measures)}`)} AS "next row"
      FROM DP_CDR_Data WHERE DP_DATE <= DATE '${loaded}'
      WINDOW later AS (PARTITION BY DP_MSISDN ORDER BY DP_DATE ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING))
    WHERE ${within} ORDER BY id`);
}

/** @throws ChurnError BAD_OPTION for a title of a measure that the record does not have */
function checkTitles({ titles }: EdaSettings, measures: readonly MeasureColumn[]): void {
  const names = measures.map((measure) => measure.name);
  const unknown = Object.keys(titles).find((title) => !names.includes(title));
  if (unknown === undefined) return;
  const near = closestMatch(unknown, names);
  throw new ChurnError(
    "BAD_OPTION",
    `option "eda.titles" names ${JSON.stringify(unknown)}, which is not a measure of the log`,
    {
      hint: near ? `did you mean ${JSON.stringify(near)}?` : `it has ${names.join(", ")}`,
    },
  );
}
