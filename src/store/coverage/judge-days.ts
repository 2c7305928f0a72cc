/** Days and how many rows each has; days without rows are left out. */
export interface RowsByDay {
  /** Days since 1970-01-01, ascending. */
  days: ArrayLike<number>;
  rows: ArrayLike<number>;
}

/** Why a day is not covered. */
export type DayFault = "no rows" | "few rows" | "far from the others" | "said by hand";

/** A day that is not covered. */
export interface UncoveredDay {
  /** Days since 1970-01-01. */
  day: number;
  reason: DayFault;
  rows: number;
  /** Rows that the day would usually have; 0 where nobody can say. */
  usual: number;
}

/** The days that a log covers. */
export interface JudgedDays {
  /** First and last covered day. */
  first: number;
  last: number;
  /** Days between them, and days with rows outside, that are not covered; ascending. */
  uncovered: UncoveredDay[];
}

/** Share of the rows below which a stretch far from the others is none of the log. */
const STRAY = 0.01;
/** Empty days that part a stretch from the others, at least. */
const APART = 14;
/** Share of the usual rows below which a day is not there whole. */
const FEW = 0.2;
/** How unlikely so few rows must be of themselves. */
const CHANCE = 0.001;
/** Weeks before and after a day in which the same weekday says what is usual. */
const WEEKS = 4;
/** Days at the beginning and the end of a log where it may be growing or running out. */
const EDGE = 7;

/**
 * Says which days a log covers, from its rows a day. Not covered are days far from all others (a date that was misread), and days
 * without or with less than a fifth of the rows that are usual there, where that is too few for chance (Poisson, 0.1 %).
 *
 * Usual is the lower quartile of the same weekday in the four weeks before and after: a weekday that is always empty, or every
 * second time, is covered. An empty stretch much longer than what is usual in the log is not.
 *
 * @param byHand days that somebody knows to be covered, or not, whatever their rows say
 */
export function judgeDays(log: RowsByDay, byHand: ReadonlyMap<number, boolean> = new Map()): JudgedDays | undefined {
  const { days, rows } = log;
  if (days.length === 0) return undefined;
  const { from, to } = mainStretch(days, rows);
  const known = [...byHand].flatMap(([day, covered]) => (covered ? [day] : []));
  const first = Math.min(days[from], ...known);
  const counts = new Float64Array(Math.max(days[to], ...known) - first + 1);
  const uncovered = new Map<number, UncoveredDay>();
  for (let i = 0; i < days.length; i++) {
    const at = days[i] - first;
    if (at >= 0 && at < counts.length) counts[at] = rows[i];
    else uncovered.set(days[i], { day: days[i], reason: "far from the others", rows: rows[i], usual: 0 });
  }
  const long = longestUsualGap(counts);
  const add = (at: number, usual: number) => {
    const reason = counts[at] === 0 ? "no rows" : "few rows";
    uncovered.set(first + at, { day: first + at, reason, rows: counts[at], usual });
  };
  for (let at = 0; at < counts.length; at++) {
    const usual = usualRows(counts, at);
    if (isTooFew(counts[at], usual)) add(at, usual);
  }
  for (const { at, length } of emptyStretches(counts)) {
    if (length > long) for (let i = at; i < at + length; i++) add(i, usualRows(counts, i));
  }
  for (const [day, covered] of byHand) {
    if (covered) uncovered.delete(day);
    else if (!uncovered.has(day)) {
      const rows = counts[day - first] ?? 0;
      uncovered.set(day, { day, reason: "said by hand", rows, usual: rows });
    }
  }
  const covered = Array.from(counts, (_, at) => first + at).filter((day) => !uncovered.has(day));
  if (covered.length === 0) return undefined;
  const sorted = [...uncovered.values()].sort((a, b) => a.day - b.day);
  return { first: covered[0], last: covered[covered.length - 1], uncovered: sorted };
}

/** The stretch of days with most rows, and all others that are not negligible: from and to as places. */
function mainStretch(days: ArrayLike<number>, rows: ArrayLike<number>): { from: number; to: number } {
  const starts = [0];
  for (let i = 1; i < days.length; i++) if (days[i] - days[i - 1] > APART) starts.push(i);
  const stretches = starts.map((start, s) => {
    const end = (starts[s + 1] ?? days.length) - 1;
    const own = Array.from({ length: end - start + 1 }, (_, i) => rows[start + i]);
    return { start, end, sum: own.reduce((sum, n) => sum + n, 0), most: Math.max(...own) };
  });
  const total = stretches.reduce((sum, stretch) => sum + stretch.sum, 0);
  const main = stretches.reduce((best, stretch) => (stretch.sum > best.sum ? stretch : best));
  const usual = quantile(Array.from(rows), 0.5);
  // where no stretch is most of the log, it is sparse all over, and none of them is astray
  const kept = stretches.filter(
    (each) => main.sum < 0.5 * total || each === main || (each.sum > STRAY * total && each.most > FEW * usual),
  );
  return { from: kept[0].start, to: kept[kept.length - 1].end };
}

/** Lower quartile of the same weekday around; near the ends no more than the median of the nearest days with rows. */
function usualRows(counts: Float64Array, at: number): number {
  const same: number[] = [];
  for (let week = -WEEKS; week <= WEEKS; week++) {
    const other = at + 7 * week;
    if (week !== 0 && other >= 0 && other < counts.length) same.push(counts[other]);
  }
  const isEdge = at < EDGE || at >= counts.length - EDGE;
  if (same.length && !isEdge) return quantile(same, 0.25);
  const near = quantile([...nearest(counts, at, -1), ...nearest(counts, at, 1)], 0.5);
  return same.length ? Math.min(quantile(same, 0.25), near) : near;
}

/** Rows of the three nearest days that have some, on one side. */
function nearest(counts: Float64Array, at: number, step: -1 | 1): number[] {
  const found: number[] = [];
  for (let i = at + step; i >= 0 && i < counts.length && found.length < 3; i += step) {
    if (counts[i] > 0) found.push(counts[i]);
  }
  return found;
}

/** Stretches of days without rows. */
function emptyStretches(counts: Float64Array): { at: number; length: number }[] {
  const found: { at: number; length: number }[] = [];
  for (let at = 0; at < counts.length; at++) {
    if (counts[at] > 0) continue;
    if (at > 0 && counts[at - 1] === 0) found[found.length - 1].length++;
    else found.push({ at, length: 1 });
  }
  return found;
}

/** How many days without rows in a row are nothing unusual. */
function longestUsualGap(counts: Float64Array): number {
  const gaps: number[] = [];
  let empty = 0;
  for (const count of counts) {
    if (count > 0) {
      gaps.push(empty);
      empty = 0;
    } else empty++;
  }
  return Math.max(3, 4 * quantile(gaps, 0.9));
}

function isTooFew(rows: number, usual: number): boolean {
  return rows <= FEW * usual && poissonTail(rows, usual) < CHANCE;
}

/** How likely a Poisson number with this mean is `count` or less. */
function poissonTail(count: number, mean: number): number {
  let term = Math.exp(-mean);
  let sum = term;
  for (let k = 1; k <= count; k++) {
    term *= mean / k;
    sum += term;
  }
  return sum;
}

/** Linear between the sorted values; 0 of none. */
function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) return 0;
  const sorted = [...values].sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  return sorted[low] + (at - low) * ((sorted[low + 1] ?? sorted[low]) - sorted[low]);
}
