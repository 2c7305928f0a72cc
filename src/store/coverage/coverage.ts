import { dateOf, dayOf } from "../../core/days.js";
import { columnAs } from "../columns-as.js";
import type { Database } from "../database.js";
import { type JudgedDays, judgeDays } from "./judge-days.js";

/** What somebody said of days, whatever their rows say. */
export const COVERED_DAYS = `CREATE TABLE IF NOT EXISTS covered_days (
    day DATE PRIMARY KEY,
    covered BOOLEAN NOT NULL,
    said_at TIMESTAMP NOT NULL
  )`;

/** The days that a store covers. */
export interface Coverage {
  /** First and last covered day, `YYYY-MM-DD`. */
  first: string;
  last: string;
  /** Days between them, and days with rows outside of them, that are not covered. */
  uncovered: { day: string; reason: JudgedDays["uncovered"][number]["reason"]; rows: number; usual: number }[];
  /** Days that are covered, or not, because somebody said so. */
  byHand: { day: string; covered: boolean }[];
}

/** Says which days the store covers, from the rows of each day and what was said by hand; undefined when it has none. */
export async function coverageOf(db: Database): Promise<Coverage | undefined> {
  const found = await db.columns(
    "SELECT DP_DATE AS day, CAST(count(*) AS DOUBLE) AS rows FROM DP_CDR_Data GROUP BY day ORDER BY day",
  );
  const said = await db.rows<{ day: string; covered: boolean }>(
    "SELECT CAST(day AS VARCHAR) AS day, covered FROM covered_days ORDER BY day",
  );
  const byHand = said.map(({ day, covered }) => ({ day, covered: Boolean(covered) }));
  const judged = judgeDays(
    { days: columnAs(found, "day", Int32Array), rows: columnAs(found, "rows", Float64Array) },
    new Map(byHand.map(({ day, covered }) => [dayOf(day), covered])),
  );
  if (!judged) return undefined;
  const uncovered = judged.uncovered.map((each) => ({ ...each, day: dateOf(each.day), usual: Math.round(each.usual) }));
  return { first: dateOf(judged.first), last: dateOf(judged.last), uncovered, byHand };
}

/**
 * Keeps what somebody says of days: covered, not covered, or again what their rows say (null).
 *
 * @param days `YYYY-MM-DD`
 */
export async function setCovered(db: Database, days: readonly string[], covered: boolean | null): Promise<void> {
  await db.transaction(async () => {
    for (const day of days) {
      if (covered === null) await db.run("DELETE FROM covered_days WHERE day = CAST($1 AS DATE)", [day]);
      else
        await db.run("INSERT OR REPLACE INTO covered_days VALUES (CAST($1 AS DATE), $2, now()::TIMESTAMP)", [
          day,
          covered,
        ]);
    }
  });
}

/** Stretches of uncovered days that follow each other, for a line of text or a table. */
export function stretchesOf({
  uncovered,
}: Coverage): { from: string; to: string; days: number; reason: string; rows: number }[] {
  const found: ReturnType<typeof stretchesOf> = [];
  for (const { day, reason, rows } of uncovered) {
    const last = found.at(-1);
    if (last && last.reason === reason && dayOf(day) === dayOf(last.to) + 1) {
      last.to = day;
      last.days++;
      last.rows += rows;
    } else found.push({ from: day, to: day, days: 1, reason, rows });
  }
  return found;
}

/** Stretches that a note names. */
const NAMED = 6;

/** What a page has to say of days that are not covered; undefined where all are. */
export function coverageNote(coverage: Coverage | undefined): string | undefined {
  if (!coverage?.uncovered.length) return undefined;
  const stretches = stretchesOf(coverage);
  const shown = stretches.slice(0, NAMED).map(({ from, to, reason, rows }) => {
    const count = rows
      ? `${reason === "few rows" ? "only " : ""}${rows.toLocaleString("en-US")} ${rows === 1 ? "row" : "rows"}`
      : "";
    const why = reason === "few rows" ? count : [reason, count].filter(Boolean).join(", ");
    return `${from}${to === from ? "" : ` … ${to}`} (${why})`;
  });
  const more = stretches.length > NAMED ? ` and ${stretches.length - NAMED} more` : "";
  const n = coverage.uncovered.length;
  return `${n} ${n === 1 ? "day is not covered by the log, and counts" : "days are not covered by the log, and count"} neither as silence nor for a label: ${shown.join(", ")}${more}; "churn store coverage --covered DAY" says otherwise`;
}
