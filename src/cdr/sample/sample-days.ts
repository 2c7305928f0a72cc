import { type SampleOptions, sampleSettings } from "./sample-options.js";
import { SubscriberStates } from "./subscriber-states.js";
import { type SampleBlock, writeDay } from "./write-day.js";

/**
 * Makes the records of the sample, one block a day, subscribers in the order of their numbers.
 *
 * A record depends on seed, subscriber, day and scenario alone: days that are asked for later continue those asked for
 * before, and more subscribers change nothing for the others.
 *
 * @throws ChurnError BAD_OPTION for options that make no sample
 */
export function* sampleDays(options: SampleOptions = {}): Generator<SampleBlock, void, undefined> {
  const settings = sampleSettings(options);
  const lines = new SubscriberStates(settings);
  for (let day = lines.firstDay; day <= settings.to; day++) {
    lines.step(day);
    if (day >= settings.from) yield writeDay(lines, day);
  }
}
