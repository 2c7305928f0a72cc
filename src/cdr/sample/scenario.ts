/** What may change in the sample from a day on, for monitoring to find. */
export const SCENARIOS = ["none", "price-rise", "data-shift", "outage", "new-segment"] as const;

/** What changes in the days of a sample: prices, the meaning of data, the network, or who joins. */
export type Scenario = (typeof SCENARIOS)[number];
