/**
 * A feature of all that the log knows of a subscriber before the snapshot: its name is its kind, its days are covered days, and no
 * window cuts it.
 */
export interface LifetimeFeature {
  name: LifetimeKind;
  kind: LifetimeKind;
}

interface Lifetime {
  /** What a person calls it. */
  title: string;
  meaning: string;
  /**
   * SQL over the subscriber's row of `histories` (`first_active`, `last_active`: places of days; `active_days`, `longest_gap`) and
   * `age`, `recency`: days from the first record and from the last activity to the snapshot.
   */
  sql: string;
  /** Present where the values grow with the log by what they are. */
  grows?: true;
}

const MEAN_GAP = "(last_active - first_active) / nullif(active_days - 1, 0)";

/** The lifetime features: what a model of purchases is made of (Fader, Hardie and Lee 2005), and the present pause against the own ones. */
export const LIFETIME = {
  days_since_first_record: {
    title: "days since the first record",
    meaning: "Days from the subscriber's first record in the log to the snapshot.",
    sql: "age",
    grows: true,
  },
  active_days_ever: {
    title: "active days ever",
    meaning: "Days with any activity since the first record.",
    sql: "active_days",
    grows: true,
  },
  repeat_days: {
    title: "active days after the first",
    meaning: "Days with any activity after the first one: how often the subscriber came back.",
    sql: "active_days - 1",
    grows: true,
  },
  days_first_to_last_activity: {
    title: "days from the first activity to the last",
    meaning: "Days from the first active day to the last one.",
    sql: "last_active - first_active",
    grows: true,
  },
  days_since_last_activity: {
    title: "days since the last activity",
    meaning: "Days from the last activity to the snapshot.",
    sql: "recency",
  },
  mean_gap: {
    title: "days between active days, mean",
    meaning: "Mean of the days from one active day to the next; missing with fewer than two.",
    sql: MEAN_GAP,
  },
  longest_gap: {
    title: "days between active days, longest",
    meaning: "The longest time from one active day to the next; missing with fewer than two.",
    sql: "longest_gap",
    grows: true,
  },
  recency_over_mean_gap: {
    title: "days since the last activity over the own mean gap",
    meaning:
      "How many of the subscriber's usual gaps the present pause lasts; missing with fewer than two active days.",
    sql: `recency / (${MEAN_GAP})`,
  },
  recency_over_longest_gap: {
    title: "days since the last activity over the own longest gap",
    meaning: "The present pause against the longest one before; missing with fewer than two active days.",
    sql: "recency / longest_gap",
  },
  activity_rate: {
    title: "share of active days since the first record",
    meaning: "Active days over days since the first record.",
    sql: "active_days / age",
  },
} as const satisfies Record<string, Lifetime>;

export type LifetimeKind = keyof typeof LIFETIME;

/** Whether a feature is one of a subscriber's lifetime; `days_since_last_activity` is one in every set. */
export const isOfLifetime = (feature: { kind: string }): feature is LifetimeFeature =>
  Object.hasOwn(LIFETIME, feature.kind);

export const lifetimeFeatures = (): LifetimeFeature[] =>
  (Object.keys(LIFETIME) as LifetimeKind[]).map((kind) => ({ name: kind, kind }));
