import { dateOf } from "../core/days.js";
import { returnCurve } from "../statistics/return-curve.js";
import type { Rhythm } from "./read-silences.js";
import { count, percent } from "./words.js";

/** Horizon, windows and the days that are left for the stream. */
export interface DaysPlan {
  horizon: number;
  windows: number[];
  snapshotEvery: number;
  chunkPeriod: "D" | "W" | "M";
  /** Last day to load; null where the log is too short to leave days for the stream. */
  until: string | null;
  /** Chunks that monitoring will have, and of these such whose labels are known. */
  chunks: number;
  labelledChunks: number;
  /** Share of silences that end again, by days. */
  back: { days: number; share: number }[];
  evidence: string[];
  /** What makes one doubt, first of all a log that is too short. */
  notes: string[];
}

/** Lengths that a horizon may have: weeks, then months. */
const HORIZONS = [7, 14, 30, 60, 90];
/** Share of the silences of a horizon that may end again. */
const BACK = 0.05;
/** Share up to which a shorter horizon is better than none that fits into the log. */
const TOLERABLE = 0.2;
/** Chunks that monitoring should have. */
const CHUNKS = 8;
/** Share of a long log that is left for the stream. */
const STREAM = 0.3;
/** Training snapshots on days of their own, at least. */
const SNAPSHOTS = 3;

const WINDOWS: Readonly<Record<number, readonly number[][]>> = {
  7: [
    [7, 14, 30],
    [7, 14],
    [3, 7],
  ],
  14: [
    [7, 14, 30],
    [7, 14],
  ],
  30: [
    [14, 30, 60],
    [7, 14, 30],
  ],
  60: [
    [30, 60, 120],
    [14, 30, 60],
    [14, 30],
  ],
  90: [
    [30, 90, 180],
    [30, 60, 90],
    [14, 30],
  ],
};

/** Snapshots of each subscriber and day up to which there may be one a day. */
const DAILY_ROWS = 5_000_000;

type Step = Pick<DaysPlan, "snapshotEvery" | "chunkPeriod"> & { days: number };
const DAILY: Step = { snapshotEvery: 1, chunkPeriod: "D", days: 1 };
const WEEKLY: Step = { snapshotEvery: 7, chunkPeriod: "W", days: 7 };
const MONTHLY: Step = { snapshotEvery: 30, chunkPeriod: "M", days: 31 };

/** How a log of some length is divided, for one horizon. */
interface Division extends Step {
  horizon: number;
  windows: number[];
  /** Days that training needs, and days that monitoring needs. */
  train: number;
  watch: number;
  labelled: boolean;
}

/**
 * Proposes the horizon at which a silence hardly ends again, windows of about its length, and how many of the last days are left for the
 * stream, so that training has snapshots enough and monitoring eight chunks.
 *
 * @param share one of so many subscribers is in what was looked at
 */
export function planDays(rhythm: Rhythm, share = 1): DaysPlan {
  const { covered, silences } = rhythm;
  const first = covered?.first ?? rhythm.days[0] ?? 0;
  const last = covered?.last ?? rhythm.days.at(-1) ?? 0;
  const length = last - first + 1;
  const divide = divider(length, rhythm.subscribers * share * length <= DAILY_ROWS);
  const curve = returnCurve(silences);
  const shareAt = (days: number) => (days <= curve.longest ? curve.back[days] : null);
  const back = HORIZONS.flatMap((days) => {
    const share = shareAt(days);
    return share === null ? [] : [{ days, share }];
  });
  const notes: string[] = [];
  // what is as long as the silences that were seen has nothing after it that could end
  const settled = back.find(({ days, share }) => share <= BACK && 2 * days <= curve.longest);
  const shorter = settled && !divide(settled.days, true) ? tolerable(back, divide) : undefined;
  const wanted = shorter?.days ?? settled?.days ?? fallback(back, divide);
  const division = divide(wanted);
  const shown = back.filter(({ days }) => days <= 90);
  const evidence = [
    shown.length
      ? `of the silences of ${shown.map(({ days, share }) => `${days} days ${percent(share)}`).join(", of ")} end again`
      : `the log is too short to see silences end: ${count(length, "day")}`,
  ];
  if (settled && shorter) {
    const needed = ways(settled.days)
      .filter(({ labelled }) => labelled)
      .reduce(shorterOf);
    notes.push(
      `${settled.days} days would be the better horizon, but need a log of ${needed.train + needed.watch} days: of silences of ${shorter.days} days ${percent(shorter.share)} end again, and count as churn`,
    );
  }
  if (!settled) {
    const share = shareAt(wanted);
    notes.push(
      share !== null && share > BACK
        ? `of silences of ${wanted} days ${percent(share)} end again within the log, and count as churn: no horizon up to 90 days that fits into it is one after which hardly anybody comes back`
        : `the horizon of ${wanted} days is a guess: the log shows too few longer silences (it has ${count(length, "day")})`,
    );
  }
  if (!division) {
    const needed = shortest(wanted);
    notes.unshift(
      `the log is too short to leave days for the stream and monitoring: it has ${count(length, "day")}, and training with a horizon of ${wanted} days and ${CHUNKS} chunks of monitoring need ${needed.train + needed.watch}; all of it is loaded`,
    );
    return {
      ...stepOf(needed),
      horizon: wanted,
      windows: needed.windows,
      until: null,
      chunks: 0,
      labelledChunks: 0,
      back,
      evidence,
      notes,
    };
  }
  const { train, watch, days, horizon } = division;
  const kept = Math.max(watch, Math.min(Math.round(STREAM * length), length - train));
  const until = dateOf(last - kept);
  const chunks = Math.floor(kept / days);
  return {
    ...stepOf(division),
    horizon,
    windows: division.windows,
    until,
    chunks,
    labelledChunks: Math.max(0, Math.floor((kept - horizon) / days)),
    back,
    evidence,
    notes,
  };
}

const stepOf = ({ snapshotEvery, chunkPeriod }: Step) => ({ snapshotEvery, chunkPeriod });

/** Where no length is long enough: the longest that fits into the log with all that is needed. */
function fallback(back: readonly { days: number; share: number }[], divide: Divide): number {
  const whole = HORIZONS.filter((days) => divide(days, true));
  const fitting = whole.length ? whole : HORIZONS.filter((days) => divide(days));
  const seen = fitting.filter((days) => back.some((each) => each.days === days));
  return seen.at(-1) ?? fitting.at(0) ?? HORIZONS[0];
}

/** The longest horizon that fits into the log, where hardly too many come back after it. */
const tolerable = (back: readonly { days: number; share: number }[], divide: Divide) =>
  back.filter(({ days, share }) => share <= TOLERABLE && divide(days, true)).at(-1);

/**
 * Finds the first way to divide a log for a horizon; undefined where none has room.
 *
 * @param known only such that leave time for the outcome of every chunk to be known
 */
type Divide = (horizon: number, known?: boolean) => Division | undefined;

/** @param daily whether a snapshot of each day is not too much */
const divider =
  (length: number, daily: boolean): Divide =>
  (horizon, known = false) =>
    ways(horizon).find(
      ({ train, watch, labelled, days }) =>
        train + watch <= length && (labelled || !known) && (daily || days > DAILY.days),
    );

const shorterOf = (a: Division, b: Division): Division => (b.train + b.watch < a.train + a.watch ? b : a);
const shortest = (horizon: number): Division => ways(horizon).reduce(shorterOf);

/** The ways to divide a log, better ones first: chunks with labels, long windows, wide steps. */
function ways(horizon: number): Division[] {
  const steps = horizon >= 60 ? [MONTHLY, WEEKLY] : [WEEKLY, DAILY];
  return [true, false].flatMap((labelled) =>
    steps.flatMap((step) =>
      WINDOWS[horizon].map((windows): Division => {
        const before = SNAPSHOTS - 1 + Math.ceil(horizon / step.snapshotEvery);
        const snapshots = Math.ceil(before / 0.7) + 1;
        const train = windows[windows.length - 1] + horizon + (snapshots - 1) * step.snapshotEvery;
        const watch = CHUNKS * step.days + (labelled ? horizon : 0);
        return { ...step, horizon, windows: [...windows], train, watch, labelled };
      }),
    ),
  );
}
