import { closestMatch } from "../../core/closest-match.js";
import { dateOf, dayOf } from "../../core/days.js";
import { ChurnError } from "../../core/errors.js";
import { MOST_DAYS, MOST_SUBSCRIBERS, SAMPLE_START, type SampleOptions } from "./sample-options.js";
import { SCENARIOS, type Scenario } from "./scenario.js";

/** Parameters of `sample:?…`, as a user writes them. */
const PARAMETERS = ["subscribers", "days", "seed", "scenario", "scenario_day"];

/**
 * Reads a source `sample:?subscribers=5000&days=120&seed=1&scenario=none&scenario_day=2024-03-21`.
 *
 * @returns every option of the sample; the days after `to` are its true continuation
 * @throws ChurnError BAD_OPTION naming the parameter, the value, and the nearest valid one
 */
export function parseSampleSource(source: string): Required<Omit<SampleOptions, "scenarioDays">> {
  const given = new URLSearchParams(/^sample:(?:\/\/)?\??(.*)$/s.exec(source)?.[1] ?? "");
  for (const key of given.keys()) {
    if (given.getAll(key).length > 1)
      throw new ChurnError("BAD_OPTION", `parameter "${key}" stands twice in ${source}`);
    if (PARAMETERS.includes(key)) continue;
    const near = closestMatch(key, PARAMETERS);
    throw new ChurnError("BAD_OPTION", `unknown parameter ${JSON.stringify(key)} in ${source}`, {
      hint: near ? `did you mean ${JSON.stringify(near)}?` : `it takes ${PARAMETERS.join(", ")}`,
    });
  }
  const wrong = (key: string, takes: string) =>
    new ChurnError("BAD_OPTION", `parameter "${key}" cannot be ${JSON.stringify(given.get(key))} in ${source}`, {
      hint: `it takes ${takes}`,
    });
  const whole = (key: string, normal: number, from: number, to: number): number => {
    const text = given.get(key);
    if (text === null) return normal;
    if (!/^\d{1,15}$/.test(text) || Number(text) < from || Number(text) > to) {
      throw wrong(key, `a whole number ${from} … ${to}`);
    }
    return Number(text);
  };
  const days = whole("days", 120, 1, MOST_DAYS);
  const subscribers = whole("subscribers", 5000, 1, MOST_SUBSCRIBERS);
  const seed = whole("seed", 1, 0, Number.MAX_SAFE_INTEGER);
  const scenario = (given.get("scenario") ?? "none") as Scenario;
  if (!SCENARIOS.includes(scenario)) {
    const near = closestMatch(scenario, SCENARIOS);
    throw wrong(
      "scenario",
      near ? `${SCENARIOS.join(", ")}; did you mean ${JSON.stringify(near)}?` : SCENARIOS.join(", "),
    );
  }
  const text = given.get("scenario_day");
  const scenarioDay = text === null ? SAMPLE_START + Math.floor((days * 2) / 3) : dayOf(text);
  const inRange = scenarioDay >= SAMPLE_START && scenarioDay <= SAMPLE_START + MOST_DAYS;
  if (text !== null && !(inRange && dateOf(scenarioDay) === text)) {
    throw wrong("scenario_day", `a date ${dateOf(SAMPLE_START)} … ${dateOf(SAMPLE_START + MOST_DAYS)}`);
  }
  return { subscribers, seed, scenario, scenarioDay, from: SAMPLE_START, to: SAMPLE_START + days - 1 };
}
