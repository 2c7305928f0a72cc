import { exp } from "./exp.js";
import type { KeyedDraws } from "./keyed-draws.js";
import { ENDED, FADING, type Lines, VACANT } from "./lines.js";
import { type Traits, USAGE } from "./traits.js";

/** The records of one day as columns of one length, named as in `DP_CDR_Data`; subscribers in the order of their numbers. */
export interface SampleBlock {
  /** Days since 1970-01-01. */
  readonly day: number;
  readonly rows: number;
  readonly DP_MSISDN: readonly string[];
  readonly DP_MOC_COUNT: Int32Array;
  /** Seconds. */
  readonly DP_MOC_DURATION: Int32Array;
  readonly DP_MTC_COUNT: Int32Array;
  readonly DP_MTC_DURATION: Int32Array;
  readonly DP_MOSMS_COUNT: Int32Array;
  readonly DP_MTSMS_COUNT: Int32Array;
  readonly DP_DATA_COUNT: Int32Array;
  /** MB, whole thousandths. */
  readonly DP_DATA_VOLUME: Float64Array;
  readonly PSEUDO_CHURNED: Uint8Array;
}

/** Weekly rhythm from Monday to Sunday: calls and data of private lines, all use of business lines, and their days with use. */
const PRIVATE_CALLS = [0.98, 0.96, 0.98, 1, 1.12, 1.1, 0.86];
const PRIVATE_DATA = [0.94, 0.92, 0.94, 0.97, 1.04, 1.12, 1.07];
const BUSINESS = [1.22, 1.25, 1.24, 1.2, 1.06, 0.4, 0.3];
const BUSINESS_DAYS = [1.1, 1.1, 1.1, 1.1, 1.08, 0.6, 0.5];

/** Draws what every line does on a day. */
export function writeDay(lines: Lines, day: number): SampleBlock {
  const { count, draws, phase, settings } = lines;
  const since = day - settings.scenarioDay;
  const dearer = settings.scenario === "price-rise" && since >= 0;
  const shifted = settings.scenario === "data-shift" && since >= 0;
  const outage = settings.scenario === "outage" && since >= 0 && since < 6;
  const weekday = (day + 3) % 7;

  const ids: string[] = [];
  const measures = Array.from({ length: 7 }, () => new Int32Array(count));
  const [moc, mocTime, mtc, mtcTime, mosms, mtsms, sessions] = measures as [
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
  ];
  const volume = new Float64Array(count);
  const churned = new Uint8Array(count);
  let row = 0;

  for (let line = 0; line < count; line++) {
    if (phase[line] === VACANT) continue;
    const traits = lines.traits[line] as Traits;
    const { plan } = traits;
    draws.start(lines.subject(line), day, USAGE);
    const level = levelOn(lines, line, day);
    const lift = level * exp(MOOD * (lines.mood[line] as number));
    const dark = outage && traits.region < 2;
    const chance =
      traits.active * Math.sqrt(Math.sqrt(lift)) * (plan.business ? (BUSINESS_DAYS[weekday] as number) : 1);
    const active = draws.uniform() < Math.min(0.985, chance) * (dark ? 0.08 : 1);
    const flagged = day >= (lines.flagFrom[line] as number) && day < (lines.flagTo[line] as number);
    if (!active || level === 0) {
      const kept = phase[line] === ENDED ? 0.85 : flagged ? 1 : plan.zeroRows;
      if (draws.uniform() >= kept) continue;
    } else {
      const callWeek = (plan.business ? BUSINESS : PRIVATE_CALLS)[weekday] as number;
      const dataWeek = (plan.business ? BUSINESS : PRIVATE_DATA)[weekday] as number;
      const today = lift * (dark ? 0.1 : 1) * exp(0.25 * draws.normal());
      // others notice late that somebody has gone: what comes in falls more slowly than what goes out
      const incoming = today / Math.sqrt(level);
      const outCalls = traits.calls * callWeek * today * (dearer ? 0.65 : 1);
      const inCalls = traits.calls * traits.callsReturned * callWeek * incoming * (dearer ? 1.2 : 1);
      moc[row] = countOf(draws, outCalls * exp(0.4 * draws.normal()));
      mocTime[row] = duration(draws, moc[row] as number, traits.seconds);
      mtc[row] = countOf(draws, inCalls * exp(0.4 * draws.normal()));
      mtcTime[row] = duration(draws, mtc[row] as number, traits.seconds);
      const texts = traits.sms * exp(0.5 * draws.normal());
      mosms[row] = countOf(draws, texts * today * (dearer ? 0.8 : 1));
      mtsms[row] = countOf(draws, texts * traits.smsReturned * incoming);
      sessions[row] = countOf(draws, traits.sessions * dataWeek * today * exp(0.4 * draws.normal()));
      volume[row] =
        megabytes(draws, sessions[row] as number, traits.megabytes) * (shifted && plan.sessions > 3 ? 1024 : 1);
    }
    ids.push(traits.id);
    churned[row] = flagged ? 1 : 0;
    row++;
  }
  return {
    day,
    rows: row,
    DP_MSISDN: ids,
    DP_MOC_COUNT: moc.subarray(0, row),
    DP_MOC_DURATION: mocTime.subarray(0, row),
    DP_MTC_COUNT: mtc.subarray(0, row),
    DP_MTC_DURATION: mtcTime.subarray(0, row),
    DP_MOSMS_COUNT: mosms.subarray(0, row),
    DP_MTSMS_COUNT: mtsms.subarray(0, row),
    DP_DATA_COUNT: sessions.subarray(0, row),
    DP_DATA_VOLUME: volume.subarray(0, row),
    PSEUDO_CHURNED: churned.subarray(0, row),
  };
}

/** How far the moods swing, as a factor e^(MOOD · mood). */
const MOOD = 0.42;

/** What is left of a subscriber's usual use on a day, 0 … 1: newcomers start slowly, breaks and the end are silent. */
function levelOn(lines: Lines, line: number, day: number): number {
  if (lines.phase[line] === ENDED) return 0;
  const toBreak = (lines.breakStart[line] as number) - day;
  if (toBreak <= 0 && day < (lines.breakEnd[line] as number)) return 0;
  let level = Math.min(1, 0.4 + 0.06 * (day - (lines.joined[line] as number)));
  if (toBreak > 0 && toBreak < 6) level *= 0.6;
  if (lines.phase[line] === FADING) {
    const start = lines.fadeStart[line] as number;
    const x = (day - start) / ((lines.end[line] as number) - start);
    const bend = lines.bend[line] as number;
    level *= 1 - (lines.depth[line] as number) * x * (1 - bend + bend * x);
  }
  const dipEnd = lines.dipEnd[line] as number;
  const dipStart = lines.dipStart[line] as number;
  if (day >= dipStart && day < dipEnd) {
    const x = (day - dipStart) / (dipEnd - dipStart);
    level *= 1 - (lines.dipDepth[line] as number) * 4 * x * (1 - x);
  }
  return level;
}

/** A Poisson number: by inversion where the mean is small, else a rounded normal one. */
function countOf(draws: KeyedDraws, mean: number): number {
  if (mean > 14) return Math.max(0, Math.floor(mean + Math.sqrt(mean) * draws.normal() + 0.5));
  let rest = draws.uniform();
  let chance = exp(-mean);
  let count = 0;
  while (rest >= chance && count < 60) {
    rest -= chance;
    count++;
    chance *= mean / count;
  }
  return count;
}

/** Whole seconds of some calls, at least one a call. */
function duration(draws: KeyedDraws, calls: number, seconds: number): number {
  if (calls === 0) return 0;
  return Math.max(calls, Math.floor(calls * seconds * exp((0.7 * draws.normal()) / Math.sqrt(calls)) + 0.5));
}

/** MB of some sessions in whole thousandths, at least one a session. */
function megabytes(draws: KeyedDraws, sessions: number, each: number): number {
  if (sessions === 0) return 0;
  const thousandths = 1000 * sessions * each * exp((0.9 * draws.normal()) / Math.sqrt(sessions));
  return Math.max(sessions, Math.floor(thousandths + 0.5)) / 1000;
}
