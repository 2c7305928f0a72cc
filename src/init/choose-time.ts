import type { Database } from "../store/database.js";
import type { ColumnTimes, FormatFit } from "./find-time-formats.js";
import { exampleOf, type TimeFormat, timeSql } from "./time-formats.js";
import { count, percent } from "./words.js";

/** The column that says when a record happened, and why it is this one. */
export interface TimeChoice {
  times: ColumnTimes;
  evidence: string[];
  /** Columns of other times, each with the reason why it is not this one. */
  others: { name: string; reason: string }[];
  /** Another column that is as likely. */
  doubt: string | null;
}

/** Share of the rows in which one time is not after another for it to be the earlier one. */
const EARLIER = 0.98;

interface Ranked {
  times: ColumnTimes;
  /** Share of the rows that have it, and share of the rows of a file that are not before the row above. */
  filled: number;
  inOrder: number;
  score: number;
}

/**
 * Chooses among columns of times the one at which a record happened: filled in nearly all rows, of many days, in the order of the rows;
 * of two that go together the earlier one (a start, not an end; created, not updated).
 */
export async function chooseTime(db: Database, found: readonly ColumnTimes[], rows: number): Promise<TimeChoice> {
  const ranked: Ranked[] = [];
  for (const times of found) {
    const { column, best } = times;
    const time = timeSql(column.own, best.format);
    const { up, pairs } = await db.oneRow<{ up: number; pairs: number }>(
      `SELECT count(*) FILTER (t >= before) AS up, count(before) AS pairs FROM (
         SELECT t, lag(t) OVER (PARTITION BY file ORDER BY line) AS before FROM (
           SELECT ${time} AS t, file, line FROM log WHERE line <= 50000) WHERE t IS NOT NULL)`,
    );
    const filled = best.cells / rows;
    const inOrder = pairs ? up / pairs : 0;
    const isWho = column.hints.has("who") && !column.hints.has("when");
    const hint = (column.hints.has("when") ? 0.5 : 0) - (column.hints.has("notWhen") || isWho ? 1 : 0);
    const few = best.days < 2 ? 1 : 0;
    const odd = best.format === "excel" || best.format === "%y%m%d" || best.format === "%d%m%Y" ? 0.7 : 0;
    const score =
      3 * filled + Math.max(0, inOrder - 0.5) * 2 + Math.min(Math.log10(best.days + 1), 2) / 2 + hint - few - odd;
    ranked.push({ times, filled, inOrder, score });
  }
  ranked.sort((a, b) => b.score - a.score);
  let [chosen] = ranked;
  const others: TimeChoice["others"] = [];
  let doubt: string | null = null;
  for (const other of ranked.slice(1)) {
    const near = other.filled > 0.95 * chosen.filled && other.score > chosen.score - 1.2;
    const order = await compare(db, chosen.times, other.times);
    const [mine, theirs] = [chosen.times.column, other.times.column];
    if (order.first >= EARLIER && order.second < EARLIER) {
      others.push({
        name: theirs.name,
        reason: `a later time of the same record: ${mine.name} is not after it in ${percent(order.first)} of the rows`,
      });
    } else if (near && order.second >= EARLIER && order.first < EARLIER) {
      const isOlder = theirs.hints.has("notWhen") && !mine.hints.has("notWhen");
      if (isOlder) {
        others.push({ name: theirs.name, reason: "an earlier time by its name: not that of the record" });
        continue;
      }
      others.push({
        name: mine.name,
        reason: `a later time of the same record: ${theirs.name} is not after it in ${percent(order.second)} of the rows`,
      });
      chosen = other;
    } else if (order.first >= EARLIER && order.second >= EARLIER) {
      others.push({ name: theirs.name, reason: `the same time as ${mine.name}` });
    } else {
      others.push({ name: theirs.name, reason: reasonOf(other, chosen) });
      if (near && Math.abs(other.score - chosen.score) < 0.3) doubt = theirs.name;
    }
  }
  const evidence = chosen ? evidenceOf(chosen) : [];
  return { times: chosen?.times, evidence, others, doubt };
}

function reasonOf(other: Ranked, chosen: Ranked): string {
  if (other.filled < 0.95 * chosen.filled) return `a time that only ${percent(other.filled)} of the rows have`;
  if (other.times.best.days < chosen.times.best.days / 2)
    return `another time, of ${count(other.times.best.days, "day")} only`;
  return `another time, less in the order of the rows (${percent(other.inOrder)} against ${percent(chosen.inOrder)})`;
}

function evidenceOf({ times: { best }, filled, inOrder }: Ranked): string[] {
  return [
    `${best.first} … ${best.last}, ${count(best.days, "day")} with rows`,
    ...(filled < 0.995 ? [`${percent(filled)} of the rows have it`] : []),
    ...(inOrder > 0.9 ? ["the rows are in its order"] : []),
  ];
}

/** Share of the rows in which one time is not after the other, both ways. */
async function compare(db: Database, a: ColumnTimes, b: ColumnTimes): Promise<{ first: number; second: number }> {
  const time = ({ column, best }: ColumnTimes) => timeSql(column.own, best.format);
  const found = await db.oneRow<{ first: number | null; second: number | null }>(
    `SELECT avg(CASE WHEN a <= b THEN 1.0 ELSE 0 END) AS first, avg(CASE WHEN b <= a THEN 1.0 ELSE 0 END) AS second
     FROM (SELECT ${time(a)} AS a, ${time(b)} AS b FROM log) WHERE a IS NOT NULL AND b IS NOT NULL`,
  );
  return { first: found.first ?? 0, second: found.second ?? 0 };
}

/** What is known of the order of day and month. */
export interface FormatChoice {
  format: TimeFormat;
  evidence: string | null;
  /** Formats that the data cannot tell apart, the likelier one first, and what speaks for it. */
  doubt: { formats: TimeFormat[]; words: string } | null;
}

/** Judges the formats that fit the times of a column. */
export function judgeFormats({ best, rivals }: ColumnTimes): FormatChoice {
  const close = rivals.filter(({ onlyFirst, onlySecond }) => onlyFirst === 0 || onlySecond > 0);
  const evidence = orderEvidence(best);
  if (close.length === 0) return { format: best.format, evidence, doubt: null };
  const all = [best, ...close].sort(byLikelihood);
  const [likelier, other] = all;
  const read = (fit: FormatFit) =>
    `as ${exampleOf(fit.format)} they are ${count(fit.days, "day")} from ${fit.first} to ${fit.last}${fit.holes ? ` with ${count(fit.holes, "day")} missing between` : ", none missing between"}`;
  const mixed = close.filter((rival) => rival.onlyFirst > 0 && rival.onlySecond > 0);
  const why = mixed.length
    ? `some days fit one only and some the other: ${mixed[0].onlyFirst} against ${mixed[0].onlySecond}`
    : "no day is above 12 in the place of the month";
  return {
    format: likelier.format,
    evidence,
    doubt: {
      formats: all.map(({ format }) => format),
      words: `the days fit ${all.map(({ format }) => exampleOf(format)).join(" and ")}, and ${why}: ${read(likelier)}; ${read(other)}`,
    },
  };
}

/** A log has rows on most of its days: of two readings the one with fewer holes is likelier. */
function byLikelihood(a: FormatFit, b: FormatFit): number {
  return b.cells - a.cells || density(b) - density(a);
}

const density = ({ days, holes }: FormatFit) => days / Math.max(days + holes, 1);

/** What shows the order of day and month, where both are numbers and the year does not stand first. */
function orderEvidence({ format, days, late }: FormatFit): string | null {
  if (!format || !/%d.*%m|%m.*%d/.test(format) || /^%[Yy]/.test(format) || late === 0) return null;
  const order = format.indexOf("%d") < format.indexOf("%m") ? "month first" : "day first";
  return `${late} of ${count(days, "day")} cannot be ${order}`;
}
