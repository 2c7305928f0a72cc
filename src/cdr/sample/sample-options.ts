import { closestMatch } from "../../core/closest-match.js";
import { dayOf } from "../../core/days.js";
import { ChurnError } from "../../core/errors.js";
import { SCENARIOS, type Scenario } from "./scenario.js";

/** First day of the sample, a Monday; its records before are not written. */
export const SAMPLE_START: number = dayOf("2024-01-01");

/** Number that changes when the generator gives other bytes for the same options. */
export const SAMPLE_VERSION = 2;

/** What is made: the records of which days, of how many subscribers. */
export interface SampleOptions {
  /** Lines in service; when a subscriber leaves, another one takes the place. Default 5000. */
  subscribers?: number;
  seed?: number | string;
  scenario?: Scenario;
  /** First day that the scenario touches, in days since 1970-01-01; by default day 80 of the sample. */
  scenarioDay?: number;
  /** Days after which the scenario is over; by default six for an outage, else never. Who has left stays away. */
  scenarioDays?: number;
  /** First day written; by default `SAMPLE_START`. */
  from?: number;
  /** Last day written; by default 119 days after `SAMPLE_START`. */
  to?: number;
}

/**
 * Fills in the defaults of the sample.
 *
 * @throws ChurnError BAD_OPTION for a value that makes no sample
 */
export function sampleSettings(options: SampleOptions): Required<SampleOptions> {
  const settings = {
    subscribers: options.subscribers ?? 5000,
    seed: options.seed ?? 1,
    scenario: options.scenario ?? "none",
    scenarioDay: options.scenarioDay ?? SAMPLE_START + 80,
    scenarioDays: options.scenarioDays ?? (options.scenario === "outage" ? 6 : Number.POSITIVE_INFINITY),
    from: options.from ?? SAMPLE_START,
    to: options.to ?? SAMPLE_START + 119,
  };
  const { subscribers, scenario, from, to } = settings;
  if (!Number.isInteger(subscribers) || subscribers < 1 || subscribers > MOST_SUBSCRIBERS) {
    throw new ChurnError("BAD_OPTION", `the sample's subscribers cannot be ${subscribers}`, {
      hint: `it takes a whole number 1 … ${MOST_SUBSCRIBERS}`,
    });
  }
  if (!SCENARIOS.includes(scenario)) {
    const near = closestMatch(String(scenario), SCENARIOS);
    throw new ChurnError("BAD_OPTION", `the sample's scenario cannot be ${JSON.stringify(scenario)}`, {
      hint: near ? `did you mean ${JSON.stringify(near)}?` : `it takes ${SCENARIOS.join(", ")}`,
    });
  }
  for (const [key, day] of Object.entries({ from, to, scenarioDay: settings.scenarioDay })) {
    if (!Number.isInteger(day) || day < SAMPLE_START || day > SAMPLE_START + MOST_DAYS) {
      throw new ChurnError("BAD_OPTION", `the sample's ${key} cannot be ${day}`, {
        hint: `it takes a day since 1970-01-01, ${SAMPLE_START} … ${SAMPLE_START + MOST_DAYS}`,
      });
    }
  }
  return settings;
}

export const MOST_SUBSCRIBERS = 1_000_000;
export const MOST_DAYS = 10_000;
