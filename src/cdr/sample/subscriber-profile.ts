import { exp } from "./exp.js";
import type { KeyedDraws } from "./keyed-draws.js";
import { CAMPAIGN, PLANS, type Plan } from "./plans.js";

/** What stays the same about a subscriber for life; rates are typical numbers of a day with use. */
export interface SubscriberProfile {
  /** Subscriber number, twelve digits. */
  id: string;
  plan: Plan;
  /** One of five; an outage hits some of them. */
  region: number;
  calls: number;
  /** Incoming calls per outgoing call. */
  callsReturned: number;
  /** Seconds a call. */
  seconds: number;
  sms: number;
  smsReturned: number;
  sessions: number;
  megabytes: number;
  /** Share of days with any use. */
  active: number;
}

const REGIONS = 5;

/** Draws the traits of the subscriber who takes a line; the usage of a few is many times that of the most. */
export function drawTraits(
  draws: KeyedDraws,
  subject: number,
  generation: number,
  campaign: boolean,
): SubscriberProfile {
  draws.start(subject, generation, TRAITS);
  const plan = campaign ? CAMPAIGN : choosePlan(draws.uniform());
  const strength = 0.5 * draws.normal();
  const spread = (deviation: number) => exp(deviation * draws.normal());
  const heavy = exp(strength);
  const active = plan.active + 0.12 * strength + 0.1 * draws.normal();
  return {
    id: String(subscriberNumber(draws, subject, generation, campaign)),
    plan,
    region: draws.whole(0, REGIONS - 1),
    calls: plan.calls * heavy * spread(0.65),
    callsReturned: spread(0.35),
    seconds: 80 * spread(0.45),
    sms: plan.sms * heavy * spread(1),
    smsReturned: 1.3 * spread(0.4),
    sessions: plan.sessions * heavy * spread(0.5),
    megabytes: plan.megabytes * spread(0.6),
    active: Math.min(0.98, Math.max(0.12, active)),
  };
}

/** Purposes of draws, so that no number is used twice. */
const TRAITS = 0;
export const LIFE = 1;
export const USAGE = 2;

function choosePlan(chance: number): Plan {
  let rest = chance;
  for (const plan of PLANS) {
    rest -= plan.share;
    if (rest < 0) return plan;
  }
  return PLANS[0];
}

/** Lines are 1009 numbers apart, and each new holder of a line gets another one of a thousand: numbers grow with lines. */
function subscriberNumber(draws: KeyedDraws, subject: number, generation: number, campaign: boolean): number {
  draws.start(subject, 0, NUMBER);
  const last = (draws.whole(0, 999) + 389 * generation) % 1000;
  return campaign ? 258_000_000_000 + (subject - WAVE) * 1009 + last : 256_700_000_000 + subject * 1009 + last;
}

const NUMBER = 3;

/** Subjects from here on are the wave of new subscribers. */
export const WAVE = 0x40000000;
