/** What may change in the sample from a day on, for monitoring to find. */
export const SCENARIOS = ["none", "price-rise", "data-shift", "outage", "new-segment"] as const;

export type Scenario = (typeof SCENARIOS)[number];
