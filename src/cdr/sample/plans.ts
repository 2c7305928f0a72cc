/** A tariff plan of the sample: how strongly its subscribers use what, and how easily they leave. */
export interface Plan {
  readonly name: string;
  /** Share of new subscribers who take it. */
  readonly share: number;
  /** Typical numbers a day: outgoing calls, outgoing SMS, data sessions; MB a session. */
  readonly calls: number;
  readonly sms: number;
  readonly sessions: number;
  readonly megabytes: number;
  /** Typical share of days with any use, and of silent days that have a row of zeros. */
  readonly active: number;
  readonly zeroRows: number;
  /** Churn hazard relative to the average subscriber's. */
  readonly hazard: number;
  /** Business lines rest at the weekend. */
  readonly business: boolean;
}

export const PLANS: readonly Plan[] = [
  {
    name: "prepaid light",
    share: 0.38,
    calls: 1.3,
    sms: 0.7,
    sessions: 1.6,
    megabytes: 18,
    active: 0.6,
    zeroRows: 0.35,
    hazard: 1.7,
    business: false,
  },
  {
    name: "standard",
    share: 0.32,
    calls: 3.2,
    sms: 1.2,
    sessions: 4,
    megabytes: 45,
    active: 0.84,
    zeroRows: 0.7,
    hazard: 0.85,
    business: false,
  },
  {
    name: "data-heavy",
    share: 0.18,
    calls: 1.8,
    sms: 0.5,
    sessions: 11,
    megabytes: 110,
    active: 0.9,
    zeroRows: 0.8,
    hazard: 0.6,
    business: false,
  },
  {
    name: "business",
    share: 0.12,
    calls: 7,
    sms: 1.5,
    sessions: 6,
    megabytes: 40,
    active: 0.82,
    zeroRows: 0.9,
    hazard: 0.45,
    business: true,
  },
];

/** The plan of the wave of new subscribers: data only, taken for the offer and soon left. */
export const CAMPAIGN: Plan = {
  name: "campaign",
  share: 0,
  calls: 0.25,
  sms: 0.1,
  sessions: 18,
  megabytes: 160,
  active: 0.9,
  zeroRows: 0.5,
  hazard: 2.2,
  business: false,
};
