import type { Scenario } from "../cdr/sample/scenario.js";
import { ChurnError } from "../core/errors.js";
import { name } from "../store/database.js";

/** Days of an outage, where nothing else is said. */
const OUTAGE_DAYS = 6;

/** When a scenario is on: the first day, and how many; null where it stays. */
export interface ScenarioSpan {
  scenario: Scenario;
  /** `YYYY-MM-DD` */
  from: string;
  days: number | null;
}

/** By what a measure is multiplied while a scenario is on; an outage touches two subscribers of five. */
const FACTORS: Partial<Record<Scenario, Record<string, number>>> = {
  "price-rise": {
    DP_MOC_COUNT: 0.65,
    DP_MOC_DURATION: 0.65,
    DP_MTC_COUNT: 1.2,
    DP_MTC_DURATION: 1.2,
    DP_MOSMS_COUNT: 0.8,
  },
  "data-shift": { DP_DATA_VOLUME: 1024 },
  outage: {
    DP_MOC_COUNT: 0.1,
    DP_MOC_DURATION: 0.1,
    DP_MTC_COUNT: 0.1,
    DP_MTC_DURATION: 0.1,
    DP_MOSMS_COUNT: 0.1,
    DP_MTSMS_COUNT: 0.1,
    DP_DATA_COUNT: 0.1,
    DP_DATA_VOLUME: 0.1,
  },
};

/**
 * The expression of a measure of a real log under a scenario: counts stay whole.
 *
 * @throws ChurnError BAD_OPTION for a scenario that only the sample generator has
 */
export function applyScenario(column: { name: string; kind: string }, span: ScenarioSpan): string {
  const { scenario, from, days } = span;
  if (scenario === "none") return name(column.name);
  const factors = FACTORS[scenario];
  if (!factors) {
    throw new ChurnError(
      "BAD_OPTION",
      `option "stream.scenario" is "${scenario}", but only the sample generator has it`,
      {
        hint: `use ${["none", ...Object.keys(FACTORS)].join(", ")}, or load the source sample:`,
      },
    );
  }
  const factor = factors[column.name];
  if (factor === undefined) return name(column.name);
  const last = days ?? (scenario === "outage" ? OUTAGE_DAYS : null);
  const on = [`DP_DATE >= DATE '${from}'`];
  if (last !== null) on.push(`DP_DATE < DATE '${from}' + ${last}`);
  if (scenario === "outage") on.push("md5_number_lower(DP_MSISDN) % 5 < 2");
  const changed =
    column.kind === "count"
      ? `CAST(round(${column.name} * ${factor}) AS BIGINT)`
      : `round(${column.name} * ${factor}, 3)`;
  return `CASE WHEN ${on.join(" AND ")} THEN ${changed} ELSE ${column.name} END AS ${column.name}`;
}
