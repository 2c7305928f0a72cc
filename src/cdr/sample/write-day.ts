import { callDuration, drawCount, megabytes } from "./amounts.js";
import { exp } from "./exp.js";
import { USAGE } from "./subscriber-profile.js";
import { ENDED, type SubscriberStates, VACANT } from "./subscriber-states.js";
import { fadeOn, habitOn } from "./usage-level.js";

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
export function writeDay(lines: SubscriberStates, day: number): SampleBlock {
  const { count, draws, phase, settings } = lines;
  const since = day - settings.scenarioDay;
  const on = since >= 0 && since < settings.scenarioDays;
  const dearer = settings.scenario === "price-rise" && on;
  const shifted = settings.scenario === "data-shift" && on;
  const outage = settings.scenario === "outage" && on;
  const weekday = (day + 3) % 7;

  const ids: string[] = [];
  const column = () => new Int32Array(count);
  const [moc, mocTime, mtc, mtcTime] = [column(), column(), column(), column()];
  const [mosms, mtsms, sessions] = [column(), column(), column()];
  const volume = new Float64Array(count);
  const churned = new Uint8Array(count);
  let row = 0;

  for (let line = 0; line < count; line++) {
    if (phase[line] === VACANT) continue;
    const traits = lines.traits[line];
    const { plan } = traits;
    draws.start(lines.subject(line), day, USAGE);
    const left = fadeOn(lines, line, day);
    const level = left * habitOn(lines, line, day);
    const mood = exp(MOOD * lines.mood[line]);
    const lift = level * mood;
    const dark = outage && traits.region < 2;
    const chance = traits.active * Math.sqrt(level * Math.sqrt(mood)) * (plan.business ? BUSINESS_DAYS[weekday] : 1);
    const active = draws.uniform() < Math.min(0.985, chance) * (dark ? 0.08 : 1);
    const flagged = day >= lines.flagFrom[line] && day < lines.flagTo[line];
    if (!active || level === 0) {
      const kept = phase[line] === ENDED ? 0.85 : flagged ? 1 : plan.zeroRows;
      if (draws.uniform() >= kept) continue;
    } else {
      const callWeek = (plan.business ? BUSINESS : PRIVATE_CALLS)[weekday];
      const dataWeek = (plan.business ? BUSINESS : PRIVATE_DATA)[weekday];
      const today = lift * (dark ? 0.1 : 1) * exp(0.25 * draws.normal());
      // others notice late that somebody has gone: what comes in falls more slowly than what goes out
      const slack = Math.sqrt(left);
      const incoming = today / slack;
      const outCalls = traits.calls * callWeek * today * (dearer ? 0.65 : 1);
      const inCalls = traits.calls * traits.callsReturned * callWeek * incoming * (dearer ? 1.2 : 1);
      moc[row] = drawCount(draws, outCalls * exp(0.4 * draws.normal()));
      mocTime[row] = callDuration(draws, moc[row], traits.seconds * slack);
      mtc[row] = drawCount(draws, inCalls * exp(0.4 * draws.normal()));
      mtcTime[row] = callDuration(draws, mtc[row], traits.seconds);
      const texts = traits.sms * exp(0.5 * draws.normal());
      mosms[row] = drawCount(draws, texts * today * (dearer ? 0.8 : 1));
      mtsms[row] = drawCount(draws, texts * traits.smsReturned * incoming);
      sessions[row] = drawCount(draws, traits.sessions * dataWeek * today * exp(0.4 * draws.normal()));
      volume[row] =
        megabytes(draws, sessions[row], traits.megabytes * slack) * (shifted && plan.sessions > 3 ? 1024 : 1);
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
const MOOD = 0.26;
